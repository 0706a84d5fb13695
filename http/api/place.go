package api

import (
	"reflect"
	"strings"

	"guishu/domain"
)

// places are where the fields of a command stand that are not at the top of its
// body, such as fields.name. Rules know a field by its name only; a problem names
// it as the client sent it, as one about unreadable JSON does.
type places map[string]string

func placesIn(command reflect.Type) places {
	p := places{"effective_at": effectiveHeader}
	for i := range command.NumField() {
		parent := command.Field(i)
		if parent.Type.Kind() != reflect.Struct {
			continue
		}
		for j := range parent.Type.NumField() {
			if name := jsonName(parent.Type.Field(j)); name != "" {
				p[name] = jsonName(parent) + "." + name
			}
		}
	}
	for i := range command.NumField() {
		delete(p, jsonName(command.Field(i))) // what stands at the top is meant first
	}
	return p
}

// place is the path to a field.
func (p places) place(field string) string {
	top, _, _ := strings.Cut(field, ".")
	if path, nested := p[top]; nested {
		return path + field[len(top):]
	}
	return field
}

// locate names the fields of a refusal by their paths.
func (p places) locate(err error) error {
	refusal, found := domain.AsError(err)
	if !found || refusal.Field == "" || refusal.Kind() == domain.Unavailable {
		return err
	}
	located := refusal.At(p.place(refusal.Field))
	if several := refusal.Params["fields"]; several != "" {
		fields := strings.Split(several, ",")
		for i, field := range fields {
			fields[i] = p.place(field)
		}
		located = located.With("fields", strings.Join(fields, ","))
	}
	return located
}
