package importer

import (
	"strings"
	"unicode/utf8"

	"guishu/domain"
)

// readText reads comma-separated values (RFC 4180, lines ended by LF or CR LF). A
// row that is broken is kept with its problem, and reading goes on with the line
// after the one it began on, so that one stray quotation mark costs one row.
func (t *table) readText(data []byte, f File) error {
	text, encoding, err := decodeText(data, f.Encoding)
	t.encoding = encoding
	if err != nil {
		return &FileError{File: t.path, Reason: "it cannot be decoded", Err: err}
	}
	if f.Separator != "" {
		t.separator, _ = utf8.DecodeRuneInString(f.Separator)
	}
	reader := &csvReader{text: text, separator: t.separator, line: 1}
	for reader.text != "" {
		record := reader.next()
		if record.problem == nil && blank(record.cells) {
			continue
		}
		if t.header == nil {
			if record.problem != nil || !utf8.ValidString(strings.Join(record.cells, "")) || strings.ContainsRune(strings.Join(record.cells, ""), utf8.RuneError) {
				return &FileError{File: t.path, Line: record.line, Reason: "the first line cannot be read as names of columns in " + encoding}
			}
			if err := t.begin(record.line, record.cells); err != nil {
				return err
			}
			continue
		}
		if err := t.add(t.judged(record, f)); err != nil {
			return err
		}
	}
	if t.header == nil {
		return &FileError{File: t.path, Reason: "it is empty"}
	}
	return nil
}

// judged is a record as a row, with what is wrong with it.
func (t *table) judged(record csvRecord, f File) row {
	r := row{line: record.line, cells: record.cells, problem: record.problem}
	if record.cut && f.LastLine != "whole" {
		r.problem = ErrRowCutOff.At("")
	}
	if t.ours && r.problem == nil {
		r.cells = t.plain(r.cells)
	}
	switch {
	case record.wide:
		r.problem = tooMany(len(t.header), mostColumns+1)
	case r.problem == nil && len(r.cells) != len(t.header):
		r.problem = tooMany(len(t.header), len(r.cells))
	}
	if r.problem != nil {
		return r
	}
	for i, cell := range r.cells {
		// GB18030 that was none has become the replacement character.
		if !utf8.ValidString(cell) || strings.ContainsRune(cell, utf8.RuneError) {
			r.problem = ErrRowEncoding.At(t.header[i])
		}
	}
	return r
}

// csvRecord is one record. cut says that the text ended where its line should
// have, wide that it has more cells than a table has columns, which are left out.
type csvRecord struct {
	line    int
	cells   []string
	cut     bool
	wide    bool
	problem *domain.Error
}

// csvReader gives the records of a text, one after the other.
type csvReader struct {
	text      string // what is left
	line      int
	separator rune
}

// A quoted cell longer than this, in bytes, is a quotation mark that nobody closed.
const (
	longestCell = (longestText + 1) * utf8.UTFMax
	mostLines   = 200
)

func (c *csvReader) next() csvRecord {
	record := csvRecord{line: c.line}
	whole, rest, line := c.text, c.text, c.line
	for {
		cell, after, lines, ok := c.cell(rest)
		if record.wide = len(record.cells) > mostColumns; !ok || record.wide {
			return c.broken(whole, record)
		}
		record.cells, rest, line = append(record.cells, cell), after, line+lines
		if strings.HasPrefix(rest, string(c.separator)) {
			rest = rest[utf8.RuneLen(c.separator):]
			continue
		}
		break
	}
	switch {
	case strings.HasPrefix(rest, "\r\n"):
		rest = rest[2:]
	case rest == "":
		record.cut = true
	default:
		rest = rest[1:]
	}
	c.text, c.line = rest, line+1
	return record
}

// cell reads one cell and gives what follows it: a separator, a line's end or
// nothing. ok is false where quotation marks are wrong.
func (c *csvReader) cell(text string) (cell, rest string, lines int, ok bool) {
	if !strings.HasPrefix(text, `"`) {
		end := strings.IndexFunc(text, func(r rune) bool { return r == c.separator || r == '\n' || r == '"' })
		if end < 0 {
			end = len(text)
		}
		if strings.HasPrefix(text[end:], `"`) {
			return "", "", 0, false
		}
		if strings.HasPrefix(text[end:], "\n") && strings.HasSuffix(text[:end], "\r") {
			end--
		}
		return text[:end], text[end:], 0, true
	}
	var unquoted strings.Builder
	rest = text[1:]
	for unquoted.Len() < longestCell && lines < mostLines {
		end := strings.IndexByte(rest, '"')
		if end < 0 {
			return "", "", 0, false
		}
		unquoted.WriteString(rest[:end])
		lines += strings.Count(rest[:end], "\n")
		rest = rest[end+1:]
		if strings.HasPrefix(rest, `"`) {
			unquoted.WriteByte('"')
			rest = rest[1:]
			continue
		}
		ends := rest == "" || rest[0] == '\n' || strings.HasPrefix(rest, "\r\n") || strings.HasPrefix(rest, string(c.separator))
		return unquoted.String(), rest, lines, ends && unquoted.Len() < longestCell && lines < mostLines
	}
	return "", "", 0, false
}

// broken gives up on a record and goes on behind the line it began on. The last
// line of a text is rather cut off than wrongly quoted.
func (c *csvReader) broken(whole string, record csvRecord) csvRecord {
	_, rest, ended := strings.Cut(whole, "\n")
	record.cells, record.cut, record.problem = nil, !ended, ErrRowQuotes.At("")
	c.text, c.line = rest, record.line+1
	return record
}
