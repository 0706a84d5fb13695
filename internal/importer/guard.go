package importer

import (
	"slices"
	"strings"
	"unicode"

	"golang.org/x/text/unicode/norm"
)

// harmless keeps a spreadsheet from taking cells for formulas; plain undoes it.
func harmless(cells []string) []string {
	safe := make([]string, len(cells))
	for i, cell := range cells {
		if formula(cell) || strings.HasPrefix(cell, "'") {
			cell = "'" + cell
		}
		safe[i] = cell
	}
	return safe
}

// formula says whether some spreadsheet may take a cell for a formula: it begins with
// one of the signs that formulas begin with, in any width, whatever blanks and marks
// that nobody sees come before; or with a control character, which may end the cell
// for a reader that is less exact.
func formula(cell string) bool {
	for _, r := range cell {
		switch {
		case unicode.IsControl(r):
			return true
		case unicode.IsSpace(r), unicode.Is(unicode.Cf, r), unicode.Is(unicode.Mn, r), unicode.Is(unicode.Other_Default_Ignorable_Code_Point, r):
			continue
		}
		return strings.ContainsAny(norm.NFKC.String(string(r)), "=+-@\u2212")
	}
	return false
}

// How the columns are called that stand before a rejected row's own cells. The first
// one says what the file's dates are: text, or the serial numbers of a spreadsheet.
const (
	lineOfText   = "行 line"
	lineOfSheet  = "行 row"
	lineSince04  = "行 row 1904"
	columnHeader = "列 column"
	codeHeader   = "代码 code"
	reasonHeader = "原因 reason"
)

// reasons names the columns before a rejected row's own cells.
func (t *table) reasons() []string {
	first := lineOfText
	switch {
	case t.base1904:
		first = lineSince04
	case t.serials:
		first = lineOfSheet
	}
	return []string{first, columnHeader, codeHeader, reasonHeader}
}

// comesBack says whether the first line is that of a file of rejected rows. Such a
// file is read as the one its rows came from: what was added is left out, and the
// guard against formulas taken off (BR-09).
func (t *table) comesBack(header []string) bool {
	const added = 4
	if len(header) <= added || !slices.Equal(header[1:added], []string{columnHeader, codeHeader, reasonHeader}) {
		return false
	}
	switch header[0] {
	case lineOfText:
	case lineOfSheet:
		t.serials = true
	case lineSince04:
		t.serials, t.base1904 = true, true
	default:
		return false
	}
	t.ours = true
	return true
}

// plain is what the cells of a line of a file of rejected rows were before it was
// written.
func (t *table) plain(cells []string) []string {
	cells = cells[min(len(cells), len(t.reasons())):]
	for i, cell := range cells {
		if rest, guarded := strings.CutPrefix(cell, "'"); guarded && (formula(rest) || strings.HasPrefix(rest, "'")) {
			cells[i] = rest
		}
	}
	return cells
}
