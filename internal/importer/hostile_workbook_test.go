package importer_test

import (
	"archive/zip"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"guishu/internal/importer"
)

// parts are those of an XLSX by their names; what is not given is as it should be.
type parts map[string]string

const sheetOne = "xl/worksheets/sheet1.xml"

// sheet is a worksheet with these rows below the names of the columns.
func sheet(rows string) string {
	return `<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData>` +
		`<row r="1">` + cell("A1", "客户") + cell("B1", "地址") + `</row>` + rows + `</sheetData></worksheet>`
}

// cell is a cell with its own text.
func cell(name, text string) string {
	return `<c r="` + name + `" t="inlineStr"><is><t>` + text + `</t></is></c>`
}

// write writes the XLSX.
func (p parts) write(t *testing.T, path string) {
	t.Helper()
	const relations = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
	whole := parts{
		"[Content_Types].xml": `<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"/>`,
		"_rels/.rels": `<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">` +
			`<Relationship Id="r1" Type="` + relations + `/officeDocument" Target="xl/workbook.xml"/></Relationships>`,
		"xl/workbook.xml": `<workbook xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main" xmlns:r="` + relations + `">` +
			`<sheets><sheet name="S" sheetId="1" r:id="r1"/></sheets></workbook>`,
		"xl/_rels/workbook.xml.rels": `<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">` +
			`<Relationship Id="r1" Type="` + relations + `/worksheet" Target="worksheets/sheet1.xml"/>` +
			`<Relationship Id="r2" Type="` + relations + `/sharedStrings" Target="sharedStrings.xml"/></Relationships>`,
		sheetOne: sheet(`<row r="2">` + cell("A2", "张三") + `</row>`),
	}
	for name, text := range p {
		whole[name] = text
	}
	file, err := os.Create(path)
	if err != nil {
		t.Fatal(err)
	}
	w := zip.NewWriter(file)
	for name, text := range whole {
		part, err := w.Create(name)
		if err == nil {
			_, err = io.WriteString(part, text)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	if err := errors.Join(w.Close(), file.Close()); err != nil {
		t.Fatal(err)
	}
}

// prepare reads the XLSX as the clients of a house.
func (p parts) prepare(h *house, t *testing.T) (*importer.Plan, error) {
	t.Helper()
	folder := t.TempDir()
	p.write(t, filepath.Join(folder, "clients.xlsx"))
	m, err := importer.ReadMapping("clients.yaml", []byte(strings.Replace(clients, "clients.csv", "clients.xlsx", 1)))
	h.Must(err)
	return h.imports.Prepare(t.Context(), m, folder)
}

// An XLSX takes memory in proportion to its file, not to what that unpacks to: what is
// more than a spreadsheet can hold is refused where it stands, before it is kept (S-16).
func TestAnXLSXThatHoldsTooMuchIsRefusedAtItsPlace(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	long := strings.Repeat("长", 1<<19)
	many := func(n int, text string) string { return strings.Repeat(text, n) }
	crowd := parts{}
	for n := range 10_001 {
		crowd[fmt.Sprintf("xl/media/%d", n)] = ""
	}
	for name, c := range map[string]struct {
		parts parts
		code  error
		want  string
	}{
		"a cell":                   {parts{sheetOne: sheet(`<row r="2">` + cell("A2", "张三") + `</row><row r="3">` + cell("B3", long) + `</row>`)}, importer.ErrRowCellLong, "clients.xlsx:3: cell B3 of sheet1.xml holds more than the 32767 characters"},
		"a cell without a name":    {parts{sheetOne: sheet(`<row><c t="str"><v>` + long + `</v></c></row>`)}, importer.ErrRowCellLong, "clients.xlsx:2: sheet1.xml holds more"},
		"a formula":                {parts{sheetOne: sheet(`<row r="2"><c r="A2"><f>` + long + `</f><v>1</v></c></row>`)}, importer.ErrRowCellLong, "cell A2 of sheet1.xml holds more"},
		"a cell in many runs":      {parts{sheetOne: sheet(`<row r="2"><c r="A2" t="inlineStr"><is>` + many(100_000, "<r><t>a</t></r>") + `</is></c></row>`)}, importer.ErrRowCellLong, "clients.xlsx:2: cell A2 of sheet1.xml holds more"},
		"a comment":                {parts{sheetOne: sheet("<!--" + long + "-->")}, importer.ErrRowCellLong, "sheet1.xml holds more"},
		"an attribute":             {parts{sheetOne: sheet(`<row r="2" x="` + long + `"/>`)}, importer.ErrRowCellLong, "sheet1.xml holds more"},
		"a shared text":            {parts{"xl/sharedStrings.xml": "<sst><si><t>a</t></si><si><t>" + long + "</t></si></sst>"}, importer.ErrRowCellLong, "text 2 of sharedstrings.xml holds more"},
		"elements within elements": {parts{sheetOne: sheet(many(200, "<a>") + many(200, "</a>"))}, importer.ErrFileTooLarge, "sheet1.xml has more elements within one another"},
		"cells in a row":           {parts{sheetOne: sheet("<row>" + many(16_385, "<c/>") + "</row>")}, importer.ErrFileTooLarge, "clients.xlsx:2: sheet1.xml has more cells in a row than the 16384"},
		"rows":                     {parts{sheetOne: sheet(many(1<<20, "<row/>"))}, importer.ErrFileTooLarge, "sheet1.xml has more rows than the 1048576"},
		"styles":                   {parts{"xl/styles.xml": "<styleSheet>" + many(1<<20, "<xf attribute='1'/>") + "</styleSheet>"}, importer.ErrFileTooLarge, "it becomes too large when styles.xml is unpacked"},
		"parts":                    {crowd, importer.ErrFileTooLarge, "it is an XLSX of more than 10000 parts"},
		"another encoding":         {parts{sheetOne: `<?xml version="1.0" encoding="gbk"?>` + sheet("")}, importer.ErrBadFile, "sheet1.xml is not in UTF-8"},
		"a text that is not there": {parts{sheetOne: sheet(`<row r="2"><c r="A2" t="s"><v>-1</v></c></row>`), "xl/sharedStrings.xml": "<sst>" + many(600_000, "<si><t>a</t></si>") + "</sst>"}, importer.ErrBadFile, "it is no XLSX that can be read"},
		"cells far to the right":   {parts{sheetOne: sheet(many(2_000, `<row><c r="XFD1"><v>1</v></c></row>`))}, importer.ErrFileTooLarge, "it has more than 4000000 rows or 32000000 cells"},
		"a row below every other":  {parts{sheetOne: sheet(`<row r="1048577">` + cell("A2", "张三") + `</row>`)}, importer.ErrFileTooLarge, "sheet1.xml has more rows than the 1048576"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, err := c.parts.prepare(h, t)
			if !errors.Is(err, c.code) || !errors.Is(err, importer.ErrBadFile) || !strings.Contains(err.Error(), c.want) {
				t.Errorf("%.300v\ndoes not say\n%s", err, c.want)
			}
		})
	}
}

// Pictures and the like are left alone, however large they are.
func TestWhatIsNoRowOfAnXLSXDoesNotCount(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	plan, err := parts{"xl/media/image1.png": strings.Repeat("\x00", 20<<20), "xl/drawings/drawing1.xml": strings.Repeat("<", 20<<20)}.prepare(h, t)
	h.Must(err)
	if plan.Things() != 1 {
		t.Errorf("%d customers are read, want one", plan.Things())
	}
}

// A cell that no spreadsheet could keep is reported with its row and column, from an
// XLSX as from a CSV; the longest one possible is none.
func TestACellLongerThanASpreadsheetsCanBeIsReportedWithItsRow(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	most := strings.Repeat("长", 32_767)
	plan, err := parts{sheetOne: sheet(`<row r="2">` + cell("A2", "张三") + cell("B2", most) + `</row><row r="3">` + cell("A3", "李四") + cell("B3", most+"长") + `</row>`)}.prepare(h, t)
	h.Must(err)
	h.wantPlaces(plan.Rejections(), "clients.xlsx 3 地址 import/row-cell-long")
	for _, quote := range []string{"", `"`} {
		plan, err := h.clients(clients, "客户,地址\n张三,"+quote+most+quote+"\n李四,"+quote+most+"长"+quote+"\n")
		h.Must(err)
		h.wantPlaces(plan.Rejections(), "clients 3 地址 import/row-cell-long")
	}
}
