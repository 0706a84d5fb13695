package api

import (
	"reflect"

	"guishu/domain"

	"github.com/danielgtaylor/huma/v2"
)

// enumerated is what every type with a list of values offers.
type enumerated interface{ Words() []domain.Word }

// enumeration is the shape of a type with a list of values: these, with both names;
// nil for any other type.
func enumeration(t reflect.Type) *huma.Schema {
	values, is := reflect.Zero(t).Interface().(enumerated)
	if !is {
		return nil
	}
	shape := &huma.Schema{Type: huma.TypeString}
	var names []string
	for _, w := range values.Words() {
		shape.Enum = append(shape.Enum, w.Code)
		names = append(names, w.Chinese+" "+w.English)
		shape.Description += "\n- `" + w.Code + "` " + w.Chinese + " " + w.English
	}
	shape.Description = shape.Description[min(1, len(shape.Description)):]
	shape.Extensions = map[string]any{"x-enum-descriptions": names}
	return shape
}
