package importer_test

import (
	"errors"
	"os"
	"strings"
	"testing"

	"guishu/internal/importer"
)

// A mapping that is wrong says where and why, and nothing is read by it.
func TestABadMappingSaysWhere(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct{ from, to, want string }{
		"an unknown key":               {"source: small", "sauce: small", `m.yaml:2:1: unknown field "sauce"`},
		"an unknown key within":        {"key: [branch]", "keys: [branch]", `m.yaml:12:5: unknown field "keys"`},
		"a wrong type":                 {"key: [branch]", "key: branch", "m.yaml:12:10: string was used where sequence is expected"},
		"a mapping for a text":         {"file: people\n    makes: unit", "file: {a: b}\n    makes: unit", "m.yaml:10:11: cannot unmarshal"},
		"broken YAML":                  {"key: [branch]", "key: [branch", "m.yaml:13:5: ',' or ']' must be specified"},
		"a key twice":                  {"source: small", "source: small\nsource: small", `m.yaml:3:1: mapping key "source" already defined`},
		"a source without name":        {"source: small", "source: ''", "m.yaml:2:9: source must name"},
		"an unknown file":              {"file: goods\n", "file: bads\n", `m.yaml:25:11: there is no file "bads"`},
		"an unknown kind of thing":     {"makes: product", "makes: produce", `m.yaml:26:12: a section makes one of unit, staff, product`},
		"an unknown field":             {"phone: {column: phone}", "fone: {column: phone}", `a customer has no field "fone"; it has name, party`},
		"a missing field":              {"name: {column: client}, ", "", "m.yaml:33:14: a customer needs the field name"},
		"an unknown section":           {"of: clients", "of: customers", `m.yaml:40:38: there is no section "customers"`},
		"a section of another kind":    {"of: goods", "of: clients", `section "clients" makes customer, but product refers to a product`},
		"a section that comes later":   {"of: branches", "of: deals", `section "deals" makes payment`},
		"a constant out of the words":  {"party: {value: 个人}", "party: {value: 家庭}", `"家庭" is no party`},
		"a map out of the words":       {"成交: 确认", "成交: 完结", `m.yaml:43:44: "完结" is no status`},
		"two origins":                  {"amount: {column: amount}", "amount: {column: amount, value: 1}", "m.yaml:46:16: amount takes exactly one of"},
		"no origin":                    {"amount: {column: amount}", "amount: {amounts: fen}", "amount takes exactly one of"},
		"an unknown form of dates":     {"d/m/yyyy", "d/m", "dates are written with yyyy"},
		"letters in a form of dates":   {"d/m/yyyy", "d-mon-yyyy", "dates are written with yyyy"},
		"an unknown unit of amounts":   {"amount: {column: amount}", "amount: {column: amount, amounts: cents}", `"cents" is none of yuan, fen`},
		"an unknown encoding":          {"path: goods.csv", "path: goods.csv, encoding: big5", `"big5" is none of utf-8, gb18030`},
		"a from that refers to no row": {"from: product", "from: stage", `"stage" is no field of this section that refers`},
		"a from of another sort":       {"field: list_price", "field: name", "name of a product is not of the same sort"},
		"of beside no reference":       {"amount: {column: amount}", "amount: {column: amount, of: goods}", "amount is no reference"},
		"a reference to nowhere":       {"unit: {column: branch, of: branches}", "unit: {column: branch}", "unit refers to a unit: say of which section"},
		"an unknown way to find":       {"unit: {column: branch, of: branches}", "unit: {column: branch, by: name}", "the ledger finds a unit by one of: code"},
		"two sections of one name":     {"name: goods\n    file", "name: clients\n    file", `two sections are called "clients"`},
		"a broken template":            {"name: {column: branch}, kind", `name: {text: "{branch"}, kind`, "a { that names no column"},
		"choose without merge":         {"amount: {column: amount}", "scheduled_on: {column: amount, choose: earliest}", "only a date of a section with repeats: merge"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if !strings.Contains(small, c.from) {
				t.Fatalf("the mapping does not hold %q", c.from)
			}
			_, err := importer.ReadMapping("folder/m.yaml", []byte(strings.Replace(small, c.from, c.to, 1)))
			if !errors.Is(err, importer.ErrBadMapping) {
				t.Fatalf("%v is no %s", err, importer.ErrBadMapping)
			}
			if !strings.Contains(err.Error(), c.want) {
				t.Errorf("%v\ndoes not say\n%s", err, c.want)
			}
			var placed *importer.MappingError
			if !errors.As(err, &placed) || placed.Line == 0 {
				t.Errorf("no place: %v", err)
			}
		})
	}
	for _, text := range []string{"", "null", "- a\n", "a: 1\n---\nb: 2\n", strings.Repeat("#", 2<<20)} {
		if _, err := importer.ReadMapping("m.yaml", []byte(text)); !errors.Is(err, importer.ErrBadMapping) {
			t.Errorf("%.20q: %v", text, err)
		}
	}
}

// A mapping must fit the files: every column it names is there, and every column
// that is there it names.
func TestAMappingMustFitItsFiles(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	for name, c := range map[string]struct{ from, to, want string }{
		"a missing column":         {"price}", "prize}", `m.yaml:28:94: goods.csv has no column "prize"; it has code, price`},
		"a missing key":            {"key: [code]", "key: [kode]", `m.yaml:27:11: goods.csv has no column "kode"`},
		"a column left over":       {", ignore: [note]", "", `column "note" of clients.csv is neither used nor listed under ignore`},
		"an ignored one not there": {"ignore: [note]", "ignore: [note, memo]", `m.yaml:6:55: clients.csv has no column "memo"`},
		"an ignored one in use":    {"ignore: [note]", "ignore: [note, phone]", `column "phone" is used, so it cannot be ignored`},
	} {
		text := strings.Replace(small, c.from, c.to, 1)
		m, err := importer.ReadMapping("m.yaml", []byte(text))
		h.Must(err)
		_, err = h.imports.Prepare(t.Context(), m, sound().in(t))
		if !errors.Is(err, importer.ErrBadMapping) || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: %v\ndoes not say\n%s", name, err, c.want)
		}
	}
}

// The mappings kept in the project are read without complaint.
func TestTheMappingsOfTheProjectAreSound(t *testing.T) {
	t.Parallel()
	text, err := os.ReadFile(mavenMapping)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := importer.ReadMapping(mavenMapping, text); err != nil {
		t.Error(err)
	}
}
