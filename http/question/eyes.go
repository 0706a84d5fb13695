package question

import (
	"slices"

	"guishu/domain"
	"guishu/domain/staff"
)

// eyes are how a reader sees personal fields: by the place of the customer and
// whether the customer is their own (B-35, C-04). Rows of a list mostly share
// those, so the last answer is kept.
type eyes struct {
	reader staff.Principal

	looked bool
	path   domain.Path
	line   domain.BusinessLine
	mine   bool
	sees   map[staff.Field]staff.Visibility
}

// on looks at a customer at a place in a line.
func (e *eyes) on(path domain.Path, line domain.BusinessLine, mine bool) *eyes {
	if e.looked && e.path == path && e.line == line && e.mine == mine {
		return e
	}
	e.looked, e.path, e.line, e.mine = true, path, line, mine
	e.sees = make(map[staff.Field]staff.Visibility, 13)
	for _, field := range staff.Fields.Values() {
		e.sees[field] = e.reader.Sees(field, path, line, mine)
	}
	return e
}

// shown is a field's text as the reader may see it: whole, through the mask, or
// not at all.
func (e *eyes) shown(field staff.Field, text string, mask func(string) string) string {
	switch e.sees[field] {
	case staff.Plain:
		return text
	case staff.Masked:
		return mask(text)
	}
	return ""
}

// masked is a field's text that is masked already, where the reader may see so
// much.
func (e *eyes) masked(field staff.Field, text string) string {
	if e.sees[field] == staff.Hidden {
		return ""
	}
	return text
}

// known keeps the names of fields that the reader may know of at all.
func (e *eyes) known(fields []string) []string {
	return slices.DeleteFunc(slices.Clone(fields), func(name string) bool {
		field := staff.Field(name)
		return field.Valid() && e.sees[field] == staff.Hidden
	})
}

// nothing is the mask of what has no shorter form.
func nothing(string) string { return "" }
