package importer

import (
	"regexp"
	"slices"
	"unicode/utf8"
)

// wellNamed is what sources, files and sections may be called: their names go
// into identities and messages.
var wellNamed = regexp.MustCompile(`^[a-z0-9][a-z0-9._-]{0,63}$`)

// check finds everything that is wrong with a mapping and can be seen without its
// files.
func (m *Mapping) check(p *problems) {
	if !wellNamed.MatchString(m.Source) {
		p.add([]any{"source"}, "source must name where the rows come from, in small letters, digits and . _ -")
	}
	if len(m.Files) == 0 {
		p.add([]any{"files"}, "files must list at least one file")
	}
	if len(m.Sections) == 0 {
		p.add([]any{"sections"}, "sections must list at least one section")
	}
	for i := range m.Files {
		m.checkFile(p, i)
	}
	vocabularies := things()
	for i := range m.Sections {
		m.checkSection(p, i, vocabularies)
	}
}

func (m *Mapping) checkFile(p *problems, i int) {
	f, at := m.Files[i], []any{"files", i}
	if !wellNamed.MatchString(f.Name) {
		p.add(append(at, "name"), "a file needs a name in small letters, digits and . _ -")
	}
	if _, first := m.file(f.Name); first != i {
		p.add(append(at, "name"), "two files are called %q", f.Name)
	}
	if f.Path == "" {
		p.add(append(at, "path"), "a file needs its path")
	}
	oneOf(p, append(at, "encoding"), f.Encoding, "", "utf-8", "gb18030")
	oneOf(p, append(at, "last_line"), f.LastLine, "", "whole")
	oneOf(p, append(at, "amounts"), f.Amounts, "", "yuan", "fen")
	if f.Separator != "" && (utf8.RuneCountInString(f.Separator) != 1 || f.Separator == `"` || f.Separator == "\n" || f.Separator == "\r") {
		p.add(append(at, "separator"), "a separator is one character, such as ; or a tab")
	}
	if _, ok := dateLayout(f.Dates); !ok {
		p.add(append(at, "dates"), "dates are written with yyyy, mm or m, dd or d, such as dd/mm/yyyy")
	}
}

func oneOf(p *problems, at []any, value string, allowed ...string) {
	if !slices.Contains(allowed, value) {
		p.add(at, "%q is none of %s", value, names(slices.DeleteFunc(slices.Clone(allowed), func(s string) bool { return s == "" })))
	}
}

func (m *Mapping) checkSection(p *problems, i int, vocabularies map[Thing]*vocabulary) {
	s, at := &m.Sections[i], []any{"sections", i}
	if !wellNamed.MatchString(s.Name) {
		p.add(append(at, "name"), "a section needs a name in small letters, digits and . _ -")
	}
	if _, first := m.section(s.Name); first != i {
		p.add(append(at, "name"), "two sections are called %q", s.Name)
	}
	if _, known := m.file(s.File); known < 0 {
		p.add(append(at, "file"), "there is no file %q in this mapping", s.File)
	}
	if len(s.Key) == 0 {
		p.add(append(at, "key"), "a section needs a key: the columns that tell its things apart")
	}
	oneOf(p, append(at, "repeats"), s.Repeats, "", "merge")
	spoken, known := vocabularies[Thing(s.Makes)]
	if !known {
		p.add(append(at, "makes"), "a section makes one of %s, not %q", names(thingNames()), s.Makes)
		return
	}
	for _, f := range spoken.fields {
		if _, given := s.Fields[f.name]; f.required && !given {
			p.add(append(at, "fields"), "a %s needs the field %s", s.Makes, f.name)
		}
	}
	for _, name := range sortedKeys(s.Fields) {
		place := append(slices.Clone(at), "fields", name)
		f, known := spoken.field(name)
		if !known {
			p.add(place, "a %s has no field %q; it has %s", s.Makes, name, names(fieldNames(spoken)))
			continue
		}
		m.checkValue(p, place, i, f, s.Fields[name], vocabularies)
	}
}

func (m *Mapping) checkValue(p *problems, at []any, section int, f field, v Value, vocabularies map[Thing]*vocabulary) {
	s := &m.Sections[section]
	origins := 0
	for _, given := range []bool{v.Column != "", len(v.Columns) > 0, v.Value != nil, v.Text != "", v.From != ""} {
		if given {
			origins++
		}
	}
	if origins != 1 {
		p.add(at, "%s takes exactly one of column, columns, value, text and from", f.name)
		return
	}
	if _, err := parseTemplate(v.Text); err != nil {
		p.add(append(at, "text"), "%v", err)
	}
	if len(v.Columns) > 0 && f.form != asReference {
		p.add(append(at, "columns"), "only a reference is told by several columns; use text to join some")
	}
	if (v.From == "") != (v.Field == "") {
		p.add(at, "from and field go together")
	}
	oneOf(p, append(at, "amounts"), v.Amounts, "", "yuan", "fen")
	oneOf(p, append(at, "choose"), v.Choose, "", "earliest", "latest")
	if v.Choose != "" && (f.form != asDate || s.Repeats != "merge") {
		p.add(append(at, "choose"), "only a date of a section with repeats: merge can be chosen")
	}
	if _, ok := dateLayout(v.Dates); !ok {
		p.add(append(at, "dates"), "dates are written with yyyy, mm or m, dd or d, such as dd/mm/yyyy")
	}
	if v.From != "" {
		m.checkFrom(p, at, s, f, v, vocabularies)
	}
	m.checkReference(p, at, section, f, v, vocabularies)
	checkConstant(p, at, f, v)
}

// checkFrom checks a field that is taken from the thing that another field refers
// to.
func (m *Mapping) checkFrom(p *problems, at []any, s *Section, f field, v Value, vocabularies map[Thing]*vocabulary) {
	other, given := s.Fields[v.From]
	through, known := vocabularies[Thing(s.Makes)].field(v.From)
	if !given || !known || through.form != asReference || other.Of == "" || other.Of == s.Name {
		p.add(append(at, "from"), "%q is no field of this section that refers to another section", v.From)
		return
	}
	taken, known := vocabularies[through.refers].field(v.Field)
	switch {
	case !known:
		p.add(append(at, "field"), "a %s has no field %q", through.refers, v.Field)
	case taken.form != f.form || f.form == asReference:
		p.add(append(at, "field"), "%s of a %s is not of the same sort as %s", v.Field, through.refers, f.name)
	}
}

func (m *Mapping) checkReference(p *problems, at []any, section int, f field, v Value, vocabularies map[Thing]*vocabulary) {
	if f.form != asReference {
		if v.Of != "" || v.By != "" {
			p.add(at, "%s is no reference, so of and by have no place here", f.name)
		}
		return
	}
	if (v.Of == "") == (v.By == "") {
		p.add(at, "%s refers to a %s: say of which section, or by what the ledger knows it (%s)", f.name, f.refers, names(vocabularies[f.refers].by))
		return
	}
	if v.By != "" {
		if !slices.Contains(vocabularies[f.refers].by, v.By) || len(v.Columns) > 0 {
			p.add(append(at, "by"), "the ledger finds a %s by one of: %s", f.refers, names(vocabularies[f.refers].by))
		}
		return
	}
	target, index := m.section(v.Of)
	switch {
	case target == nil:
		p.add(append(at, "of"), "there is no section %q in this mapping", v.Of)
	case Thing(target.Makes) != f.refers:
		p.add(append(at, "of"), "section %q makes %s, but %s refers to a %s", v.Of, target.Makes, f.name, f.refers)
	case index > section:
		p.add(append(at, "of"), "section %q comes later; put it before this one", v.Of)
	case len(target.Key) != max(1, len(v.Columns)):
		p.add(at, "the key of section %q has %d columns, this reference has %d", v.Of, len(target.Key), max(1, len(v.Columns)))
	}
}

// checkConstant reads what is the same for every row, once.
func checkConstant(p *problems, at []any, f field, v Value) {
	if v.Value != nil && f.form == asWord {
		if _, err := f.word(*v.Value); err != nil {
			p.add(append(at, "value"), "%q is no %s", *v.Value, f.name)
		}
	}
	if f.form != asWord {
		return
	}
	for _, key := range sortedKeys(v.Values) {
		if _, err := f.word(v.Values[key]); err != nil {
			p.add(append(at, "values", key), "%q is no %s", v.Values[key], f.name)
		}
	}
}

// checkColumns holds the mapping against the columns that the files have: every
// column named exists, and every column there is used or ignored by name.
func (m *Mapping) checkColumns(p *problems, tables map[string]*table) {
	used := map[string]map[string]bool{}
	for _, f := range m.Files {
		used[f.Name] = map[string]bool{}
	}
	for i := range m.Sections {
		s := &m.Sections[i]
		t := tables[s.File]
		use := func(at []any, column string) {
			if !t.has(column) {
				p.add(at, "%s has no column %q; it has %s", t.path, column, names(t.header))
			}
			used[s.File][column] = true
		}
		for n, column := range s.Key {
			use([]any{"sections", i, "key", n}, column)
		}
		for _, column := range sortedKeys(s.Only) {
			use([]any{"sections", i, "only", column}, column)
		}
		for _, column := range sortedKeys(s.Except) {
			use([]any{"sections", i, "except", column}, column)
		}
		for _, name := range sortedKeys(s.Fields) {
			v, at := s.Fields[name], []any{"sections", i, "fields", name}
			for _, column := range v.columns() {
				use(at, column)
			}
		}
	}
	for i, f := range m.Files {
		for n, column := range f.Ignore {
			at := []any{"files", i, "ignore", n}
			if !tables[f.Name].has(column) {
				p.add(at, "%s has no column %q", tables[f.Name].path, column)
			}
			if used[f.Name][column] {
				p.add(at, "column %q is used, so it cannot be ignored", column)
			}
			used[f.Name][column] = true
		}
		for _, column := range tables[f.Name].header {
			if !used[f.Name][column] {
				p.add([]any{"files", i}, "column %q of %s is neither used nor listed under ignore", column, tables[f.Name].path)
			}
		}
	}
}

// columns is the columns a value is taken from.
func (v Value) columns() []string {
	if v.Column != "" {
		return []string{v.Column}
	}
	if len(v.Columns) > 0 {
		return v.Columns
	}
	parts, _ := parseTemplate(v.Text)
	return parts.columns()
}

func fieldNames(v *vocabulary) []string {
	all := make([]string, len(v.fields))
	for i, f := range v.fields {
		all[i] = f.name
	}
	return all
}
