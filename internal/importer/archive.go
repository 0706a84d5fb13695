package importer

import (
	"archive/zip"
	"bytes"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
)

// The most that an XLSX may hold, so that reading one takes memory in proportion to
// the file and not to what it claims to be (S-16). Rows and columns are the format's
// own most.
const (
	largestArchive  = 256 << 20 // bytes of the file
	mostParts       = 10_000
	largestRows     = 4 << 30  // bytes unpacked, of the parts with rows, all together; they go through temporary files
	largestRest     = 16 << 20 // … of all other parts together; they are kept in memory
	largestPart     = 8 << 20  // … of a part with rows that is kept in memory too
	longestToken    = 512 << 10
	longestCellXML  = 1 << 20 // bytes of a cell with its markup
	deepestElement  = 100
	mostSheetRows   = 1 << 20
	mostSheetCells  = 1 << 14 // of one row
	mostSharedTexts = mostRows
)

// directoryEntry begins what a ZIP says of each of its parts.
var directoryEntry = []byte("PK\x01\x02")

// rowsOnly gives an XLSX with nothing but the parts that rows are read from, once
// those have been read through and found within the bounds.
func (t *table) rowsOnly(data []byte) ([]byte, error) {
	if len(data) > largestArchive {
		return nil, t.tooLarge(0, fmt.Sprintf("it is an XLSX of more than %d MiB; split it", largestArchive>>20))
	}
	if bytes.Count(data, directoryEntry) > mostParts {
		return nil, t.tooLarge(0, fmt.Sprintf("it is an XLSX of more than %d parts", mostParts))
	}
	damaged := &FileError{File: t.path, Reason: "it is no XLSX, or a damaged one"}
	archive, err := zip.NewReader(bytes.NewReader(data), int64(len(data)))
	if err != nil {
		return nil, damaged
	}
	var kept bytes.Buffer
	writer := zip.NewWriter(&kept)
	var rows, rest uint64
	for _, part := range archive.File {
		name := strings.ToLower(strings.ReplaceAll(part.Name, `\`, "/"))
		if !tellsOfRows(name) {
			continue
		}
		// A part that unpacks to more than it says is not unpacked further.
		if size := part.UncompressedSize64; hasRows(name) {
			rows += min(size, largestRows+1)
		} else {
			rest += min(size, largestRest+1)
		}
		if rows > largestRows || rest > largestRest {
			return nil, t.tooLarge(0, "it becomes too large when "+filepath.Base(name)+" is unpacked")
		}
		if err := t.readThrough(part, filepath.Base(name)); errors.Is(err, ErrBadFile) {
			return nil, err
		} else if err != nil {
			return nil, damaged
		}
		if err := writer.Copy(part); err != nil {
			return nil, damaged
		}
	}
	if err := writer.Close(); err != nil {
		return nil, damaged
	}
	return kept.Bytes(), nil
}

// tellsOfRows says whether a part is needed to read rows. Pictures, charts and the
// like are not.
func tellsOfRows(name string) bool {
	for _, folder := range []string{"docprops/", "customxml/", "xl/pivotcache/", "xl/pivottables/", "xl/drawings/", "xl/charts/", "xl/externallinks/", "xl/theme/", "xl/calcchain"} {
		if strings.HasPrefix(name, folder) {
			return false
		}
	}
	return strings.HasSuffix(name, ".xml") || strings.HasSuffix(name, ".rels")
}

// hasRows says whether a part is one of those that excelize unpacks into temporary
// files when they are large.
func hasRows(name string) bool {
	return name == "xl/sharedstrings.xml" || strings.HasPrefix(name, "xl/worksheets/sheet")
}

// cellName is how a cell is called, such as B12.
var cellName = regexp.MustCompile(`^[A-Z]{1,3}[1-9][0-9]{0,6}$`)

// readThrough reads a part without keeping any of it, and refuses one that nobody
// could read without keeping too much. What is no XML is the reader's to refuse: it
// reads as far as this does.
func (t *table) readThrough(part *zip.File, name string) error {
	content, err := part.Open()
	if err != nil {
		return err
	}
	defer content.Close()
	source := &budget{from: content}
	decoder := xml.NewDecoder(source)
	decoder.CharsetReader = func(string, io.Reader) (io.Reader, error) { return nil, errCharset }
	at := &place{table: t, part: name, cell: -1}
	for {
		source.left = longestToken
		token, err := decoder.RawToken()
		var broken *xml.SyntaxError
		switch {
		case source.spent: // whatever the decoder makes of a token that was cut off
			return at.long()
		case errors.Is(err, errCharset):
			return &FileError{File: t.path, Reason: name + " is not in UTF-8"}
		case errors.As(err, &broken), errors.Is(err, io.EOF):
			_, err = io.Copy(io.Discard, content)
			return err
		case err != nil:
			return err
		}
		if err := at.pass(token, decoder.InputOffset()); err != nil {
			return err
		}
	}
}

// place is where in a part of an XLSX reading is.
type place struct {
	table *table
	part  string

	depth, rows, cells, texts int

	row  int    // its number, as far as is known
	name string // of the cell, if it says
	cell int64  // where the cell, or the shared text, begins in the part; -1 between them
}

// pass goes on past a token, which ends at an offset.
func (p *place) pass(token xml.Token, offset int64) error {
	switch element := token.(type) {
	case xml.StartElement:
		p.depth++
		p.begin(element, offset)
	case xml.EndElement:
		p.depth--
		if name := element.Name.Local; name == "c" || name == "si" {
			p.cell = -1
		}
	}
	tooMany := func(what string) error { return p.table.tooLarge(p.row, p.part+" has more "+what) }
	switch {
	case p.cell >= 0 && offset-p.cell > longestCellXML:
		return p.long()
	case p.depth > deepestElement:
		return tooMany("elements within one another than an XLSX has")
	case p.rows > mostSheetRows:
		return tooMany(fmt.Sprintf("rows than the %d that an XLSX can have", mostSheetRows))
	case p.cells > mostSheetCells:
		return tooMany(fmt.Sprintf("cells in a row than the %d that an XLSX can have", mostSheetCells))
	case p.texts > mostSharedTexts:
		return tooMany(fmt.Sprintf("texts than %d", mostSharedTexts))
	}
	return nil
}

func (p *place) begin(element xml.StartElement, offset int64) {
	said := func(name string) string {
		for _, attribute := range element.Attr {
			if attribute.Name.Local == name {
				return attribute.Value
			}
		}
		return ""
	}
	switch element.Name.Local {
	case "row":
		p.rows, p.row, p.cells, p.name = p.rows+1, p.row+1, 0, ""
		switch number, err := strconv.Atoi(said("r")); {
		case err != nil || number <= 0:
		case number > mostSheetRows:
			p.rows = mostSheetRows + 1
		default:
			p.row = number
		}
	case "c":
		p.cells, p.cell, p.name = p.cells+1, offset, ""
		if name := said("r"); cellName.MatchString(name) {
			p.name = name
		}
	case "si":
		p.texts, p.cell = p.texts+1, offset
	}
}

// long is the refusal of what is larger than a cell can be.
func (p *place) long() error {
	where := p.part
	switch {
	case p.name != "":
		where = fmt.Sprintf("cell %s of %s", p.name, p.part)
	case p.texts > 0:
		where = fmt.Sprintf("text %d of %s", p.texts, p.part)
	}
	return &FileError{
		File: p.table.path, Line: p.row, Code: ErrRowCellLong,
		Reason: fmt.Sprintf("%s holds more than the %d characters that a cell can", where, longestText),
	}
}

// What a reader with a budget, and one of XML, give up on.
var (
	errBudget  = errors.New("more bytes than any sound token has")
	errCharset = errors.New("no UTF-8")
)

// budget is a reader that gives no more than is left.
type budget struct {
	from  io.Reader
	left  int // bytes
	spent bool
}

// Read reads what the budget allows.
func (b *budget) Read(into []byte) (int, error) {
	if b.left <= 0 {
		b.spent = true
		return 0, errBudget
	}
	n, err := b.from.Read(into[:min(len(into), b.left)])
	b.left -= n
	return n, err
}
