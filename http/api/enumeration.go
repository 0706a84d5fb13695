package api

import (
	"reflect"

	"github.com/danielgtaylor/huma/v2"
)

// word is a value of an enumeration with what people call it.
type word struct{ Code, Chinese, English string }

// wordsOf is every value of an enumeration; false for a type that is none.
func wordsOf(reflect.Type) ([]word, bool) { return nil, false }

// enumeration is the shape of an enumeration: its values, with both names.
func enumeration(words []word) *huma.Schema {
	shape := &huma.Schema{Type: huma.TypeString}
	names := make([]string, len(words))
	for i, w := range words {
		shape.Enum = append(shape.Enum, w.Code)
		names[i] = w.Chinese + " " + w.English
		shape.Description += "\n- `" + w.Code + "` " + names[i]
	}
	shape.Description = shape.Description[min(1, len(shape.Description)):]
	shape.Extensions = map[string]any{"x-enum-descriptions": names}
	return shape
}
