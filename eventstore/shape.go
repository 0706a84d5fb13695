package eventstore

import (
	"encoding"
	"encoding/json"
	"fmt"
	"iter"
	"maps"
	"reflect"
	"regexp"

	jsonv2 "github.com/go-json-experiment/json"
)

// shape is what the codec must know of a Go type before it meets a value.
type shape struct {
	sealed bool // holds personal texts somewhere
}

var (
	sealableType  = reflect.TypeFor[Sealable]()
	ownJSONShapes = []reflect.Type{
		reflect.TypeFor[jsonv2.MarshalerTo](),
		reflect.TypeFor[json.Marshaler](),
		reflect.TypeFor[encoding.TextMarshaler](),
	}
	storedName = regexp.MustCompile(`^[a-z][a-z0-9-]*(\.[a-z][a-z0-9-]*)+$`)
)

// nameFault says what is wrong with a stored name, "" if nothing is.
func nameFault(name string) string {
	if storedName.MatchString(name) {
		return ""
	}
	return "a stored name is lower-case words such as ownership.claim-filed"
}

// inspect walks an event's type once, when it is registered, and refuses what
// would be lost or changed by being stored: interfaces, functions, channels,
// unexported fields, stored names that differ from the Go names, and personal
// texts where the codec cannot reach them.
func inspect(t reflect.Type) (shape, error) {
	if t.Kind() != reflect.Struct {
		return shape{}, fmt.Errorf("%s is not a struct", t)
	}
	w := walk{seen: map[reflect.Type]bool{}}
	err := w.visit(t, t.String())
	return shape{sealed: w.sealed}, err
}

type walk struct {
	seen   map[reflect.Type]bool
	sealed bool
}

func (w *walk) visit(t reflect.Type, path string) error {
	if reflect.PointerTo(t).Implements(sealableType) {
		w.sealed = true
		return nil
	}
	if w.seen[t] {
		return nil
	}
	w.seen[t] = true
	if hasOwnJSON(t) {
		return w.refuseHidden(t, path)
	}
	switch t.Kind() {
	case reflect.Struct:
		return w.visitFields(t, path)
	case reflect.Pointer, reflect.Slice, reflect.Array:
		return w.visit(t.Elem(), path)
	case reflect.Map:
		if t.Key().Kind() != reflect.String && !hasOwnJSON(t.Key()) || reflect.PointerTo(t.Key()).Implements(sealableType) {
			return fmt.Errorf("%s: a map's keys must be plain texts or ids", path)
		}
		return w.visit(t.Elem(), path)
	case reflect.Interface, reflect.Func, reflect.Chan, reflect.UnsafePointer, reflect.Complex64, reflect.Complex128:
		return fmt.Errorf("%s: a %s cannot be stored", path, t.Kind())
	}
	return nil
}

func (w *walk) visitFields(t reflect.Type, path string) error {
	for field := range fields(t) {
		at := path + "." + field.Name
		if !field.IsExported() {
			return fmt.Errorf("%s is unexported and would be lost", at)
		}
		if _, tagged := field.Tag.Lookup("json"); tagged {
			return fmt.Errorf("%s has a json tag; fields are stored under their Go names", at)
		}
		if err := w.visit(field.Type, at); err != nil {
			return err
		}
	}
	return nil
}

// refuseHidden refuses a type that writes its own JSON and has a personal text
// inside, where the codec cannot seal it.
func (w *walk) refuseHidden(t reflect.Type, path string) error {
	if t.Kind() != reflect.Struct {
		return nil
	}
	for field := range fields(t) {
		if reflect.PointerTo(field.Type).Implements(sealableType) {
			return fmt.Errorf("%s: %s writes its own JSON, which would hide the personal text %s", path, t, field.Name)
		}
	}
	return nil
}

func hasOwnJSON(t reflect.Type) bool {
	for _, own := range ownJSONShapes {
		if t.Implements(own) || reflect.PointerTo(t).Implements(own) {
			return true
		}
	}
	return false
}

func fields(t reflect.Type) iter.Seq[reflect.StructField] {
	return func(yield func(reflect.StructField) bool) {
		for i := range t.NumField() {
			if !yield(t.Field(i)) {
				return
			}
		}
	}
}

func mapsKeys[V any](m map[string]V) iter.Seq[string] { return maps.Keys(m) }
