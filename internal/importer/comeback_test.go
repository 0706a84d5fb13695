package importer_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"guishu/internal/importer"
)

// The file of rejected rows, put right, is imported as it is: under the same mapping,
// with every cell as it was (BR-09).
func TestRejectedRowsComeBackAsTheyWere(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	const address = "=北京\n'海淀' \"甲\""
	for name, c := range map[string]struct{ mapping, text string }{
		"commas":     {clients, "客户,地址\n,\"" + strings.ReplaceAll(address, `"`, `""`) + "\"\n"},
		"semicolons": {strings.Replace(clients, "clients.csv", "clients.csv, separator: ';'", 1), "客户;地址\n;\"" + strings.ReplaceAll(address, `"`, `""`) + "\"\n"},
		"GB18030":    {strings.Replace(clients, "clients.csv", "clients.csv, encoding: gb18030", 1), gb18030("客户,地址\n,\"" + strings.ReplaceAll(address, `"`, `""`) + "\"\n")},
	} {
		mapping := strings.Replace(c.mapping, "source: clients", "source: clients-"+strings.ToLower(name), 1)
		plan, err := h.clients(mapping, c.text)
		h.Must(err)
		folder := t.TempDir()
		written, err := plan.WriteRejected(folder, plan.Rejections())
		h.Must(err)
		text, err := os.ReadFile(written[0])
		h.Must(err)
		lines := strings.SplitN(string(text), "\r\n", 2)
		separator := ","
		if name == "semicolons" {
			separator = ";"
		}
		// The name is filled in where it stood empty, before the address.
		corrected := lines[0] + "\r\n" + strings.Replace(lines[1], separator+separator+`"'`, separator+"张三"+separator+`"'`, 1)
		plan, err = h.clients(mapping, corrected)
		h.Must(err)
		h.wantPlaces(plan.Rejections(), "")
		if plan.Things() != 1 {
			t.Fatalf("%s: %d customers come of %q", name, plan.Things(), corrected)
		}
		// What it says is what the source's own row would have said.
		original := strings.Replace(c.text, "\n"+separator, "\n"+bytesOf(name, "张三")+separator, 1)
		first := h.bring(plan)
		again, err := h.clients(mapping, original)
		h.Must(err)
		missing, report, err := h.imports.Missing(t.Context(), again, nil)
		h.Must(err)
		if first.Rejected != 0 || missing != 0 || report.Rejected != 0 {
			t.Errorf("%s: the corrected row %+v and the source's own are not the same: %d missing, %+v", name, first, missing, report.Rejections)
		}
	}
}

// bytesOf is a text in the encoding of a case.
func bytesOf(name, text string) string {
	if name == "GB18030" {
		return gb18030(text)
	}
	return text
}

// A row with several reasons stands in the file once, or it would come back twice.
func TestARejectedRowIsWrittenOnceWithAllItsReasons(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	plan := h.small(sound().with("clients.csv", "client,phone,note\n,1,x\n").with("deals.csv", "deal,client,no,code,stage,began,ended,amount\nD1,张三,A1,P1,预约,3/3/2020,,\n"))
	var two []importer.Rejection
	for _, one := range plan.Rejections() {
		other := one
		other.Code, other.English = "form/value", "Another."
		two = append(two, one, other)
	}
	folder := t.TempDir()
	_, err := plan.WriteRejected(folder, two)
	h.Must(err)
	text, err := os.ReadFile(filepath.Join(folder, "clients.rejected.csv"))
	h.Must(err)
	if rows := strings.Count(string(text), "\r\n"); rows != 2 || !strings.Contains(string(text), "form/value") {
		t.Errorf("%q has %d lines, want the names and one row", text, rows)
	}
}

// No link takes the file somewhere else.
func TestRejectedRowsAreWrittenIntoTheFolderOnly(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	plan, err := h.clients(clients, "客户,地址\n,x\n")
	h.Must(err)
	folder, other := t.TempDir(), filepath.Join(t.TempDir(), "other")
	h.Must(os.WriteFile(other, []byte("kept"), 0o600))
	h.Must(os.Symlink(other, filepath.Join(folder, "clients.rejected.csv")))
	if _, err := plan.WriteRejected(folder, plan.Rejections()); err == nil {
		t.Error("it was written through a link")
	}
	if text, err := os.ReadFile(other); err != nil || string(text) != "kept" {
		t.Errorf("the file of somebody else is now %q, %v", text, err)
	}
}
