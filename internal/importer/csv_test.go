package importer

import (
	"encoding/csv"
	"slices"
	"strings"
	"testing"
)

// records reads all of a text, and fails if reading does not come to an end.
func records(t *testing.T, text string) []csvRecord {
	t.Helper()
	reader := &csvReader{text: text, separator: ',', line: 1}
	var all []csvRecord
	for reader.text != "" {
		left, line := len(reader.text), reader.line
		record := reader.next()
		if len(reader.text) >= left || reader.line <= line || record.line != line {
			t.Fatalf("reading stands still at line %d of %q", line, text)
		}
		all = append(all, record)
	}
	return all
}

// One stray quotation mark costs its own line and no more.
func TestAQuotationMarkNobodyClosesCostsOneLine(t *testing.T) {
	t.Parallel()
	all := records(t, "a,b\n\"c,d\ne,\"f\"\ng,h\n")
	var bad []int
	for _, r := range all {
		if r.problem != nil {
			bad = append(bad, r.line)
		}
	}
	if len(all) != 4 || !slices.Equal(bad, []int{2}) || all[2].cells[1] != "f" {
		t.Errorf("%+v", all)
	}
}

// FuzzCSV holds that reading ends whatever comes, and that what a writer of CSV
// writes is read as it was.
func FuzzCSV(f *testing.F) {
	for _, seed := range []string{"", "a", "a,b\n", "\"a\"\"b\",c\r\n\"x\ny\"", "\"", "\"a\"b,\n", ",\n,", "\r", "a\r\n\"\""} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		for _, r := range records(t, text) {
			if r.problem == nil && len(r.cells) == 0 {
				t.Fatalf("a record without a cell in %q", text)
			}
		}
		cells := strings.Split(text, ",")
		if strings.Contains(text, "\r") || len(text) > 1000 || strings.Count(text, "\n") > 100 {
			return // the writer of the standard library rewrites a CR before LF
		}
		var written strings.Builder
		w := csv.NewWriter(&written)
		if err := w.Write(cells); err != nil {
			t.Fatal(err)
		}
		w.Flush()
		all := records(t, written.String())
		if len(all) != 1 || !slices.Equal(all[0].cells, cells) {
			t.Fatalf("%q was written as %q and read as %v", cells, written.String(), all)
		}
	})
}
