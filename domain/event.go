package domain

import (
	"reflect"
	"strings"

	"github.com/google/uuid"
)

// EventType describes one version of one kind of event: the name it is stored
// under, written out once beside the struct and never derived from a Go name.
// Renaming the Go type changes nothing that is stored (design §4).
//
// Each aggregate lists its own by the category of streams they stand in.
type EventType struct {
	Name    string // such as "ownership.claim-filed"
	Version int    // 1, 2, 3 …

	chinese, english string // what people call such an event
	area             Area   // zero: its category's

	goType  reflect.Type
	pointer func() any
	value   func(any) any
	subject func(any) uuid.UUID // nil when the type does not say whose data it holds
	next    reflect.Type        // what up returns; nil for the current version
	up      func(any) any
}

// DescribeEvent describes the current version of an event type.
func DescribeEvent[T any](name string, version int) EventType {
	d := EventType{
		Name:    name,
		Version: version,
		goType:  reflect.TypeFor[T](),
		pointer: func() any { return new(T) },
		value:   func(p any) any { return *p.(*T) },
	}
	if _, ok := any(*new(T)).(HasSubject); ok {
		d.subject = func(event any) uuid.UUID { return uuid.UUID(event.(HasSubject).Subject()) }
	}
	return d
}

// Titled gives the event the name by which people call it in both languages, such
// as "登记客户" and "Customer registered". The labels of its fields stand beside
// them: see LabelOf.
func (d EventType) Titled(chinese, english string) EventType {
	d.chinese, d.english = chinese, english
	return d
}

// ReadIn gives the event an area of its own, where it is read otherwise than its
// category.
func (d EventType) ReadIn(area Area) EventType {
	d.area = area
	return d
}

// Area is the area of its own; zero for its category's.
func (d EventType) Area() Area { return d.area }

// Title is what people call such an event, in both languages.
func (d EventType) Title() (chinese, english string) { return d.chinese, d.english }

// LabelOf is what people call a field of an event in both languages. It stands
// beside the field as a tag, so that no event gets another's words:
//
//	From domain.StaffID `label:"原客户经理|From"`
//
// Tags change nothing of what is stored. Both texts are empty where none is given.
func LabelOf(field reflect.StructField) (chinese, english string) {
	chinese, english, _ = strings.Cut(field.Tag.Get("label"), "|")
	return chinese, english
}

// HasMade is implemented by events that bring something new into the ledger, such
// as a customer or an attachment: Made is its id. A program that goes on with work
// of its own finds by it what a command made.
type HasMade interface{ Made() uuid.UUID }

// UpcastEvent describes an older version of an event type, whose shape was
// From, and how it becomes To, the shape of the version after it. From keeps
// every field that was ever stored under that version; up never fails and
// invents nothing that the older event did not say.
func UpcastEvent[From, To any](name string, fromVersion int, up func(From) To) EventType {
	d := DescribeEvent[From](name, fromVersion)
	d.next = reflect.TypeFor[To]()
	d.up = func(event any) any { return up(event.(From)) }
	return d
}

// StoredAs gives the stored name and the version.
func (d EventType) StoredAs() (name string, version int) { return d.Name, d.Version }

// GoType is the type of the event's values, never a pointer.
func (d EventType) GoType() reflect.Type { return d.goType }

// New gives a pointer to a zero event, to decode into.
func (d EventType) New() any { return d.pointer() }

// Value gives the event that a pointer from New points to.
func (d EventType) Value(pointer any) any { return d.value(pointer) }

// SubjectOf says whose personal data the event holds; false when events of this
// type do not say, because they hold none.
func (d EventType) SubjectOf(event any) (uuid.UUID, bool) {
	if d.subject == nil {
		return uuid.Nil, false
	}
	return d.subject(event), true
}

// Upcaster gives the shape of the next version and the function that leads to
// it; nil and nil for the current version.
func (d EventType) Upcaster() (next reflect.Type, up func(event any) any) { return d.next, d.up }
