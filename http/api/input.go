package api

import (
	"encoding"
	"fmt"
	"net/http"
	"reflect"
	"strconv"
	"strings"
	"unicode/utf8"

	"guishu/domain"
)

// Where a parameter stands.
const (
	inPath  = "path"
	inQuery = "query"
)

// parameter is what a request says in its address, and the field of the route's input
// that it is for.
type parameter struct {
	name        string
	in          string
	field       reflect.StructField
	index       []int
	least, most *int64 // of a number, nil for any
	longest     int    // characters of a text, 0 for any
}

func typeOf[T any]() reflect.Type { return reflect.TypeFor[T]() }

// parametersOf finds the fields of a question's input that stand in the address, by
// their tags.
func parametersOf(in reflect.Type) []parameter {
	var all []parameter
	for _, field := range reflect.VisibleFields(in) {
		for _, where := range []string{inPath, inQuery} {
			if name := field.Tag.Get(where); name != "" && !field.Anonymous {
				all = append(all, parameter{
					name: name, in: where, field: field, index: field.Index,
					least: bound(field, "minimum"), most: bound(field, "maximum"), longest: longest(field),
				})
			}
		}
	}
	return all
}

func bound(field reflect.StructField, tag string) *int64 {
	n, err := strconv.ParseInt(field.Tag.Get(tag), 10, 64)
	if err != nil {
		return nil
	}
	return &n
}

func longest(field reflect.StructField) int {
	n, _ := strconv.Atoi(field.Tag.Get("maxLength"))
	return n
}

// parametersIn are the names that an address has in braces, for a route that reads
// them by itself.
func parametersIn(path string) []parameter {
	var all []parameter
	for part := range strings.SplitSeq(path, "/") {
		if strings.HasPrefix(part, "{") && strings.HasSuffix(part, "}") {
			all = append(all, parameter{name: part[1 : len(part)-1], in: inPath})
		}
	}
	return all
}

// addressed finds the fields of a command that its address names, by their names in
// the body. An address that names none of the command's is a mistake of ours.
func addressed(command reflect.Type, path string) []parameter {
	all := parametersIn(path)
	for i, p := range all {
		found := false
		for n := range command.NumField() {
			if field := command.Field(n); jsonName(field) == p.name {
				all[i].field, all[i].index, found = field, field.Index, true
			}
		}
		if !found {
			panic(fmt.Sprintf("api: %s names %q, which %s lacks", path, p.name, command))
		}
	}
	return all
}

func jsonName(field reflect.StructField) string {
	name, _, _ := strings.Cut(field.Tag.Get("json"), ",")
	return name
}

// fill sets the fields that stand in the address. What a body has said already may be
// repeated, but not otherwise: request/validation. A parameter that cannot be read is
// request/id-format in the path, query/filter in the query.
func fill[I any](into *I, in []parameter, r *http.Request) error {
	whole := reflect.ValueOf(into).Elem()
	query := r.URL.Query()
	for _, p := range in {
		text := query.Get(p.name)
		if p.in == inPath {
			text = r.PathValue(p.name)
		} else if text == "" {
			continue
		}
		field := whole.FieldByIndex(p.index)
		said := field.Interface()
		if err := p.parse(field, text); err != nil {
			return err
		}
		if before := reflect.ValueOf(said); !before.IsZero() && !field.Equal(before) {
			return domain.ErrRequestValidation.At(p.name)
		}
	}
	return nil
}

// parse sets a field to what a text says.
func (p *parameter) parse(field reflect.Value, text string) error {
	if reader, ok := field.Addr().Interface().(encoding.TextUnmarshaler); ok {
		err := reader.UnmarshalText([]byte(text))
		switch refusal, found := domain.AsError(err); {
		case err == nil && !field.IsZero():
			return nil
		case found && p.in == inPath:
			return refusal.At(p.name)
		}
		return p.refusal()
	}
	switch field.Kind() {
	case reflect.String:
		if !utf8.ValidString(text) && p.in == inPath || p.longest > 0 && utf8.RuneCountInString(text) > p.longest {
			return p.refusal()
		}
		field.SetString(text)
		return nil
	case reflect.Int, reflect.Int64:
		n, err := strconv.ParseInt(text, 10, 64)
		if err != nil || p.least != nil && n < *p.least || p.most != nil && n > *p.most {
			return p.refusal()
		}
		field.SetInt(n)
		return nil
	case reflect.Bool:
		yes, err := strconv.ParseBool(text)
		if err != nil {
			return p.refusal()
		}
		field.SetBool(yes)
		return nil
	}
	return p.refusal()
}

// refusal is for a parameter that cannot be read.
func (p *parameter) refusal() error {
	if p.in == inPath {
		return domain.ErrRequestIDFormat.At(p.name)
	}
	return domain.ErrQueryFilter.At(p.name)
}
