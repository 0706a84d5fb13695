package endtoend

import (
	"bytes"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io/fs"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"guishu/internal/waiting"
)

// canaries are personal texts that occur nowhere else.
var canaries = map[string]string{
	"name":            "甄别钥",
	"phone":           "13977778888",
	"phone_of_claim":  "13966667777",
	"identity_number": residentNumber(8765),
	"bank_account":    "6217009998887779",
	"source_account":  "955880123456789",
	"address":         "金丝雀市鸣笼巷七号",
	"employer":        "金丝雀羽毛制品厂",
	"remark":          "膝盖怕冷不爱出门",
	"purpose":         "谈老屋拆迁补偿",
	"outcome":         "说要等儿子回来定",
	"staff":           "员工甄别乙",
}

// found says in which form a text holds a canary, if it does.
func found(text []byte) string {
	for kind, canary := range canaries {
		escaped, _ := json.Marshal(canary)
		ascii := strings.Trim(fmt.Sprintf("%+q", canary), `"`)
		for form, look := range map[string]string{
			"as it is": canary, "as JSON": strings.Trim(string(escaped), `"`), "as escaped characters": ascii,
			"as a URL": url.QueryEscape(canary), "as hexadecimal": hex.EncodeToString([]byte(canary)),
		} {
			if bytes.Contains(text, []byte(look)) {
				return kind + " " + form
			}
		}
	}
	return ""
}

// sightings are where canaries are in the rows of schemas.
func sightings(t testing.TB, database *pgxpool.Pool, schemas ...string) []string {
	t.Helper()
	var seen []string
	for _, table := range column[string](t, database, `
		SELECT format('%I.%I', schemaname, tablename) FROM pg_tables WHERE schemaname = ANY($1) ORDER BY 1`, schemas) {
		rows, err := database.Query(within(t), `SELECT * FROM `+table)
		if err != nil {
			t.Fatal(err)
		}
		_, err = pgx.CollectRows(rows, func(row pgx.CollectableRow) (none struct{}, err error) {
			for i, raw := range row.RawValues() {
				if what := found(raw); what != "" {
					seen = append(seen, fmt.Sprintf("%s.%s: %s", table, row.FieldDescriptions()[i].Name, what))
				}
			}
			values, err := row.Values()
			if what := found(fmt.Append(nil, values...)); what != "" && err == nil {
				seen = append(seen, fmt.Sprintf("%s: %s", table, what))
			}
			return none, err
		})
		if err != nil {
			t.Fatalf("read %s: %v", table, err)
		}
	}
	return seen
}

// Personal texts are in no event, key, reservation, sign-in, log, address or error
// in the clear (C-04, design §4); the read models hold them where a query needs
// them, until the person is erased.
func TestPersonalTextsAreInTheClearOnlyInReadModels(t *testing.T) {
	t.Parallel()
	f := establish(install(t).start("--log-level", "debug"))
	answers := f.sing()
	database := f.connect()
	rest := []string{"ledger", "keys", "registry", "auth", "reaction", "origin", "public"}
	if named := column[string](t, database, `
		SELECT nspname FROM pg_namespace
		WHERE nspname NOT LIKE 'pg\_%' AND nspname NOT IN ('information_schema', 'read') AND NOT nspname = ANY($1)`, rest); len(named) > 0 {
		t.Fatalf("nobody searches the schemas %v", named)
	}
	waiting.Until(t, "the read models to have the customer", func() bool { return len(sightings(t, database, "read")) > 0 })
	seen := func() []string {
		t.Helper()
		return append(sightings(t, database, rest...), f.inFiles(f.relationFiles(database, rest))...)
	}
	for _, where := range seen() {
		t.Errorf("in the clear in %s", where)
	}
	for name, answer := range answers {
		if what := found([]byte(answer)); what != "" {
			t.Errorf("the answer to %s says %s: %s", name, what, answer)
		}
	}
	f.eraseAll(database)
	for _, where := range seen() {
		t.Errorf("after the erasure in the clear in %s", where)
	}

	// The search itself finds what is put in, in rows and in files, whatever the
	// column's type.
	for _, into := range []string{
		`INSERT INTO registry.reservation (kind, key, holder) VALUES ('customer-no', convert_to($1, 'UTF8'), 'x')`,
		`INSERT INTO reaction.parked (consumer, event, position, type, reason) VALUES ('x', gen_random_uuid(), 1, 'x', $1)`,
	} {
		if _, err := database.Exec(within(t), into, "前"+canaries["name"]+"后"); err != nil {
			t.Fatal(err)
		}
	}
	if put := seen(); len(put) < 4 {
		t.Errorf("two canaries were put in, and only %q are found", put)
	}

	if code := f.stop(); code != 0 {
		t.Errorf("exit code %d", code)
	}
	for what, text := range map[string]string{"the program's output": f.printed.String(), "the program's log": f.log.String()} {
		if where := found([]byte(text)); where != "" {
			t.Errorf("%s has the %s", what, where)
		}
	}
	for _, where := range f.inFiles(f.ownFiles()) {
		t.Errorf("in the clear in %s", where)
	}
}

// sing uses every canary over HTTP, rightly and wrongly, and gives the answers that
// must not repeat one.
func (f *firm) sing() map[string]string {
	f.t.Helper()
	manager, head := f.crowd("rm", "RELATIONSHIP_MANAGER", f.north, 1)[0], f.crowd("head", "OUTLET_HEAD", f.north, 1)[0]
	advisor, operator := f.crowd("adv", "ADVISOR", f.wealth, 1)[0], f.crowd("ops", "OPERATIONS", f.office, 1)[0]
	f.done(f.admin, "/v1/staff", fields{"employee_no": "E-canary", "login": "canary", "name": canaries["staff"], "unit": f.north})
	whole := func(number string) fields {
		return fields{
			"name": canaries["name"], "phone": canaries["phone"], "source": "OWN", "identity_type": "RESIDENT_ID", "identity_number": number,
			"address": canaries["address"], "bank_account": canaries["bank_account"], "employer": canaries["employer"], "remark": canaries["remark"],
		}
	}
	customer := f.done(advisor, "/v1/customers", fields{
		"party": "PERSON", "home_unit": f.wealth, "advisor": advisor.id, "nature": "DIRECT", "fields": whole(canaries["identity_number"]),
	}).ID
	f.done(advisor, "/v1/customers/"+customer+"/attachments", fields{"advisor": advisor.id})
	product := f.done(operator, "/v1/products", fields{"code": "P1", "name": "示例产品", "supplier": "示例供应商"}).ID
	f.done(operator, "/v1/products/"+product+"/opening", nil)
	f.done(advisor, "/v1/customers/"+customer+"/contacts", fields{
		"advisor": advisor.id, "occurred_on": today(), "method": "VISIT", "product": product, "two_way": true,
		"purpose": canaries["purpose"], "outcome": canaries["outcome"],
	})
	deal := f.done(advisor, "/v1/payments", reservation(customer, product, advisor)).ID
	registered := registration(1)
	registered["identity_number"] = canaries["identity_number"]
	registered["source"].(fields)["account"] = canaries["source_account"]
	f.done(advisor, "/v1/payments/"+deal+"/registration", registered)
	f.done(operator, "/v1/payments/"+deal+"/confirmation", fields{})
	// The same person at the bank, known there by another number.
	banked := f.done(manager, "/v1/customers", fields{"party": "PERSON", "home_unit": f.north, "fields": fields{
		"name": canaries["name"], "phone": canaries["phone"], "source": "OWN",
	}}).ID
	application := f.done(manager, "/v1/claims", fields{"customer": banked, "line": "SELF_OPERATED", "phone": canaries["phone_of_claim"]}).ID
	f.done(head, approval(application), nil)

	answers := map[string]string{}
	refused := func(name string, r reply) {
		if r.status < http.StatusBadRequest {
			f.t.Errorf("%s is answered %d %s", name, r.status, r.body)
		}
		answers[name] = fmt.Sprint(r.body, r.header)
	}
	number := canaries["identity_number"]
	refused("a second customer with the document", f.post(manager, "/v1/customers", fields{"party": "PERSON", "home_unit": f.north, "fields": whole(number)}))
	refused("a document with one digit more", f.post(manager, "/v1/customers", fields{"party": "PERSON", "home_unit": f.north, "fields": whole(number + "1")}))
	refused("a name for a phone", f.post(manager, "/v1/claims", fields{"customer": banked, "line": "SELF_OPERATED", "phone": canaries["name"]}))
	refused("a name for a field", f.post(manager, "/v1/customers", fields{"party": "PERSON", "home_unit": f.north, canaries["name"]: canaries["phone"]}))
	refused("a number for a field", f.post(manager, "/v1/customers", fields{"party": "PERSON", "home_unit": f.north, canaries["phone"]: "x"}))
	refused("a name for an id", f.post(manager, "/v1/customers/"+url.PathEscape(canaries["name"])+"/supplement", fields{}))
	refused("a name in an address", f.get(manager, "/v1/units?name="+url.QueryEscape(canaries["name"])+"&limit=x"))
	refused("a phone for a parameter", f.get(manager, "/v1/units?"+canaries["phone"]+"=1"))
	refused("an address that is none", f.get(manager, "/v1/"+url.PathEscape(canaries["name"])+"/"+canaries["phone"]))
	refused("a name to sign in with", f.post(person{}, "/v1/session", fields{"login": canaries["name"], "password": canaries["phone"]}))
	refused("a name for a document's type", f.post(manager, "/v1/look-ups", fields{"identity_type": canaries["name"], "identity_number": number, "name": canaries["name"]}))
	refused("a look-up of nobody", f.post(manager, "/v1/look-ups", fields{"identity_type": "RESIDENT_ID", "identity_number": residentNumber(8766), "name": canaries["name"]}))
	refused("half a body", f.send(manager, request{method: http.MethodPost, path: "/v1/customers", body: `{"fields":{"name":"` + canaries["name"], key: "half-a-body"}))
	return answers
}

// eraseAll erases every customer; then no read model has a canary either, but for
// the member of staff, who is employed.
func (f *firm) eraseAll(database *pgxpool.Pool) {
	f.t.Helper()
	superior := f.crowd("sup", "SUPERIOR", f.root, 1)[0]
	for _, stream := range column[string](f.t, database, `SELECT DISTINCT stream FROM ledger.events WHERE type = 'customer.registered'`) {
		f.done(superior, "/v1/customers/"+strings.TrimPrefix(stream, "customer-")+"/erasure", fields{"basis": "本人要求"})
	}
	var left []string
	waiting.Until(f.t, "every read model to lose the erased customers' texts", func() bool {
		left = nil
		for _, where := range sightings(f.t, database, "read") {
			if !strings.Contains(where, ": staff ") {
				left = append(left, where)
			}
		}
		return len(left) == 0
	})
}

// relationFiles are PostgreSQL's files of schemas: what rows once held may still
// stand in them. The other files of PostgreSQL's are the read
// models' and the write-ahead log, which holds the rows of both.
func (f *firm) relationFiles(database *pgxpool.Pool, schemas []string) []string {
	f.t.Helper()
	if _, err := database.Exec(within(f.t), `CHECKPOINT`); err != nil {
		f.t.Fatal(err)
	}
	files := column[string](f.t, database, `
		SELECT pg_relation_filepath(c.oid) FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
		LEFT JOIN pg_class main ON main.reltoastrelid = c.oid LEFT JOIN pg_namespace owner ON owner.oid = main.relnamespace
		WHERE pg_relation_filepath(c.oid) IS NOT NULL AND coalesce(owner.nspname, n.nspname) = ANY($1)`, schemas)
	for i := range files {
		files[i] = filepath.Join(f.folder, "postgres", files[i])
	}
	return files
}

// ownFiles are the data folder's files that are not PostgreSQL's: the lock, the key
// of keys, the logs.
func (f *firm) ownFiles() []string {
	f.t.Helper()
	var files []string
	err := filepath.WalkDir(f.folder, func(path string, entry fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case entry.IsDir() && entry.Name() == "postgres":
			return filepath.SkipDir
		case !entry.IsDir():
			files = append(files, path)
		}
		return nil
	})
	if err != nil || len(files) == 0 {
		f.t.Fatalf("%d files of the program's own: %v", len(files), err)
	}
	return files
}

// inFiles is where canaries are in files.
func (f *firm) inFiles(paths []string) []string {
	f.t.Helper()
	var seen []string
	for _, path := range paths {
		text, err := os.ReadFile(path)
		if err != nil {
			f.t.Fatal(err)
		}
		if what := found(text); what != "" {
			seen = append(seen, strings.TrimPrefix(path, f.folder)+": "+what)
		}
	}
	return seen
}
