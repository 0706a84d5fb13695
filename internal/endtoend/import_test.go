package endtoend

import (
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"guishu/internal/pgtest"
	"guishu/internal/waiting"
)

// importMapping makes customers and their advisors' payments of two small files.
const importMapping = `
source: small
files:
  - {name: clients, path: clients.csv}
  - {name: deals, path: deals.csv}
sections:
  - name: clients
    file: clients
    makes: customer
    key: [client]
    fields: {name: {column: client}, party: {value: 个人}, phone: {column: phone}, home_unit: {value: W01, by: code}}
  - name: products
    file: deals
    makes: product
    key: [product]
    repeats: merge
    fields: {code: {column: product}, name: {column: product}, supplier: {value: 示例}}
  - name: deals
    file: deals
    makes: payment
    key: [deal]
    fields:
      external_no: {column: deal}
      customer: {column: client, of: clients}
      product: {column: product, of: products}
      advisor: {value: dora, by: login}
      status: {value: CONFIRMED}
      reserved_amount: {column: amount}
      reserved_on: {column: on}
      amount: {column: amount}
      confirmed_on: {column: on}
`

// TestImportsHistoryBesideTheRunningProgram runs the command line as people do:
// checked, proposed, approved over HTTP, brought in, run again.
func TestImportsHistoryBesideTheRunningProgram(t *testing.T) {
	onEachStore(t, importsHistory)
}

func importsHistory(t *testing.T, i *installation) {
	f := establish(i.start())
	f.employ("dora", "ADVISOR", f.wealth)
	director := f.employ("director", "SUPERIOR", f.root)
	clerk := f.employ("clerk", "OPERATIONS", f.root)
	folder := pgtest.Folder(t)
	write := func(name, text string) string {
		path := filepath.Join(folder, name)
		if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
		return path
	}
	mapping := write("small.yaml", importMapping)
	write("clients.csv", "client,phone\n张三,13800138000\n李四,12\n")
	write("deals.csv", "deal,client,product,amount,on\nD1,张三,P1,100,2020-03-01\nD2,李四,P1,5,2020-03-02\nD3,张三,P1,0,2020-03-03\n")
	database := f.events()
	before := last(t, database)
	wants := func(code int, says string, arguments ...string) string {
		t.Helper()
		printed, got := f.run("import", append([]string{mapping}, arguments...)...)
		if got != code || !strings.Contains(printed, says) {
			t.Fatalf("guishu import %v: exit code %d, want %d with %q:\n%s", arguments, got, code, says, printed)
		}
		return printed
	}
	f.more = append(f.more, "GUISHU_PASSWORD="+password, "GUISHU_APPROVE_PASSWORD=wrong, wrong, wrong")

	// Nothing is written by checking, or by somebody who may not or is not there.
	wants(3, "deals.csv:4: amount: 金额必须大于零", "--check")
	wants(1, "auth/required")
	wants(1, "auth/sign-in-failed", "--login", "nobody")
	wants(1, "authz/denied", "--login", "director")
	wants(1, "auth/token-invalid", "--token", "guishu_wrong")
	if now := last(t, database); now != before {
		t.Fatalf("the ledger went on from %d to %d before anything was proposed", before, now)
	}

	// Nothing but the proposal is written before the approval.
	printed := wants(4, "待主管批准", "--login", clerk.login)
	proposed := last(t, database)
	if proposed != before+1 {
		t.Fatalf("the ledger went on from %d to %d, want the proposal alone", before, proposed)
	}
	wants(1, "auth/sign-in-failed", "--login", clerk.login, "--approve-login", director.login)
	approval := regexp.MustCompile(`ADDRESS(/v1/migrations/[0-9a-f-]{36}/approval)`).FindStringSubmatch(printed)
	if approval == nil {
		t.Fatalf("nothing says how to approve:\n%s", printed)
	}
	f.post(clerk, approval[1], nil).refused(t, http.StatusForbidden, "authz/denied")
	f.done(director, approval[1], nil)

	printed = wants(3, `"code":"contact/phone-format"`, "--login", clerk.login, "--json", "--rejected", folder)
	for _, want := range []string{
		`{"type":"rejected","file":"clients.csv","line":3,"column":"phone","code":"contact/phone-format"`,
		`"line":3,"column":"client","code":"import/reference-rejected"`, `"rows_rejected":3`,
	} {
		if !strings.Contains(printed, want) {
			t.Errorf("%s is not in\n%s", want, printed)
		}
	}
	if strings.Contains(printed, "李四") {
		t.Errorf("the report holds what a row said:\n%s", printed)
	}
	text, err := os.ReadFile(filepath.Join(folder, "clients.rejected.csv"))
	if err != nil || !strings.HasPrefix(string(text), "\xef\xbb\xbf") || !strings.Contains(string(text), "李四,12") {
		t.Errorf("the rejected rows: %q, %v", text, err)
	}

	// The corrected file brings in the rest, approved on the spot; then nothing is new.
	write("clients.csv", "client,phone\n张三,13800138000\n李四,13900139000\n")
	f.more = append(f.more, "GUISHU_APPROVE_PASSWORD="+password)
	wants(0, "新增 made 1", "--login", clerk.login, "--approve-login", director.login, "--accept-rejected")
	brought := one[int](t, database, "SELECT count(*) FROM ledger.events WHERE type = 'payment.confirmed'")
	if brought != 2 {
		t.Errorf("%d payments are confirmed, want D1 and D2", brought)
	}
	waiting.Until(t, "both payments to be attributed", func() bool {
		return one[int](t, database, "SELECT count(*) FROM ledger.events WHERE type = 'attribution.decided'") == 2
	})
	settled := last(t, database)
	wants(1, "import/bad-file", "--check", "--from", t.TempDir())
	wants(0, "新增 made 0", "--login", clerk.login, "--accept-rejected")
	if now := last(t, database); now != settled {
		t.Errorf("running it again took the ledger from %d to %d", settled, now)
	}
}
