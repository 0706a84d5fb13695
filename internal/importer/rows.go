package importer

import (
	"slices"
	"strconv"
	"strings"

	"guishu/domain"

	"github.com/google/uuid"
)

// rowReader reads the rows of one section.
type rowReader struct {
	plan    *Plan
	section *planned
	lookup  func(thing Thing, by, name string) (uuid.UUID, bool, error)
	found   map[string]uuid.UUID // what lookup has answered, zero for nothing
}

func (rr *rowReader) readAll() error {
	for n, r := range rr.section.table.rows {
		if r.problem != nil || !rr.wanted(r) {
			continue
		}
		it, column, err := rr.read(r)
		refusal, ok := domain.AsError(err)
		switch {
		case err == nil:
			it.order = n
			rr.take(it, r)
		case ok && refusal.Kind() != domain.Unavailable:
			rr.reject(r, it, column, refusal)
		default:
			return err
		}
	}
	rr.settle()
	return nil
}

func (rr *rowReader) reject(r row, it *item, column string, refusal *domain.Error) {
	if it != nil && it.key != "" {
		rr.section.refused[it.key] = true
	}
	rr.plan.rejections.add(rr.section.table, r.line, column, refusal)
}

// wanted says whether the section takes the row.
func (rr *rowReader) wanted(r row) bool {
	for column, values := range rr.section.Only {
		if !slices.Contains(values, rr.section.table.cell(r, column)) {
			return false
		}
	}
	for column, values := range rr.section.Except {
		if slices.Contains(values, rr.section.table.cell(r, column)) {
			return false
		}
	}
	return true
}

// read makes an item of a row, or says which column is wrong and why.
func (rr *rowReader) read(r row) (it *item, column string, err error) {
	s := rr.section
	it = &item{section: s, lines: []int{r.line}, values: make(map[string]value, len(s.Fields))}
	for i, name := range s.Key {
		cell := s.table.cell(r, name)
		if cell == "" {
			return nil, name, domain.ErrFormRequired.At(name)
		}
		if i > 0 {
			it.key += keySeparator
		}
		it.key += cell
	}
	// What is taken from the thing of another field comes after all others, that one
	// among them.
	for _, taken := range []bool{false, true} {
		for _, f := range s.vocabulary.fields {
			spec, given := s.Fields[f.name]
			if !given || (spec.From != "") != taken {
				continue
			}
			v, err := rr.value(it, r, f, spec)
			if err != nil {
				return it, strings.Join(v.columns, ", "), err
			}
			if v.text == "" && f.required {
				return it, strings.Join(v.columns, ", "), domain.ErrFormRequired.At(f.name)
			}
			it.values[f.name] = v
		}
	}
	if s.vocabulary.check != nil {
		if refusal := s.vocabulary.check(it); refusal != nil {
			return it, strings.Join(s.columnsOf(refusal.Field), ", "), refusal
		}
	}
	return it, "", nil
}

// columnsOf is the columns that feed a field.
func (s *planned) columnsOf(name string) []string {
	spec, given := s.Fields[strings.TrimSuffix(name, "_fen")] // a file's amounts may be in yuan
	if !given {
		return nil
	}
	return spec.columns()
}

// value reads one field of a row.
func (rr *rowReader) value(it *item, r row, f field, spec Value) (value, error) {
	if spec.From != "" {
		return rr.taken(it, spec), nil
	}
	text := rr.text(r, f.name, spec)
	if other, named := spec.Values[text]; named {
		text = other
	}
	if text == "" && spec.Default != nil {
		text = *spec.Default
	}
	v := value{text: text, columns: spec.columns()}
	if text == "" {
		return v, nil
	}
	switch f.form {
	case asDate:
		on, err := rr.section.table.readDate(text, rr.either(spec.Dates, func(f *File) string { return f.Dates }))
		v.date, v.text = on, on.String()
		return v, at(err, f.name)
	case asAmount:
		fen, err := rr.section.table.readAmount(text, rr.either(spec.Amounts, func(f *File) string { return f.Amounts }))
		v.amount, v.text = fen, strconv.FormatInt(int64(fen), 10)
		return v, at(err, f.name)
	case asWord:
		code, err := f.word(text)
		v.text = code
		return v, at(err, f.name)
	case asReference:
		return rr.reference(v, f, spec)
	}
	return v, nil
}

// either is what a value says, or else its file.
func (rr *rowReader) either(own string, files func(*File) string) string {
	if own != "" {
		return own
	}
	file, _ := rr.plan.mapping.file(rr.section.File)
	return files(file)
}

// text is the field's text before it is read.
func (rr *rowReader) text(r row, name string, spec Value) string {
	t := rr.section.table
	switch {
	case spec.Value != nil:
		return strings.TrimSpace(*spec.Value)
	case spec.Column != "":
		return t.cell(r, spec.Column)
	case len(spec.Columns) > 0:
		cells := make([]string, len(spec.Columns))
		for i, column := range spec.Columns {
			if cells[i] = t.cell(r, column); cells[i] == "" {
				return ""
			}
		}
		return strings.Join(cells, keySeparator)
	}
	filled, _ := rr.section.templates[name].fill(func(column string) string { return t.cell(r, column) })
	return strings.TrimSpace(filled)
}

// taken is a field of the thing that another field refers to.
func (rr *rowReader) taken(it *item, spec Value) value {
	through := it.values[spec.From]
	if through.item == nil {
		return value{columns: through.columns}
	}
	v := through.item.values[spec.Field]
	v.columns = through.columns
	return v
}

// reference finds what a key refers to: a thing of this import, or one that the
// ledger has.
func (rr *rowReader) reference(v value, f field, spec Value) (value, error) {
	if spec.Of != "" {
		target := rr.plan.section(spec.Of)
		if target == rr.section {
			v.later = true // the row may come further down: see settle
			return v, nil
		}
		var err error
		v.item, err = target.find(v.text, f.name)
		return v, err
	}
	asked := string(f.refers) + keySeparator + spec.By + keySeparator + v.text
	id, answered := rr.found[asked]
	if !answered {
		var known bool
		var err error
		if id, known, err = rr.lookup(f.refers, spec.By, v.text); err != nil {
			return v, err
		}
		if !known {
			id = uuid.Nil
		}
		rr.found[asked] = id
	}
	if id == uuid.Nil {
		return v, ErrUnknownReference.At(f.name).With("field", f.name)
	}
	v.known = id
	return v, nil
}

// find is the section's thing with a key, or why there is none.
func (s *planned) find(key, field string) (*item, error) {
	if found, ok := s.byKey[key]; ok {
		return found, nil
	}
	if s.refused[key] {
		return nil, ErrReferenceRejected.At(field).With("field", field)
	}
	return nil, ErrUnknownReference.At(field).With("field", field)
}

// settle finds what rows refer to in their own section, now that all are read. A
// row that is rejected for it takes along those that refer to it.
func (rr *rowReader) settle() {
	s := rr.section
	for again := true; again; {
		again = false
		s.items = slices.DeleteFunc(s.items, func(it *item) bool {
			for _, f := range s.vocabulary.fields {
				v := it.values[f.name]
				if !v.later {
					continue
				}
				found, err := s.find(v.text, f.name)
				if refusal, refused := domain.AsError(err); refused {
					again = true
					delete(s.byKey, it.key)
					s.refused[it.key] = true
					for _, line := range it.lines {
						rr.plan.rejections.add(s.table, line, strings.Join(v.columns, ", "), refusal)
					}
					return true
				}
				v.item = found
				it.values[f.name] = v
			}
			return false
		})
	}
}

// take adds an item, or merges it into the one with the same key.
func (rr *rowReader) take(it *item, r row) {
	s := rr.section
	first, repeated := s.byKey[it.key]
	if !repeated {
		s.byKey[it.key], s.items = it, append(s.items, it)
		return
	}
	duplicate := ErrRowDuplicate.With("line", strconv.Itoa(first.lines[0]))
	if s.Repeats != "merge" {
		rr.plan.rejections.add(s.table, r.line, strings.Join(s.Key, ", "), duplicate)
		return
	}
	for _, f := range s.vocabulary.fields {
		if mine, theirs := it.values[f.name], first.values[f.name]; s.Fields[f.name].Choose == "" && mine.text != theirs.text {
			rr.plan.rejections.add(s.table, r.line, strings.Join(s.columnsOf(f.name), ", "), duplicate.At(f.name))
			return
		}
	}
	for name, spec := range s.Fields {
		if spec.Choose != "" {
			first.values[name] = chosen(first.values[name], it.values[name], spec.Choose)
		}
	}
	first.lines = append(first.lines, r.line)
}

// chosen is the earlier or the later of two dates; an empty one is never chosen.
func chosen(a, b value, which string) value {
	switch {
	case a.date.IsZero():
		return b
	case b.date.IsZero():
		return a
	case (which == "earliest") == b.date.Before(a.date):
		return b
	}
	return a
}

// at says which field a refusal is about; nil for no refusal.
func at(err error, field string) error {
	if refusal, ok := domain.AsError(err); ok {
		return refusal.At(field)
	}
	return err
}
