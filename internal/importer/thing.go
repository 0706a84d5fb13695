package importer

import (
	"slices"

	"guishu/domain"
	"guishu/domain/staff"
)

// Thing is a kind of what an import makes.
type Thing string

// The things an import makes.
const (
	Unit       Thing = "unit"
	Staff      Thing = "staff"
	Product    Thing = "product"
	Customer   Thing = "customer"
	Attachment Thing = "attachment"
	Payment    Thing = "payment"
)

// form is how the text of a field is read.
type form int

const (
	asText form = iota
	asDate
	asAmount
	asWord // of an enumeration
	asReference
)

// field is something that a thing has, by the name that mappings and the
// commands give it.
type field struct {
	name     string
	form     form
	required bool
	refers   Thing                        // asReference
	word     func(string) (string, error) // asWord: the code of a word
}

// vocabulary is what can be said of one kind of thing.
type vocabulary struct {
	fields     []field
	permission []staff.Permission // what the importer needs to make it
	by         []string           // how the ledger finds an existing one
	steps      func(*item) []step // the commands that make it

	check func(*item) *domain.Error // what one field asks of another; nil if nothing
	lane  func(*item) string        // things of one lane are made one after the other
}

func (v *vocabulary) field(name string) (field, bool) {
	i := slices.IndexFunc(v.fields, func(f field) bool { return f.name == name })
	if i < 0 {
		return field{}, false
	}
	return v.fields[i], true
}

func text(name string) field          { return field{name: name} }
func date(name string) field          { return field{name: name, form: asDate} }
func amount(name string) field        { return field{name: name, form: asAmount} }
func (f field) must() field           { f.required = true; return f }
func ref(name string, to Thing) field { return field{name: name, form: asReference, refers: to} }

func word[T ~string](name string, parse func(string) (T, error)) field {
	return field{name: name, form: asWord, word: func(text string) (string, error) {
		code, err := parse(text)
		return string(code), err
	}}
}

// things is the kinds of things with their vocabularies, in the order in which
// they can refer to each other.
func things() map[Thing]*vocabulary {
	return map[Thing]*vocabulary{
		Unit: unitVocabulary(), Staff: staffVocabulary(), Product: productVocabulary(),
		Customer: customerVocabulary(), Attachment: attachmentVocabulary(), Payment: paymentVocabulary(),
	}
}

// thingNames lists the kinds for messages.
func thingNames() []Thing { return []Thing{Unit, Staff, Product, Customer, Attachment, Payment} }
