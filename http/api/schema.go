package api

import (
	"encoding/json"
	"reflect"
	"strings"
	"time"

	"guishu/domain"

	"github.com/danielgtaylor/huma/v2"
	"github.com/google/uuid"
)

// schemas are the shapes of bodies and answers, made from their Go types: an id is a
// uuid, an enumeration has its values with both names, a field that is always there
// is required.
type schemas struct {
	named map[string]*huma.Schema
	types map[string]reflect.Type
}

var _ huma.Registry = (*schemas)(nil)

func newSchemas() *schemas {
	return &schemas{named: map[string]*huma.Schema{}, types: map[string]reflect.Type{}}
}

const schemaPrefix = "#/components/schemas/"

// Schema is the shape of a type: a reference for what has a name of its own.
func (s *schemas) Schema(t reflect.Type, _ bool, _ string) *huma.Schema {
	for t.Kind() == reflect.Pointer {
		t = t.Elem()
	}
	if plain := plainSchema(t); plain != nil {
		return plain
	}
	values := enumeration(t)
	if t.Kind() != reflect.Struct && values == nil {
		shape := huma.SchemaFromType(s, t)
		shape.Nullable = false
		return shape
	}
	name := schemaName(t)
	reference := &huma.Schema{Ref: schemaPrefix + name}
	if known, seen := s.types[name]; seen {
		if known != t {
			panic("api: " + known.String() + " and " + t.String() + " are both called " + name)
		}
		return reference
	}
	s.types[name] = t
	if values != nil {
		s.named[name] = values
		return reference
	}
	s.named[name] = &huma.Schema{} // for a type that holds itself
	*s.named[name] = *huma.SchemaFromType(s, t)
	for field, shape := range s.named[name].Properties {
		describe(shape, field)
	}
	return reference
}

// describe says what a field is, where its tag does not.
func describe(shape *huma.Schema, field string) {
	if shape.Description == "" {
		shape.Description = wordsOfField(field)
	}
}

// plainSchema is the shape of what is written as a plain text or number; nil for any
// other type.
func plainSchema(t reflect.Type) *huma.Schema {
	switch {
	case t == reflect.TypeFor[time.Time]():
		return &huma.Schema{Type: huma.TypeString, Format: "date-time"}
	case t == reflect.TypeFor[domain.Date]():
		return &huma.Schema{Type: huma.TypeString, Format: "date"}
	case t == reflect.TypeFor[uuid.UUID](), t.Implements(reflect.TypeFor[interface{ UUID() uuid.UUID }]()):
		return &huma.Schema{Type: huma.TypeString, Format: "uuid"}
	}
	return nil
}

// schemaName is what a type is called in the document. An enumeration whose name is one
// word has the name of its room before it: Status says little.
func schemaName(t reflect.Type) string {
	name := huma.DefaultSchemaNamer(t, "")
	if rest, is := strings.CutPrefix(name, "NamedID"); is { // Named[ID[customerKind]]
		return "Named" + strings.TrimSuffix(rest, "Kind")
	}
	room := t.PkgPath()[strings.LastIndex(t.PkgPath(), "/")+1:]
	if t.Kind() == reflect.Struct || room == "domain" || strings.ToLower(name[1:]) != name[1:] {
		return name
	}
	return strings.ToUpper(room[:1]) + room[1:] + name
}

// SchemaFromRef is the shape that a reference leads to.
func (s *schemas) SchemaFromRef(ref string) *huma.Schema {
	return s.named[strings.TrimPrefix(ref, schemaPrefix)]
}

// TypeFromRef is the type that a reference leads to.
func (s *schemas) TypeFromRef(ref string) reflect.Type {
	return s.types[strings.TrimPrefix(ref, schemaPrefix)]
}

// Map is every shape that has a name.
func (s *schemas) Map() map[string]*huma.Schema { return s.named }

// RegisterTypeAlias is what huma asks of a registry; there are no aliases here.
func (s *schemas) RegisterTypeAlias(reflect.Type, reflect.Type) {}

// MarshalJSON writes the shapes by name.
func (s *schemas) MarshalJSON() ([]byte, error) { return json.Marshal(s.named) }
