package importer

import "github.com/goccy/go-yaml/ast"

// Mapping says what the rows of some files are, in words that need no program: it
// is read from YAML by ReadMapping and described in docs/import.md.
type Mapping struct {
	// Source names where the rows come from. Together with a section's name and a
	// row's key it is the row's identity for ever: see rowIdentity.
	Source   string    `yaml:"source"`
	Files    []File    `yaml:"files"`
	Sections []Section `yaml:"sections"`

	text []byte    // as read, for its SHA-256
	name string    // of the file it was read from
	tree *ast.File // for the places of errors
}

// File is a file whose rows sections read.
type File struct {
	Name      string   `yaml:"name"`      // what sections call it
	Path      string   `yaml:"path"`      // where it lies, seen from the folder of the import
	Sheet     string   `yaml:"sheet"`     // of an XLSX; empty for the first one
	Encoding  string   `yaml:"encoding"`  // utf-8 or gb18030; empty to find out
	Separator string   `yaml:"separator"` // of a CSV; a comma if empty
	LastLine  string   `yaml:"last_line"` // "whole": the last line needs no line end
	Dates     string   `yaml:"dates"`     // form of dates, such as dd/mm/yyyy; yyyy-mm-dd, yyyymmdd and yyyy/mm/dd if empty
	Amounts   string   `yaml:"amounts"`   // yuan (the default) or fen
	Ignore    []string `yaml:"ignore"`    // columns that nothing is taken from
}

// Section makes things of one kind from the rows of one file.
type Section struct {
	Name    string              `yaml:"name"`
	File    string              `yaml:"file"`
	Makes   string              `yaml:"makes"`   // unit, staff, product, customer, attachment or payment
	Key     []string            `yaml:"key"`     // columns that tell the things apart
	Repeats string              `yaml:"repeats"` // "merge": rows with the same key are one thing
	Only    map[string][]string `yaml:"only"`    // by column: the values of rows to take
	Except  map[string][]string `yaml:"except"`  // by column: the values of rows to leave
	Fields  map[string]Value    `yaml:"fields"`
}

// Value says where a field's text comes from, by exactly one of Column, Columns,
// Value, Text or From, and how it is read.
type Value struct {
	Column  string            `yaml:"column"`  // one column's cell
	Columns []string          `yaml:"columns"` // the cells of a key of several columns
	Value   *string           `yaml:"value"`   // the same for every row
	Text    string            `yaml:"text"`    // a template: {column}, and [a part left out when a column in it is empty]
	From    string            `yaml:"from"`    // a reference field of the same section …
	Field   string            `yaml:"field"`   // … whose field is taken
	Values  map[string]string `yaml:"values"`  // other spellings; what is not named stays
	Default *string           `yaml:"default"` // when the cell is empty
	Of      string            `yaml:"of"`      // the section that the reference's key belongs to
	By      string            `yaml:"by"`      // or how the ledger itself finds it: code, login, employee_no, customer_no
	Choose  string            `yaml:"choose"`  // of merged rows: earliest or latest
	Dates   string            `yaml:"dates"`   // as of File
	Amounts string            `yaml:"amounts"` // as of File
}

func (m *Mapping) file(name string) (*File, int) {
	for i := range m.Files {
		if m.Files[i].Name == name {
			return &m.Files[i], i
		}
	}
	return nil, -1
}

func (m *Mapping) section(name string) (*Section, int) {
	for i := range m.Sections {
		if m.Sections[i].Name == name {
			return &m.Sections[i], i
		}
	}
	return nil, -1
}
