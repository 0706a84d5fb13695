package importer

import (
	"encoding/csv"
	"errors"
	"os"
	"path/filepath"
	"strconv"
	"strings"
)

// WriteRejected writes the rows that did not come in to a folder, one CSV for each
// source file, with the reason before what the row said: to be put right and
// imported again. It gives the names of the files it wrote. They hold what the
// source held, so only their owner can read them.
func (p *Plan) WriteRejected(folder string, all []Rejection) ([]string, error) {
	var written []string
	for _, t := range p.tables {
		var mine []Rejection
		for _, one := range all {
			if one.File == t.path {
				mine = append(mine, one)
			}
		}
		if len(mine) == 0 {
			continue
		}
		path := filepath.Join(folder, p.rejectedName(t))
		if err := t.writeRejected(path, mine); err != nil {
			return written, err
		}
		written = append(written, path)
	}
	return written, nil
}

// rejectedName is what the file of a table's rejected rows is called: tables from
// files of one name, or from sheets of one file, have one each.
func (p *Plan) rejectedName(t *table) string {
	for _, other := range p.tables {
		if other != t && other.stem() == t.stem() {
			return t.stem() + "." + t.name + ".rejected.csv"
		}
	}
	return t.stem() + ".rejected.csv"
}

func (t *table) stem() string { return strings.TrimSuffix(t.file, filepath.Ext(t.file)) }

func (t *table) writeRejected(path string, mine []Rejection) (err error) {
	file, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_TRUNC, 0o600)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, file.Close()) }()
	// Excel takes a CSV for UTF-8 only with the mark.
	if _, err := file.Write(byteOrderMark); err != nil {
		return err
	}
	w := csv.NewWriter(file)
	w.UseCRLF = true
	_ = w.Write(append([]string{"行 line", "列 column", "代码 code", "原因 reason"}, harmless(t.header)...)) // kept until Error
	cells := map[int][]string{}
	for _, r := range t.rows {
		cells[r.line] = r.cells
	}
	for _, one := range mine {
		row := []string{strconv.Itoa(one.Line), one.Column, one.Code, one.Chinese + " / " + one.English}
		_ = w.Write(append(harmless(row), harmless(cells[one.Line])...))
	}
	w.Flush()
	return w.Error()
}

// harmless keeps a spreadsheet from taking a cell for a formula.
func harmless(cells []string) []string {
	safe := make([]string, len(cells))
	for i, cell := range cells {
		if cell != "" && strings.ContainsRune("=+-@\t\r", rune(cell[0])) {
			cell = "'" + cell
		}
		safe[i] = cell
	}
	return safe
}
