package importer

import (
	"bytes"
	"errors"
	"fmt"

	"github.com/xuri/excelize/v2"
)

// isWorkbook says that a file is a ZIP, as an XLSX is.
func isWorkbook(data []byte) bool { return bytes.HasPrefix(data, []byte("PK\x03\x04")) }

// readWorkbook reads one sheet of an XLSX, row by row. Cells are taken as they are
// stored: a format on display, such as a date of two-digit years, would lose what
// is there. What excelize says is wrong is left out, because it may quote the file.
func (t *table) readWorkbook(data []byte, f File) (err error) {
	t.encoding, t.serials = "xlsx", true
	failed := func(reason string) error { return &FileError{File: t.path, Reason: reason} }
	defer func() {
		if recover() != nil { // from a library that trusts what a file says of itself
			err = failed("it is no XLSX that can be read")
		}
	}()
	rowsOnly, err := t.rowsOnly(data)
	if err != nil {
		return err
	}
	book, err := excelize.OpenReader(bytes.NewReader(rowsOnly), excelize.Options{
		RawCellValue: true, UnzipSizeLimit: largestRows + largestRest, UnzipXMLSizeLimit: largestPart,
	})
	if err != nil {
		return failed("it is no XLSX")
	}
	defer func() { err = errors.Join(err, book.Close()) }()
	if properties, err := book.GetWorkbookProps(); err == nil && properties.Date1904 != nil {
		t.base1904 = *properties.Date1904
	}
	sheet := f.Sheet
	if sheet == "" {
		sheet = book.GetSheetName(0)
	}
	rows, err := book.Rows(sheet)
	if err != nil {
		return failed(fmt.Sprintf("there is no sheet %q; it has %s", sheet, names(book.GetSheetList())))
	}
	defer func() { err = errors.Join(err, rows.Close()) }()
	for line := 1; rows.Next(); line++ {
		cells, err := rows.Columns(excelize.Options{RawCellValue: true})
		if err != nil {
			return failed(fmt.Sprintf("row %d of sheet %q cannot be read", line, sheet))
		}
		if err := t.addSheetRow(line, cells); err != nil {
			return err
		}
	}
	if err := rows.Error(); err != nil {
		return failed(fmt.Sprintf("sheet %q cannot be read", sheet))
	}
	if t.header == nil {
		return failed(fmt.Sprintf("sheet %q is empty", sheet))
	}
	return nil
}

// addSheetRow takes a row in; the empty cells at its end are not stored.
func (t *table) addSheetRow(line int, cells []string) error {
	switch {
	case blank(cells):
		return nil
	case t.header == nil:
		return t.begin(line, cells)
	}
	if t.ours {
		cells = t.plain(cells)
	}
	for len(cells) < len(t.header) {
		cells = append(cells, "")
	}
	if !blank(cells[len(t.header):]) {
		return t.add(row{line: line, cells: cells, problem: tooMany(len(t.header), len(cells))})
	}
	return t.add(row{line: line, cells: cells[:len(t.header)]})
}
