package eventstore

import (
	"cmp"
	"encoding"
	"encoding/json"
	"fmt"
	"iter"
	"reflect"
	"regexp"
	"strings"

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
	if isPersonal(t) {
		w.sealed = true
		return nil
	}
	if w.seen[t] {
		return nil
	}
	w.seen[t] = true
	if hasOwnJSON(t) {
		if where, found := hiddenPersonal(t, map[reflect.Type]bool{}); found {
			return fmt.Errorf("%s: %s writes its own JSON, which would hide the personal text %s", path, t, cmp.Or(where, "in it"))
		}
		return nil
	}
	switch t.Kind() {
	case reflect.Struct:
		return w.visitFields(t, path)
	case reflect.Pointer, reflect.Slice, reflect.Array:
		return w.visit(t.Elem(), path)
	case reflect.Map:
		if t.Key().Kind() != reflect.String && !hasOwnJSON(t.Key()) || isPersonal(t.Key()) {
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

// isPersonal says whether t is a personal text or a pointer to one.
func isPersonal(t reflect.Type) bool {
	return t.Implements(sealableType) || reflect.PointerTo(t).Implements(sealableType)
}

// hiddenPersonal looks in a type that writes its own JSON for a personal text,
// where the codec cannot seal it, and says where it stands.
func hiddenPersonal(t reflect.Type, seen map[reflect.Type]bool) (where string, found bool) {
	if isPersonal(t) {
		return "", true
	}
	if seen[t] {
		return "", false
	}
	seen[t] = true
	switch t.Kind() {
	case reflect.Struct:
		for field := range fields(t) {
			if inside, found := hiddenPersonal(field.Type, seen); found {
				return strings.TrimSuffix(field.Name+"."+inside, "."), true
			}
		}
	case reflect.Map:
		if isPersonal(t.Key()) {
			return "", true
		}
		return hiddenPersonal(t.Elem(), seen)
	case reflect.Pointer, reflect.Slice, reflect.Array:
		return hiddenPersonal(t.Elem(), seen)
	}
	return "", false
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
