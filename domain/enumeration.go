package domain

import (
	"slices"
	"strings"
)

// Word is a value of an enumeration as it is stored and sent, with the names that
// people read.
type Word struct {
	Code    string
	Chinese string
	English string
}

// Worded is a value of an enumeration, whose type knows the words for all its values.
type Worded interface{ Words() []Word }

// WordFor is the word among words for the value with that code, empty names when
// there is none.
func WordFor(words []Word, code string) Word {
	for _, word := range words {
		if word.Code == code {
			return word
		}
	}
	return Word{Code: code}
}

// Enumeration is the values of a type, in the order lists show them, each with a
// name in Chinese and one in English. It is declared once, by NewEnumeration,
// where the type is. The type's own methods Valid and Words ask it.
type Enumeration[T ~string] struct {
	named   []NamedValue[T]
	refusal error
}

// NamedValue is a value with its names.
type NamedValue[T ~string] struct {
	value   T
	chinese string
	english string
}

// Named gives a value its names.
func Named[T ~string](value T, chinese, english string) NamedValue[T] {
	return NamedValue[T]{value, chinese, english}
}

// NewEnumeration is the enumeration of the values given. Refusal is what Parse
// answers to a text that is none of them.
func NewEnumeration[T ~string](refusal error, named ...NamedValue[T]) Enumeration[T] {
	return Enumeration[T]{named, refusal}
}

// Values is every value.
func (e Enumeration[T]) Values() []T {
	values := make([]T, len(e.named))
	for i := range e.named {
		values[i] = e.named[i].value
	}
	return values
}

// Words is every value with its names.
func (e Enumeration[T]) Words() []Word {
	words := make([]Word, len(e.named))
	for i, n := range e.named {
		words[i] = Word{string(n.value), n.chinese, n.english}
	}
	return words
}

// Parse finds a value by its code in either case or by its Chinese name, as
// imported files have it; the enumeration's refusal when there is none.
func (e Enumeration[T]) Parse(text string) (T, error) {
	text = strings.TrimSpace(text)
	for i := range e.named {
		if strings.EqualFold(text, string(e.named[i].value)) || text == e.named[i].chinese {
			return e.named[i].value, nil
		}
	}
	return "", e.refusal
}

// Valid says whether value is one of the values.
func (e Enumeration[T]) Valid(value T) bool {
	return slices.ContainsFunc(e.named, func(n NamedValue[T]) bool { return n.value == value })
}
