package importer_test

import (
	"errors"
	"strings"
	"testing"

	"guishu/internal/importer"

	"golang.org/x/text/encoding/simplifiedchinese"
)

func gb18030(text string) string {
	encoded, err := simplifiedchinese.GB18030.NewEncoder().String(text)
	if err != nil {
		panic(err) // every character of a test is in GB18030
	}
	return encoded
}

// clients makes customers of a list of names.
const clients = `
source: clients
files: [{name: clients, path: clients.csv}]
sections:
  - name: clients
    file: clients
    makes: customer
    key: [客户]
    fields: {name: {column: 客户}, party: {value: 个人}, address: {column: 地址}}
`

func (h *house) clients(mapping, text string) (*importer.Plan, error) {
	h.Helper()
	m, err := importer.ReadMapping("clients.yaml", []byte(mapping))
	h.Must(err)
	return h.imports.Prepare(h.Context(), m, files{"clients.csv": text}.in(h))
}

func TestFilesAreReadInTheirEncoding(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	const text = "客户,地址\n张三,北京市海淀区\n李四,\"上海市\n浦东新区\"\n"
	for name, c := range map[string]struct{ mapping, text, encoding, rejected string }{
		"UTF-8":                      {clients, text, "utf-8", ""},
		"UTF-8 with its mark":        {clients, "\xef\xbb\xbf" + text, "utf-8", ""},
		"lines ended by CR LF":       {clients, strings.ReplaceAll(text, "\n", "\r\n"), "utf-8", ""},
		"GB18030, found out":         {clients, gb18030(text), "gb18030", ""},
		"GB18030, stated":            {strings.Replace(clients, "clients.csv", "clients.csv, encoding: gb18030", 1), gb18030(text), "gb18030", ""},
		"UTF-8 with a broken letter": {clients, strings.Replace(text, "海淀", "海\xe6\xb7", 1), "utf-8", "clients 2 地址 import/row-encoding"},
		"UTF-8 cut off in a letter":  {clients, text + "王五,广\xe5", "utf-8", "clients 5  import/row-cut-off"},
		"GB18030 with a broken one":  {clients, gb18030(text) + gb18030("王五,广") + "\xff\n", "gb18030", "clients 5 地址 import/row-encoding"},
		"a NUL":                      {clients, text + "王\x00五,\n", "utf-8", "clients 5  import/row-encoding"},
		"semicolons":                 {strings.Replace(clients, "clients.csv", "clients.csv, separator: ';'", 1), strings.ReplaceAll(text, ",", ";"), "utf-8", ""},
		"a last line said whole":     {strings.Replace(clients, "clients.csv", "clients.csv, last_line: whole", 1), strings.TrimSuffix(text, "\n"), "utf-8", ""},
		"a last line not said whole": {clients, text + "王五,广州", "utf-8", "clients 5  import/row-cut-off"},
	} {
		plan, err := h.clients(c.mapping, c.text)
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		_, report, err := h.imports.Missing(t.Context(), plan, nil)
		h.Must(err)
		if report.Files[0].Encoding != c.encoding || report.Sections[0].Things != 2-strings.Count(c.rejected, " 2 ") {
			t.Errorf("%s: %+v", name, report)
		}
		h.wantPlaces(report.Rejections, c.rejected)
	}
}

func TestAFileThatCannotBeReadSaysWhy(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	for name, c := range map[string]struct{ mapping, text, want string }{
		"empty":                       {clients, "", "clients.csv: it is empty"},
		"only blank lines":            {clients, "\n\n", "clients.csv: it is empty"},
		"two columns of one name":     {clients, "客户,客户\n", `clients.csv:1: two columns are called "客户"`},
		"a column without a name":     {clients, "客户,,地址\n", "clients.csv:1: column 2 has no name"},
		"a first line that is broken": {clients, "客\"户,地址\n", "clients.csv:1: the first line cannot be read"},
		"another encoding than said":  {strings.Replace(clients, "clients.csv", "clients.csv, encoding: utf-8", 1), gb18030("客户,地址\n张三,\n"), "clients.csv:1: the first line cannot be read as names of columns in utf-8"},
		"no encoding for certain":     {clients, "name,city\nRen\xe9e,Orl\xe9ans\n", "clients.csv: it cannot be decoded (import/bad-file): it is neither UTF-8 nor GB18030"},
		"a ZIP that is no workbook":   {clients, "PK\x03\x04 and no more", "clients.csv: it is no XLSX"},
		"a missing file":              {strings.Replace(clients, "clients.csv", "absent.csv", 1), "", "absent.csv: it cannot be opened"},
		"a folder":                    {strings.Replace(clients, "clients.csv", ".", 1), "", "it is no file"},
	} {
		_, err := h.clients(c.mapping, c.text)
		if !errors.Is(err, importer.ErrBadFile) || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: %v\ndoes not say\n%s", name, err, c.want)
		}
	}
}
