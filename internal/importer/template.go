package importer

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strings"
)

// template is a text with columns in braces. A part in brackets is left out when
// a column within it is empty.
type template []part

// part is plain text, a column, or an optional part.
type part struct {
	text     string
	column   string
	optional template
}

// parseTemplate reads "{year}[, part of {parent}]".
func parseTemplate(text string) (template, error) {
	t, rest, err := parseParts(text, false)
	if err == nil && rest != "" {
		err = fmt.Errorf("a ] without its [")
	}
	return t, err
}

func parseParts(text string, optional bool) (t template, rest string, err error) {
	for text != "" {
		at := strings.IndexAny(text, "{}[]")
		if at < 0 {
			at = len(text)
		}
		if at > 0 {
			t, text = append(t, part{text: text[:at]}), text[at:]
			continue
		}
		switch text[0] {
		case '{':
			name, after, closed := strings.Cut(text[1:], "}")
			if !closed || name == "" || strings.ContainsAny(name, "{[]") {
				return nil, "", fmt.Errorf("a { that names no column")
			}
			t, text = append(t, part{column: name}), after
		case '[':
			if optional {
				return nil, "", fmt.Errorf("a [ within a [")
			}
			inner, after, err := parseParts(text[1:], true)
			if err != nil {
				return nil, "", err
			}
			if !strings.HasPrefix(after, "]") {
				return nil, "", fmt.Errorf("a [ without its ]")
			}
			t, text = append(t, part{optional: inner}), after[1:]
		case ']':
			return t, text, nil
		default:
			return nil, "", fmt.Errorf("a } without its {")
		}
	}
	return t, "", nil
}

func (t template) columns() []string {
	var all []string
	for _, p := range t {
		if p.column != "" {
			all = append(all, p.column)
		}
		all = append(all, p.optional.columns()...)
	}
	return all
}

// fill puts a row's cells in; whole is false when one of them was empty.
func (t template) fill(cell func(string) string) (text string, whole bool) {
	var filled strings.Builder
	whole = true
	for _, p := range t {
		switch {
		case p.column != "":
			value := cell(p.column)
			whole = whole && value != ""
			filled.WriteString(value)
		case p.optional != nil:
			if inner, complete := p.optional.fill(cell); complete {
				filled.WriteString(inner)
			}
		default:
			filled.WriteString(p.text)
		}
	}
	return filled.String(), whole
}

func sortedKeys[K cmp.Ordered, V any](m map[K]V) []K { return slices.Sorted(maps.Keys(m)) }
