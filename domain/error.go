package domain

import (
	"errors"
	"maps"
	"strings"
)

// Code is a stable, language-free error code such as "claim/already-owned",
// the type of the problem that the API answers with. Each is declared once, by
// NewCode, in the package whose rules refuse with it. A Code is an error itself:
// decisions return ErrState as it is, or ErrRequired.At("address") with what
// belongs to the case, and callers test with errors.Is(err, payment.ErrState).
// Codes are compared with ==; the zero Code is none.
type Code struct{ entry *CodeEntry }

// Kind tells what sort of refusal a code is; the API maps it to a status.
type Kind int

const (
	// Invalid: the request itself is wrong and will stay so.
	Invalid Kind = iota + 1
	// Unauthenticated: nobody is signed in, or not validly.
	Unauthenticated
	// Denied: the one who asks may not do this.
	Denied
	// NotFound: there is no such thing within the reader's scope.
	NotFound
	// Conflict: the state of things does not allow it now, or somebody else won.
	Conflict
	// Unprocessable: well-formed, but a rule of the business refuses it.
	Unprocessable
	// Limit: too much or too often.
	Limit
	// Unavailable: it cannot be done at the moment; trying again may help.
	Unavailable
)

// String is the kind's name in lower case.
func (k Kind) String() string {
	switch k {
	case Invalid:
		return "invalid"
	case Unauthenticated:
		return "unauthenticated"
	case Denied:
		return "denied"
	case NotFound:
		return "not found"
	case Conflict:
		return "conflict"
	case Unprocessable:
		return "unprocessable"
	case Limit:
		return "limit"
	case Unavailable:
		return "unavailable"
	}
	return "unknown"
}

// CodeEntry is what is declared of a code: its name, its kind, the rule it serves
// and the sentence for people in both languages. Sentences may name parameters in
// braces.
type CodeEntry struct {
	Name    string // area/reason
	Kind    Kind
	Rule    string // requirement id, such as "A-13"; empty where the product adds the code
	Chinese string
	English string
}

// NewCode declares a code. Each package lists its own in a function Codes.
func NewCode(name string, kind Kind, rule, chinese, english string) Code {
	return Code{&CodeEntry{name, kind, rule, chinese, english}}
}

// FindCode finds a code by its name, as events and files have it, among those
// given; the zero Code when there is none.
func FindCode(codes []Code, name string) Code {
	for _, code := range codes {
		if code.Name() == name {
			return code
		}
	}
	return Code{}
}

// Error is a refusal with what belongs to the case: the field it is about and
// parameters for its sentence. It never carries personal data (design §4).
type Error struct {
	Code   Code
	Field  string            // the field at fault, as the command names it; may be empty
	Params map[string]string // further facts, such as limit or reason; may be nil
}

// Entry is what is declared of the code; the zero entry for the zero Code.
func (c Code) Entry() CodeEntry {
	if c.entry == nil {
		return CodeEntry{}
	}
	return *c.entry
}

// Name is the code's stable name, empty for the zero Code.
func (c Code) Name() string { return c.Entry().Name }

// Kind is the code's kind, 0 for the zero Code.
func (c Code) Kind() Kind { return c.Entry().Kind }

// IsZero says that there is no code.
func (c Code) IsZero() bool { return c == Code{} }

// MarshalText is the code's name.
func (c Code) MarshalText() ([]byte, error) { return []byte(c.Name()), nil }

// Error is the code and its English sentence.
func (c Code) Error() string { return (&Error{Code: c}).Error() }

// At is an error with this code about the field.
func (c Code) At(field string) *Error { return &Error{Code: c, Field: field} }

// With is an error with this code and a parameter. The value must not be
// personal data.
func (c Code) With(name, value string) *Error { return (&Error{Code: c}).With(name, value) }

// With is a copy of the error with one more parameter. The value must not be
// personal data.
func (e *Error) With(name, value string) *Error {
	params := maps.Clone(e.Params)
	if params == nil {
		params = make(map[string]string, 1)
	}
	params[name] = value
	return &Error{Code: e.Code, Field: e.Field, Params: params}
}

// At is a copy of the error about the field.
func (e *Error) At(field string) *Error {
	return &Error{Code: e.Code, Field: field, Params: e.Params}
}

// Error is the code and the English sentence.
func (e *Error) Error() string {
	text := e.Code.Name()
	if sentence := e.Message(); sentence != "" {
		text += ": " + sentence
	}
	if e.Field != "" {
		text += " (" + e.Field + ")"
	}
	return text
}

// Message is the English sentence that says what to do.
func (e *Error) Message() string { return e.fill(e.Code.Entry().English) }

// MessageZH is the Chinese sentence that says what to do.
func (e *Error) MessageZH() string { return e.fill(e.Code.Entry().Chinese) }

// Kind is the kind of the error's code.
func (e *Error) Kind() Kind { return e.Code.Kind() }

// Is says whether target is this error's code, or an Error with the same code.
func (e *Error) Is(target error) bool {
	switch t := target.(type) {
	case Code:
		return t == e.Code
	case *Error:
		return t.Code == e.Code
	}
	return false
}

// AsError finds the refusal in err's chain, be it an *Error or a bare Code.
func AsError(err error) (*Error, bool) {
	var refusal *Error
	if errors.As(err, &refusal) {
		return refusal, true
	}
	var code Code
	if errors.As(err, &code) {
		return &Error{Code: code}, true
	}
	return nil, false
}

// CodeOf is the code of the refusal in err's chain, the zero Code when there is
// none.
func CodeOf(err error) Code {
	refusal, found := AsError(err)
	if !found {
		return Code{}
	}
	return refusal.Code
}

// fill puts the parameters into the sentence. A parameter that was not given
// stays out with its braces.
func (e *Error) fill(sentence string) string {
	if !strings.Contains(sentence, "{") {
		return sentence
	}
	var filled strings.Builder
	for {
		open := strings.IndexByte(sentence, '{')
		if open < 0 {
			break
		}
		length := strings.IndexByte(sentence[open:], '}')
		if length < 0 {
			break
		}
		filled.WriteString(sentence[:open])
		name := sentence[open+1 : open+length]
		switch value, given := e.Params[name]; {
		case given:
			filled.WriteString(value)
		case name == "field":
			filled.WriteString(e.Field)
		}
		sentence = sentence[open+length+1:]
	}
	filled.WriteString(sentence)
	return filled.String()
}
