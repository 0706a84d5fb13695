package importer_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"guishu/domain"
	"guishu/domain/identity"
	"guishu/domain/migration"
	"guishu/internal/importer"
)

// small is a mapping of four little files.
const small = `
source: small
files:
  - {name: people, path: people.csv}
  - {name: goods, path: goods.csv}
  - {name: clients, path: clients.csv, ignore: [note]}
  - {name: deals, path: deals.csv}
sections:
  - name: branches
    file: people
    makes: unit
    key: [branch]
    repeats: merge
    fields: {code: {column: branch}, name: {column: branch}, kind: {value: 分公司}, model: {value: ATTACHED}}
  - name: advisors
    file: people
    makes: staff
    key: [no]
    fields:
      name: {column: advisor}
      employee_no: {column: no}
      unit: {column: branch, of: branches}
      superior: {column: superior, of: advisors}
  - name: goods
    file: goods
    makes: product
    key: [code]
    fields: {code: {column: code}, name: {column: code}, supplier: {value: 示例}, list_price: {column: price}, subscription: {value: OPEN}}
  - name: clients
    file: clients
    makes: customer
    key: [client]
    fields: {name: {column: client}, party: {value: 个人}, phone: {column: phone}}
  - name: deals
    file: deals
    makes: payment
    key: [deal]
    fields:
      external_no: {column: deal}
      customer: {column: client, of: clients}
      advisor: {column: no, of: advisors}
      product: {column: code, of: goods}
      status: {column: stage, values: {成交: 确认, 失败: 已取消}}
      reserved_amount: {from: product, field: list_price}
      reserved_on: {column: began, dates: d/m/yyyy}
      amount: {column: amount}
      confirmed_on: {column: ended, dates: d/m/yyyy}
      ended_on: {column: ended, dates: d/m/yyyy}
      reason: {value: 未成交}
`

// files is the content of small's files; a test changes what it is about.
type files map[string]string

func sound() files {
	return files{
		"people.csv":  "branch,no,advisor,superior\n北京,A1,甲员工,A2\n北京,A2,乙员工,\n上海,A3,丙员工,A2\n",
		"goods.csv":   "code,price\nP1,100\nP2,250.50\n",
		"clients.csv": "client,phone,note\n张三,13800138000,\n李四,,x\n",
		"deals.csv": "deal,client,no,code,stage,began,ended,amount\n" +
			"D1,张三,A1,P1,成交,1/3/2020,5/3/2020,90.5\n" +
			"D2,张三,A3,P2,失败,2/3/2020,6/3/2020,0\n" +
			"D3,李四,A2,P1,预约,3/3/2020,,\n",
	}
}

func (f files) with(name, text string) files {
	f[name] = text
	return f
}

func (f files) in(t testing.TB) string {
	t.Helper()
	folder := t.TempDir()
	for name, text := range f {
		if err := os.WriteFile(filepath.Join(folder, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return folder
}

// small prepares the small mapping on some files.
func (h *house) small(f files) *importer.Plan {
	h.Helper()
	m, err := importer.ReadMapping("small.yaml", []byte(small))
	h.Must(err)
	plan, err := h.imports.Prepare(h.Context(), m, f.in(h))
	h.Must(err)
	return plan
}

// places writes rejections as people would point at them.
func places(all []importer.Rejection) string {
	var lines []string
	for _, r := range all {
		lines = append(lines, strings.TrimSuffix(r.File, ".csv")+" "+strings.Join([]string{itoa(r.Line), r.Column, r.Code}, " "))
	}
	return strings.Join(lines, "\n")
}

func (h *house) wantPlaces(all []importer.Rejection, want string) {
	h.Helper()
	want = strings.TrimSpace(strings.ReplaceAll(want, "\t", ""))
	if got := places(all); got != want {
		h.Errorf("rejected:\n%s\nwant:\n%s", got, want)
	}
}

func TestAMappingMakesEveryKindOfThing(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	report := h.bring(h.small(sound()))
	h.wantPlaces(report.Rejections, "")
	events := h.events()
	for kind, want := range map[string]int{"payment.reserved": 3, "payment.confirmed": 1, "payment.cancelled": 1, "customer.registered": 2, "product.launched": 2} {
		if events[kind] != want {
			t.Errorf("%s: %d, want %d", kind, events[kind], want)
		}
	}
}

func TestABadRowIsReportedWithItsPlaceAndTheOthersComeIn(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	plan := h.small(sound().
		with("people.csv", "branch,no,advisor,superior\n北京,A1,甲员工,A9\n北京,A2,乙员工,\n北京,A3,丙员工,A1\n,A4,丁员工,\n北京,A5,戊员工,A6\n北京,A6,己员工,A5\n").
		with("clients.csv", "client,phone,note\n张三,13800138000,\n李四,12,\n王五,,\n").
		with("deals.csv", "deal,client,no,code,stage,began,ended,amount\n"+
			"D1,张三,A2,P1,成交,1/3/2020,5/3/2020,90.5\n"+ // sound
			"D2,王五,A3,P1,预约,2/3/2020,,\n"+ // its advisor was rejected
			"D3,张三,A2,P9,预约,2/3/2020,,\n"+ // no such product
			"D4,,A2,P1,预约,2/3/2020,,\n"+
			"D5,张三,A2,P1,成交,2/3/2020,1/3/2020,5\n"+ // confirmed before it was reserved
			"D6,张三,A2,P1,成交,2/3/2020,3/3/2020,0\n"+
			"D7,张三,A2,P1,成交,2/3/2020,3/3/2020,1.234\n"+
			"D8,张三,A2,P1,成交,31/2/2020,3/3/2020,1\n"+
			"D9,张三,A2,P1,别的,2/3/2020,3/3/2020,1\n"+
			"D1,张三,A2,P1,预约,2/3/2020,,\n"+ // the key of line 2
			"D10,张三,A2\n"+
			"D11,\"张三,A2,P1,预约,2/3/2020,,\n"+ // a quotation mark nobody closes
			"D12,张\"三,A2,P1,预约,2/3/2020,,\n"+
			"D13,张三,A2,P1,成交,2/3/2020,3/3/2020,\n"+
			"D14,\"张三\",\"A2\",P1,\"预约\",2/3/2020,,\r\n"+ // sound
			"\n"+
			"D15,李四,A2,P1,预约,2/3/2020,,\n"+ // the ledger refuses the customer
			"D16,王五,A2,P1,预约,2/3/20")) // cut off
	h.wantPlaces(plan.Rejections(), `
		people 2 superior import/unknown-reference
		people 4 superior import/reference-rejected
		people 5 branch form/required
		people 6  import/reference-rejected
		people 7  import/reference-rejected
		deals 3 no import/reference-rejected
		deals 4 code import/unknown-reference
		deals 5 client form/required
		deals 6 ended payment/date
		deals 7 amount payment/amount
		deals 8 amount money/format
		deals 9 began form/date-format
		deals 10 stage form/value
		deals 11 deal import/row-duplicate
		deals 12  import/row-cells
		deals 13  import/row-quotes
		deals 14  import/row-quotes
		deals 15 amount form/required
		deals 19  import/row-cut-off`)
	if n := h.events()["migration.proposed"]; n != 0 {
		t.Errorf("%d batches were proposed by reading alone", n)
	}
	report := h.bring(plan)
	if got := len(report.Rejections); got != 21 {
		t.Errorf("%d rejections:\n%s", got, places(report.Rejections))
	}
	late := report.Rejections[:0:0]
	for _, r := range report.Rejections {
		if r.Code == identity.ErrPhoneFormat.Name() || r.Line == 18 {
			late = append(late, r)
		}
		if r.Chinese == "" || r.English == "" || strings.Contains(r.English+r.Chinese, "{") {
			t.Errorf("no sentence: %+v", r)
		}
	}
	h.wantPlaces(late, "clients 3 phone contact/phone-format\ndeals 18 client import/reference-rejected")
	if n := h.events()["payment.reserved"]; n != 2 {
		t.Errorf("%d payments came in, want D1 and D14", n)
	}
}

func TestACorrectedFileBringsInWhatIsNewAndReportsWhatChanged(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.bring(h.small(sound()))
	before := h.events()
	corrected := sound()
	corrected["deals.csv"] = strings.Replace(corrected["deals.csv"], "90.5", "91.5", 1) + "D4,李四,A1,P2,成交,1/4/2020,2/4/2020,200\n"
	plan := h.small(corrected)
	missing, _, err := h.imports.Missing(t.Context(), plan, nil)
	h.Must(err)
	if missing != 1 {
		t.Errorf("%d things are missing, want 1", missing)
	}
	report := h.bring(plan)
	h.wantPlaces(report.Rejections, "deals 2  import/row-changed")
	after := h.events()
	for kind, want := range map[string]int{"payment.reserved": 1, "payment.confirmed": 1, "migration.approved": 1, "staff.hired": 0, "customer.registered": 0} {
		if got := after[kind] - before[kind]; got != want {
			t.Errorf("%s: %d more, want %d", kind, got, want)
		}
	}
}

func TestAChangedDayIsAChangeToo(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.bring(h.small(sound()))
	changed := sound()
	changed["deals.csv"] = strings.Replace(changed["deals.csv"], "3/3/2020", "4/3/2020", 1)
	missing, report, err := h.imports.Missing(t.Context(), h.small(changed), nil)
	h.Must(err)
	if missing != 0 {
		t.Errorf("%d things are missing", missing)
	}
	h.wantPlaces(report.Rejections, "deals 4  import/row-changed")
}

// Rows are found again by who brought them in: an approved batch is its proposer's,
// and somebody else who goes on with the very same files needs one of their own.
func TestSomebodyElseGoesOnWithTheSameFilesUnderABatchOfTheirOwn(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	ctx := t.Context()
	plan := h.small(sound())
	first, _, err := h.imports.Propose(ctx, h.clerk, plan)
	h.Must(err)
	h.Must(h.imports.Approve(ctx, h.director, first))
	_, err = h.imports.Run(ctx, h.another, first, plan, nil)
	h.wants(err, migration.ErrNotApproved)

	h.clerk = h.another
	h.bring(plan)
	before := h.events()
	if before["customer.registered"] != 2 || before["migration.closed"] != 2 {
		t.Errorf("%d customers came in and %d batches are closed, want 2 and 2", before["customer.registered"], before["migration.closed"])
	}
	for _, who := range []domain.StaffID{h.clerk, h.director} {
		missing, _, err := h.imports.Missing(ctx, plan, nil)
		h.Must(err)
		if missing != 0 {
			t.Errorf("after %s went on %d things are missing", who, missing)
		}
	}
}

// An import that is cut off when everything is in and its batch still open is ended
// by closing the batch.
func TestABatchLeftOpenIsClosed(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	ctx := t.Context()
	plan := h.small(sound())
	h.bring(plan)
	// The same files once more, by somebody else who is cut off before doing anything.
	batch, _, err := h.imports.Propose(ctx, h.another, plan)
	h.Must(err)
	h.Must(h.imports.Approve(ctx, h.director, batch))
	missing, report, err := h.imports.Missing(ctx, plan, nil)
	h.Must(err)
	unclosed, err := h.imports.Unclosed(ctx, plan)
	h.Must(err)
	if missing != 0 || len(unclosed) != 1 || unclosed[0] != batch {
		t.Fatalf("%d things are missing, open are %v", missing, unclosed)
	}
	h.wants(h.imports.Close(ctx, h.director, unclosed, report), domain.ErrAuthzDenied)
	h.Must(h.imports.Close(ctx, h.clerk, unclosed, report))
	if unclosed, err = h.imports.Unclosed(ctx, plan); err != nil || len(unclosed) != 0 {
		t.Errorf("open are %v, %v", unclosed, err)
	}
}

func TestSomebodyElseGoesOnWithoutDoublingAnything(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.bring(h.small(sound()))
	h.clerk = h.another
	more := sound()
	more["clients.csv"] += "赵六,,\n"
	before := h.events()
	report := h.bring(h.small(more))
	h.wantPlaces(report.Rejections, "")
	if got := h.events()["customer.registered"] - before["customer.registered"]; got != 1 {
		t.Errorf("%d customers came in, want the new one", got)
	}
}

// B-31: nothing comes in before somebody else approved the batch.
func TestNothingIsWrittenBeforeTheApproval(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	ctx := t.Context()
	plan := h.small(sound())
	batch, status, err := h.imports.Propose(ctx, h.clerk, plan)
	h.Must(err)
	if status != migration.StatusProposed {
		t.Fatalf("the batch is %s", status)
	}
	before := h.events()
	_, err = h.imports.Run(ctx, h.clerk, batch, plan, nil)
	h.wants(err, migration.ErrNotApproved)
	h.wants(h.imports.Approve(ctx, h.clerk, batch), domain.ErrAuthzDenied)
	if after := h.events(); len(after) != len(before) || after["customer.registered"] != 0 {
		t.Errorf("events went from %v to %v", before, after)
	}
	again, status, err := h.imports.Propose(ctx, h.clerk, plan)
	h.Must(err)
	if again != batch || status != migration.StatusProposed {
		t.Errorf("the same files are proposed again as %s, %s", again, status)
	}
}

// B-31: a supervisor who imports cannot approve it.
func TestNobodyApprovesTheOwnImport(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	both := h.hire("both", domain.RoleOperations, domain.RoleAdministrator, domain.RoleSuperior)
	batch, _, err := h.imports.Propose(t.Context(), both, h.small(sound()))
	h.Must(err)
	h.wants(h.imports.Approve(t.Context(), both, batch), migration.ErrSelfApproval)
}

func TestARefusedImportStaysRefusedForTheSameFiles(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	ctx := t.Context()
	plan := h.small(sound())
	batch, _, err := h.imports.Propose(ctx, h.clerk, plan)
	h.Must(err)
	h.refuse(batch)
	_, _, err = h.imports.Propose(ctx, h.clerk, plan)
	h.wants(err, migration.ErrState)
	corrected := sound()
	corrected["clients.csv"] += "赵六,,\n"
	_, status, err := h.imports.Propose(ctx, h.clerk, h.small(corrected))
	h.Must(err)
	if status != migration.StatusProposed {
		t.Errorf("other files: %s", status)
	}
}

func TestWhoMayNotMakeAllOfItIsToldBeforeAnythingIsProposed(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	plan := h.small(sound())
	for who, permission := range map[domain.StaffID]string{h.Admin: "product.manage", h.director: "migration.propose"} {
		err := h.imports.Allowed(t.Context(), who, plan)
		h.wants(err, domain.ErrAuthzDenied)
		if refusal, _ := domain.AsError(err); refusal.Params["permission"] != permission {
			t.Errorf("missing is %v, want %s", refusal.Params, permission)
		}
	}
	h.Must(h.imports.Allowed(t.Context(), h.clerk, plan))
}

// What the ledger has already can be named by its own codes and numbers.
func TestRowsReferToWhatTheLedgerHas(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.bring(h.small(sound()))
	m, err := importer.ReadMapping("later.yaml", []byte(`
source: later
files: [{name: deals, path: deals.csv}]
sections:
  - name: clients
    file: deals
    makes: customer
    key: [client]
    fields: {name: {column: client}, party: {value: PERSON}, home_unit: {column: branch, by: code}, advisor: {column: no, by: employee_no}}
  - name: deals
    file: deals
    makes: payment
    key: [client]
    fields:
      customer: {column: client, of: clients}
      advisor: {column: no, by: employee_no}
      product: {column: code, by: code}
      status: {value: RESERVED}
      reserved_amount: {column: fen, amounts: fen}
`))
	h.Must(err)
	folder := files{"deals.csv": "client,branch,no,code,fen\n钱七,北京,A1,P1,12345\n孙八,北京,A1,P8,1\n周九,广州,A1,P1,1\n"}.in(t)
	plan, err := h.imports.Prepare(t.Context(), m, folder)
	h.Must(err)
	h.wantPlaces(plan.Rejections(), "deals 3 code import/unknown-reference\ndeals 4 branch import/unknown-reference\ndeals 4 client import/reference-rejected")
	before := h.events()
	h.bring(plan)
	if got := h.events()["payment.reserved"] - before["payment.reserved"]; got != 1 {
		t.Errorf("%d payments came in", got)
	}
}

// A field taken from what another field refers to is there wherever the two stand
// in the vocabulary: the name of a unit comes before its parent.
func TestAFieldIsTakenFromAReferenceThatComesLater(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	m, err := importer.ReadMapping("units.yaml", []byte(`
source: units
files: [{name: cities, path: cities.csv}, {name: outlets, path: outlets.csv}]
sections:
  - name: cities
    file: cities
    makes: unit
    key: [city]
    fields: {code: {column: city}, name: {column: name}, kind: {value: CITY}}
  - name: outlets
    file: outlets
    makes: unit
    key: [outlet]
    fields:
      code: {column: outlet}
      name: {from: parent, field: name}
      kind: {value: OUTLET}
      line: {value: AGENCY}
      parent: {column: city, of: cities}
`))
	h.Must(err)
	folder := files{"cities.csv": "city,name\nC1,临江\n", "outlets.csv": "outlet,city\nO1,C1\n"}.in(t)
	plan, err := h.imports.Prepare(t.Context(), m, folder)
	h.Must(err)
	h.wantPlaces(h.bring(plan).Rejections, "")
	tree, err := h.Ledger.Tree(t.Context())
	h.Must(err)
	if name := tree.ByCode("O1").Name; name != "临江" {
		t.Errorf("the outlet is called %q, want its city's name", name)
	}
}

// Files of one name in two folders are told apart, each row in its own.
func TestFilesOfOneNameAreToldApart(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	folder := t.TempDir()
	for year, text := range map[string]string{"2023": "client\n张三\nold,row\n", "2024": "client\n李四\nnew,row\n"} {
		h.Must(os.Mkdir(filepath.Join(folder, year), 0o700))
		h.Must(os.WriteFile(filepath.Join(folder, year, "clients.csv"), []byte(text), 0o600))
	}
	m, err := importer.ReadMapping("years.yaml", []byte(`
source: years
files: [{name: old, path: 2023/clients.csv}, {name: new, path: 2024/clients.csv}]
sections:
  - {name: old, file: old, makes: customer, key: [client], fields: {name: {column: client}, party: {value: PERSON}}}
  - {name: new, file: new, makes: customer, key: [client], fields: {name: {column: client}, party: {value: PERSON}}}
`))
	h.Must(err)
	plan, err := h.imports.Prepare(t.Context(), m, folder)
	h.Must(err)
	for _, source := range plan.Sources()[1:] {
		if source.Name != "clients.csv" { // as in batches on record, which are found again by it
			t.Errorf("a batch of the file would name it %q", source.Name)
		}
	}
	h.wantPlaces(plan.Rejections(), "clients.csv (old) 3  import/row-cells\nclients.csv (new) 3  import/row-cells")
	written, err := plan.WriteRejected(folder, plan.Rejections())
	h.Must(err)
	for _, name := range []string{"old", "new"} {
		text, err := os.ReadFile(filepath.Join(folder, "clients."+name+".rejected.csv"))
		if err != nil || !strings.Contains(string(text), name+",row") || strings.Count(string(text), "\n") != 2 {
			t.Errorf("the rejected rows of the %s file, of %v: %q, %v", name, written, text, err)
		}
	}
	if report := h.bring(plan); report.Rejected != 2 {
		t.Errorf("%d rows are rejected, want one of each file", report.Rejected)
	}
}

func TestRejectedRowsAreWrittenForASpreadsheetWithoutFormulas(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	plan := h.small(sound().with("clients.csv", "client,phone,note\n张三,1,=cmd|' /C calc'!A0\n,1,\"+1,2\"\n"))
	folder := t.TempDir()
	written, err := plan.WriteRejected(folder, plan.Rejections())
	h.Must(err)
	if len(written) != 2 {
		t.Fatalf("%v", written)
	}
	text, err := os.ReadFile(filepath.Join(folder, "clients.rejected.csv"))
	h.Must(err)
	want := "\xef\xbb\xbf行 line,列 column,代码 code,原因 reason,client,phone,note\r\n3,client,form/required,凡带*号的为必填项：client / Fill in the required field client.,,1,\"'+1,2\"\r\n"
	if string(text) != want {
		t.Errorf("%q\nwant\n%q", text, want)
	}
}
