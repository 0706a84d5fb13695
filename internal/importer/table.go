package importer

import (
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"guishu/domain"
)

// table is a file's rows as text, each with its place.
type table struct {
	name     string // in the mapping
	file     string // its own name, without folders
	path     string // as shown to people: file, with the mapping's name where two have one
	sha256   string
	encoding string // found or stated
	header   []string
	columns  map[string]int
	rows     []row
	serials  bool // dates may be the serial numbers of a spreadsheet
	base1904 bool // … counted from 1904

	separator rune // of a CSV; a comma for a spreadsheet
	ours      bool // it was written by WriteRejected
	held      int  // cells of all rows
}

// row is one row. A row with a problem has no cells that can be trusted.
type row struct {
	line    int // in the file, from 1
	cells   []string
	problem *domain.Error // what makes it no row; Field is the column if known
}

func (t *table) has(column string) bool {
	_, found := t.columns[column]
	return found
}

// cell is a row's text in a column, without the spaces around it.
func (t *table) cell(r row, column string) string {
	return strings.TrimSpace(r.cells[t.columns[column]])
}

// FileError says that a file as a whole cannot be read.
type FileError struct {
	File   string
	Line   int // 0 when the file as a whole is meant
	Reason string
	Code   domain.Code // more exact than ErrBadFile, which it always is; may be none
	Err    error       // may be nil; never one that quotes what the file says
}

// Error is place and reason.
func (e *FileError) Error() string {
	place := e.File
	if e.Line > 0 {
		place = fmt.Sprintf("%s:%d", e.File, e.Line)
	}
	text := fmt.Sprintf("%s: %s (%s)", place, e.Reason, cmp.Or(e.Code, ErrBadFile).Name())
	if e.Err != nil {
		text += ": " + e.Err.Error()
	}
	return text
}

// Unwrap is the stable codes and, where there is one, the cause.
func (e *FileError) Unwrap() []error {
	all := []error{ErrBadFile}
	if !e.Code.IsZero() {
		all = append(all, e.Code)
	}
	if e.Err != nil {
		all = append(all, e.Err)
	}
	return all
}

// The most that a file may hold. longestText is what a spreadsheet can keep in one
// cell, in characters.
const (
	mostRows    = 4_000_000
	mostColumns = 1_000
	mostCells   = 32_000_000
	longestText = 32_767
)

// readTable reads one file of a mapping from a folder.
func readTable(folder string, f File) (*table, error) {
	t := &table{name: f.Name, file: filepath.Base(f.Path), path: filepath.Base(f.Path), separator: ','}
	data, err := t.open(folder, f.Path)
	if err != nil {
		return nil, err
	}
	sum := sha256.Sum256(data)
	t.sha256 = hex.EncodeToString(sum[:])
	if isWorkbook(data) {
		err = t.readWorkbook(data, f)
	} else {
		err = t.readText(data, f)
	}
	if err != nil {
		return nil, err
	}
	return t, nil
}

// tellApart gives tables that come from files of one name, or from sheets of one
// file, different names for people.
func tellApart(tables map[string]*table) {
	times := map[string]int{}
	for _, t := range tables {
		times[t.file]++
	}
	for _, t := range tables {
		if times[t.file] > 1 {
			t.path = fmt.Sprintf("%s (%s)", t.file, t.name)
		}
	}
}

// begin takes the first row as the names of the columns.
func (t *table) begin(line int, header []string) error {
	for len(header) > 0 && strings.TrimSpace(header[len(header)-1]) == "" {
		header = header[:len(header)-1]
	}
	if t.comesBack(header) {
		header = t.plain(header)
	}
	if len(header) == 0 || len(header) > mostColumns {
		return &FileError{File: t.path, Line: line, Reason: "the first line must name the columns"}
	}
	t.columns = make(map[string]int, len(header))
	for i, name := range header {
		name = strings.TrimSpace(name)
		if name == "" {
			return &FileError{File: t.path, Line: line, Reason: fmt.Sprintf("column %d has no name", i+1)}
		}
		if t.has(name) {
			return &FileError{File: t.path, Line: line, Reason: fmt.Sprintf("two columns are called %q", name)}
		}
		t.columns[name] = i
		t.header = append(t.header, name)
	}
	return nil
}

// add takes a row in.
func (t *table) add(r row) error {
	if t.held += len(r.cells); len(t.rows) == mostRows || t.held > mostCells {
		return t.tooLarge(r.line, fmt.Sprintf("it has more than %d rows or %d cells; split it", mostRows, mostCells))
	}
	if r.problem == nil {
		r.problem = t.overlong(r.cells)
	}
	if r.problem == nil && slices.ContainsFunc(r.cells, func(cell string) bool { return strings.ContainsRune(cell, '\x00') }) {
		r.problem = ErrRowEncoding.At("")
	}
	t.rows = append(t.rows, r)
	return nil
}

// overlong is the refusal of a row with a cell that no spreadsheet could keep.
func (t *table) overlong(cells []string) *domain.Error {
	for i, cell := range cells {
		if len(cell) > longestText && utf8.RuneCountInString(cell) > longestText {
			return ErrRowCellLong.With("most", strconv.Itoa(longestText)).At(t.header[i])
		}
	}
	return nil
}

// blank says that a row holds nothing.
func blank(cells []string) bool {
	return !slices.ContainsFunc(cells, func(cell string) bool { return strings.TrimSpace(cell) != "" })
}
