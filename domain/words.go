package domain

import "strings"

// word is one value of an enumeration with the names people read.
type word[T ~string] struct {
	value   T
	chinese string
	english string
}

// words is an enumeration: a code in storage and in the API, a name in Chinese
// and one in English.
type words[T ~string] []word[T]

func (w words[T]) values() []T {
	values := make([]T, len(w))
	for i := range w {
		values[i] = w[i].value
	}
	return values
}

// parse finds a value by its code in either case or by its Chinese name, as
// imported files have it; refusal when there is none.
func (w words[T]) parse(text string, refusal error) (T, error) {
	text = strings.TrimSpace(text)
	for i := range w {
		if strings.EqualFold(text, string(w[i].value)) || text == w[i].chinese {
			return w[i].value, nil
		}
	}
	return "", refusal
}

func (w words[T]) find(value T) (word[T], bool) {
	for i := range w {
		if w[i].value == value {
			return w[i], true
		}
	}
	return word[T]{}, false
}

func (w words[T]) valid(value T) bool {
	_, found := w.find(value)
	return found
}

func (w words[T]) chinese(value T) string {
	found, _ := w.find(value)
	return found.chinese
}

func (w words[T]) english(value T) string {
	found, _ := w.find(value)
	return found.english
}
