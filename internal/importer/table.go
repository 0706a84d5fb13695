package importer

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"

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
	Err    error // may be nil
}

// Error is place and reason.
func (e *FileError) Error() string {
	place := e.File
	if e.Line > 0 {
		place = fmt.Sprintf("%s:%d", e.File, e.Line)
	}
	text := fmt.Sprintf("%s: %s (%s)", place, e.Reason, ErrBadFile.Name())
	if e.Err != nil {
		text += ": " + e.Err.Error()
	}
	return text
}

// Unwrap is the stable code and, where there is one, the cause.
func (e *FileError) Unwrap() []error {
	if e.Err == nil {
		return []error{ErrBadFile}
	}
	return []error{ErrBadFile, e.Err}
}

// The most that a file may hold.
const (
	largestFile = 1 << 30
	mostRows    = 4_000_000
	mostColumns = 1_000
)

// readTable reads one file of a mapping from a folder.
func readTable(folder string, f File) (*table, error) {
	path := f.Path
	if !filepath.IsAbs(path) {
		path = filepath.Join(folder, path)
	}
	t := &table{name: f.Name, file: filepath.Base(path), path: filepath.Base(path)}
	info, err := os.Stat(path)
	switch {
	case err != nil:
		return nil, &FileError{File: t.path, Reason: "it cannot be opened", Err: err}
	case !info.Mode().IsRegular():
		return nil, &FileError{File: t.path, Reason: "it is no file"}
	case info.Size() > largestFile:
		return nil, &FileError{File: t.path, Reason: fmt.Sprintf("it is larger than %d MiB; split it", largestFile>>20)}
	}
	data, err := os.ReadFile(path)
	if err != nil {
		return nil, &FileError{File: t.path, Reason: "it cannot be read", Err: err}
	}
	sum := sha256.Sum256(data)
	t.sha256 = hex.EncodeToString(sum[:])
	if isWorkbook(data) {
		err = t.readWorkbook(path, f)
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
	if len(t.rows) == mostRows {
		return &FileError{File: t.path, Line: r.line, Reason: fmt.Sprintf("it has more than %d rows; split it", mostRows)}
	}
	if r.problem == nil && slices.ContainsFunc(r.cells, func(cell string) bool { return strings.ContainsRune(cell, '\x00') }) {
		r.problem = ErrRowEncoding.At("")
	}
	t.rows = append(t.rows, r)
	return nil
}

// blank says that a row holds nothing.
func blank(cells []string) bool {
	return !slices.ContainsFunc(cells, func(cell string) bool { return strings.TrimSpace(cell) != "" })
}
