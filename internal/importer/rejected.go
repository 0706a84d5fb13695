package importer

import (
	"bufio"
	"bytes"
	"encoding/csv"
	"errors"
	"iter"
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
		name := p.rejectedName(t)
		if err := t.writeRejected(folder, name, mine); err != nil {
			return written, err
		}
		written = append(written, filepath.Join(folder, name))
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

// writeRejected writes rows with what is wrong with each, so that the file, put right,
// comes back as it is: a row once, however many reasons it has, every cell as it was,
// and the separator the mapping's. No link leads the file out of the folder.
func (t *table) writeRejected(folder, name string, all []Rejection) (err error) {
	root, err := os.OpenRoot(folder)
	if err != nil {
		return err
	}
	defer root.Close()
	file, err := root.OpenFile(name, os.O_WRONLY|os.O_CREATE|os.O_TRUNC, 0o600)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, file.Close()) }()
	out := bufio.NewWriter(file)
	_, _ = out.Write(byteOrderMark) // Excel takes a CSV for UTF-8 only with the mark; errors are kept until Flush
	if err := t.writeLine(out, append(t.reasons(), t.header...)); err != nil {
		return err
	}
	cells := map[int][]string{}
	for _, r := range t.rows {
		cells[r.line] = r.cells
	}
	for line, mine := range byLine(all) {
		var columns, codes, reasons []string
		for _, one := range mine {
			if one.Column != "" {
				columns = append(columns, one.Column)
			}
			codes, reasons = append(codes, one.Code), append(reasons, one.Chinese+" / "+one.English)
		}
		row := []string{strconv.Itoa(line), strings.Join(columns, ", "), strings.Join(codes, ", "), strings.Join(reasons, "; ")}
		if err := t.writeLine(out, append(row, cells[line]...)); err != nil {
			return err
		}
	}
	return out.Flush()
}

// byLine goes through rejections, which are in the order of lines, by the line.
func byLine(all []Rejection) iter.Seq2[int, []Rejection] {
	return func(yield func(int, []Rejection) bool) {
		for len(all) > 0 {
			n := 1
			for n < len(all) && all[n].Line == all[0].Line {
				n++
			}
			if !yield(all[0].Line, all[:n]) {
				return
			}
			all = all[n:]
		}
	}
}

// writeLine writes cells as they are, but harmless, in a line ended by CR LF. The
// writer of the standard library would end the lines within cells so too.
func (t *table) writeLine(out *bufio.Writer, cells []string) error {
	var line bytes.Buffer
	w := csv.NewWriter(&line)
	w.Comma = t.separator
	if err := w.Write(harmless(cells)); err != nil {
		return err
	}
	w.Flush()
	_, _ = out.Write(bytes.TrimSuffix(line.Bytes(), []byte("\n"))) // errors are kept until Flush
	_, err := out.WriteString("\r\n")
	return err
}
