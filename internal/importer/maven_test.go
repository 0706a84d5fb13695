package importer_test

import (
	"cmp"
	"encoding/csv"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"guishu/domain"
	"guishu/domain/attribution"
	"guishu/domain/calendar"
	"guishu/domain/staff"
	"guishu/eventstore"
	"guishu/eventstore/memory"
	"guishu/eventstore/storetest"
	"guishu/internal/esdbtest"
	"guishu/internal/importer"
	"guishu/internal/pgtest"
	"guishu/projections/attributions"
	"guishu/projections/performance"
	"guishu/projections/query"
)

// deal is a row of the pipeline as this test reads it, by itself.
type deal struct {
	line                                               int
	id, agent, product, account, stage, engaged, close string
	value                                              int64
}

type crm struct {
	deals   []deal
	manager map[string]string // by agent
	region  map[string]string
}

func readCRM(t *testing.T, folder string) crm {
	t.Helper()
	read := func(name string) [][]string {
		file, err := os.Open(filepath.Join(folder, name))
		if err != nil {
			t.Fatal(err)
		}
		defer file.Close()
		rows, err := csv.NewReader(file).ReadAll()
		if err != nil {
			t.Fatal(err)
		}
		return rows[1:]
	}
	c := crm{manager: map[string]string{}, region: map[string]string{}}
	for _, r := range read("sales_teams.csv") {
		c.manager[r[0]], c.region[r[0]] = r[1], r[2]
	}
	for i, r := range read("sales_pipeline.csv") {
		d := deal{line: i + 2, id: r[0], agent: r[1], product: r[2], account: r[3], stage: r[4], engaged: r[5], close: r[6]}
		if d.product == "GTXPro" {
			d.product = "GTX Pro"
		}
		if r[7] != "" {
			d.value, _ = strconv.ParseInt(r[7], 10, 64)
		}
		c.deals = append(c.deals, d)
	}
	return c
}

// tally is what a pipeline comes to.
type tally struct {
	won, lost, engaging, rejected int // rows
	attached, undated             int // pairs of agent and account, and those that never engaged
	yuan                          int64
}

// whole is what the whole file comes to.
var whole = tally{won: 4238, lost: 2473, engaging: 501, rejected: 1425, attached: 1259, undated: 79, yuan: 10_005_534}

func (c crm) tally() tally {
	var sum tally
	engaged := map[[2]string]bool{} // by agent and account
	for _, d := range c.deals {
		if d.account == "" {
			sum.rejected++
			continue
		}
		pair := [2]string{d.agent, d.account}
		engaged[pair] = engaged[pair] || d.engaged != ""
		switch d.stage {
		case "Won":
			sum.won++
			sum.yuan += d.value
		case "Lost":
			sum.lost++
		case "Engaging":
			sum.engaging++
		}
	}
	sum.attached = len(engaged)
	for _, ever := range engaged {
		if !ever {
			sum.undated++
		}
	}
	return sum
}

// every gives a folder whose pipeline has every nth row of the one given.
func every(t *testing.T, n int, folder string) string {
	t.Helper()
	part := t.TempDir()
	if err := os.CopyFS(part, os.DirFS(folder)); err != nil {
		t.Fatal(err)
	}
	pipeline := filepath.Join(part, "sales_pipeline.csv")
	text, err := os.ReadFile(pipeline)
	if err != nil {
		t.Fatal(err)
	}
	var kept strings.Builder
	for i, line := range slices.Collect(strings.Lines(string(text))) {
		if i%n == 0 {
			kept.WriteString(line)
		}
	}
	if err := os.WriteFile(pipeline, []byte(kept.String()), 0o600); err != nil {
		t.Fatal(err)
	}
	return part
}

// TestTheRealFilesComeIn holds the import, performance and attribution against what
// real files say.
func TestTheRealFilesComeIn(t *testing.T) {
	t.Parallel()
	folder := maven(t)
	h := newHouse(t)
	h.live()
	file := readCRM(t, folder)
	if got := file.tally(); got != whole {
		t.Fatalf("the files come to %+v, and are known to come to %+v", got, whole)
	}
	before := h.events()
	plan := h.prepare(mavenMapping, folder)
	report := h.bring(plan)
	t.Logf("%d rows in %.1f s: %.0f rows/s", report.Rows, report.Seconds, report.PerSecond)

	t.Run("counts", func(t *testing.T) { checkCounts(t, h, file, report, before) })
	t.Run("rejected", func(t *testing.T) { checkRejected(t, file, report) })
	h.attributed(file.tally().won)
	t.Run("performance", func(t *testing.T) { checkPerformance(t, h, file) })
	t.Run("attribution", func(t *testing.T) { checkAttribution(t, h, file) })
	t.Run("history", func(t *testing.T) { checkHistory(t, h, file) })
	t.Run("again", func(t *testing.T) { checkAgain(t, h, folder) })
	t.Run("as XLSX", func(t *testing.T) { checkWorkbook(t, h, folder) })
}

// The same with every fifth row on an EventStoreDB, whose positions have gaps.
func TestTheRealFilesComeIntoAnEventStoreDB(t *testing.T) {
	t.Parallel()
	folder := every(t, 5, maven(t))
	h := settled(t, pgtest.URL(t), t.TempDir(), esdbtest.On(t, storetest.Sparse(memory.New())))
	h.live()
	file := readCRM(t, folder)
	before := h.events()
	report := h.bring(h.prepare(mavenMapping, folder))
	t.Logf("%d rows in %.1f s: %.0f rows/s", report.Rows, report.Seconds, report.PerSecond)

	t.Run("counts", func(t *testing.T) { checkCounts(t, h, file, report, before) })
	t.Run("rejected", func(t *testing.T) { checkRejected(t, file, report) })
	h.attributed(file.tally().won)
	t.Run("performance", func(t *testing.T) { checkPerformance(t, h, file) })
	t.Run("attribution", func(t *testing.T) { checkAttribution(t, h, file) })
	t.Run("history", func(t *testing.T) { checkHistory(t, h, file) })
	t.Run("replay", func(t *testing.T) {
		reports, err := h.app.Models.Replay(t.Context(), nil)
		h.Must(err)
		for _, r := range reports {
			if r.Differing > 0 {
				t.Errorf("%s: %d rows differ: %v", r.Model, r.Differing, r.Differences)
			}
		}
	})
}

func checkCounts(t *testing.T, h *house, file crm, report importer.Report, before map[string]int) {
	sum := file.tally()
	want := map[string]int{
		"organisation.unit-established": 3 + 6, "staff.hired": 6 + 35, "product.launched": 7, "product.subscription-opened": 7,
		"customer.registered": 85, "attachment.attached": sum.attached,
		"payment.reserved": sum.won + sum.lost + sum.engaging, "payment.registered": sum.won, "payment.confirmed": sum.won, "payment.cancelled": sum.lost,
		"migration.proposed": 1, "migration.approved": 1, "migration.closed": 1,
		// No access comes with an import (B-28).
		"staff.access-requested": 0, "staff.access-granted": 0,
	}
	after := h.events()
	for kind, n := range want {
		if got := after[kind] - before[kind]; got != n {
			t.Errorf("%s: %d events, want %d", kind, got, n)
		}
	}
	if report.Rows != 35+7+85+len(file.deals) || report.RowsIn != report.Rows-sum.rejected || report.Rejected != sum.rejected {
		t.Errorf("rows: %d read, %d in, %d rejected", report.Rows, report.RowsIn, report.Rejected)
	}
	for _, s := range report.Sections {
		if s.Made != s.Things || s.Before+s.Changed+s.Rejected != 0 {
			t.Errorf("section %+v", s)
		}
	}
}

// checkRejected holds that exactly the rows without an account are reported, each
// once, with line, column, code and a sentence in both languages.
func checkRejected(t *testing.T, file crm, report importer.Report) {
	var want []int
	for _, d := range file.deals {
		if d.account == "" {
			want = append(want, d.line)
		}
	}
	var got []int
	for _, r := range report.Rejections {
		got = append(got, r.Line)
		if r.File != "sales_pipeline.csv" || r.Column != "account" || r.Code != "form/required" || r.Chinese == "" || r.English == "" {
			t.Fatalf("%+v", r)
		}
	}
	if !slices.Equal(got, want) || len(want) == 0 {
		t.Errorf("%d rows rejected, want %d", len(got), len(want))
	}
}

// attributed waits until so many payments have been attributed, and the read
// models show it.
func (h *house) attributed(n int) {
	h.Helper()
	ctx := h.Context()
	var last eventstore.Position
	for delivery, err := range h.app.Store.SubscribeAll(ctx, 0, eventstore.Filter{Types: []string{"attribution.decided"}}) {
		h.Must(err)
		if delivery.Kind != eventstore.EventDelivered {
			continue
		}
		last = delivery.Position
		if n--; n == 0 {
			break
		}
	}
	h.Must(h.app.Models.WaitForAll(ctx, last))
}

// everybody is the director, who sees all.
func (h *house) everybody() query.Reader {
	return query.Reader{Who: h.director, Scope: staff.Scope{Everywhere: true}}
}

// sums is the performance read model, all pages.
func (h *house) sums(q performance.Query) []performance.Sum {
	h.Helper()
	q.Grain = performance.Quarterly
	paging := query.Paging{Limit: 200}
	var all []performance.Sum
	for {
		page, err := performance.Sums().Page(h.Context(), h.app.Pool, h.everybody(), q, paging)
		h.Must(err)
		all = append(all, page.Rows...)
		if paging.After = page.Next; paging.After == "" {
			return all
		}
	}
}

// checkPerformance holds the read model against plain sums over the file, to the
// unit.
func checkPerformance(t *testing.T, h *house, file crm) {
	type sum struct {
		count int
		fen   domain.Fen
	}
	same := func(name string, q performance.Query, fileKey func(deal) string, rowKey func(performance.Sum) string) {
		want, got := map[string]sum{}, map[string]sum{}
		for _, d := range file.deals {
			if d.stage == "Won" {
				on, err := domain.ParseDate(d.close)
				h.Must(err)
				key := calendar.QuarterOf(on).First().String() + " " + fileKey(d)
				want[key] = sum{want[key].count + 1, want[key].fen + domain.Fen(d.value)*domain.FenPerYuan}
			}
		}
		for _, s := range h.sums(q) {
			key := s.Period.String() + " " + rowKey(s)
			got[key] = sum{got[key].count + s.Count, got[key].fen + s.SumFen}
		}
		if !maps.Equal(want, got) || len(want) == 0 {
			t.Errorf("%s: the read model has %d sums and the file %d, and they differ:\n%v\n%v", name, len(got), len(want), got, want)
		}
	}
	same("quarter", performance.Query{}, func(deal) string { return "" }, func(performance.Sum) string { return "" })
	same("agent", performance.Query{Level: performance.Person},
		func(d deal) string { return d.agent }, func(s performance.Sum) string { return s.AdvisorName })
	same("manager", performance.Query{Level: performance.Outlet},
		func(d deal) string { return file.manager[d.agent] + " 团队" }, func(s performance.Sum) string { return s.UnitName })
	same("region", performance.Query{Level: performance.Branch},
		func(d deal) string { return file.region[d.agent] }, func(s performance.Sum) string { return s.UnitName })
	same("product", performance.Query{ByProduct: true},
		func(d deal) string { return d.product }, func(s performance.Sum) string { return s.ProductName })
	same("agent and product", performance.Query{Level: performance.Person, ByProduct: true},
		func(d deal) string { return d.agent + "/" + d.product }, func(s performance.Sum) string { return s.AdvisorName + "/" + s.ProductName })

	count, total, err := performance.Total(h.Context(), h.app.Pool, h.everybody(), performance.Query{})
	if sum := file.tally(); err != nil || count != sum.won || total != domain.Fen(sum.yuan)*domain.FenPerYuan {
		t.Errorf("%d payments of %s, %v", count, total, err)
	}
}

// checkAttribution holds that every confirmed payment was attributed, apart from
// performance, to who had engaged with the account first; and that the audit shows
// both and says why where they are two.
func checkAttribution(t *testing.T, h *house, file crm) {
	type entry struct {
		agent string
		on    string
		line  int
	}
	entries := map[string][]entry{} // by account, one an agent
	for _, d := range file.deals {
		at := slices.IndexFunc(entries[d.account], func(e entry) bool { return e.agent == d.agent })
		switch {
		case at < 0:
			entries[d.account] = append(entries[d.account], entry{d.agent, d.engaged, d.line})
		case entries[d.account][at].on == "" || d.engaged != "" && d.engaged < entries[d.account][at].on:
			entries[d.account][at].on = d.engaged
		}
	}
	first := func(d deal) string {
		candidates := slices.DeleteFunc(slices.Clone(entries[d.account]), func(e entry) bool { return e.on == "" || e.on > d.close })
		return slices.MinFunc(candidates, func(a, b entry) int { return cmp.Or(cmp.Compare(a.on, b.on), cmp.Compare(a.line, b.line)) }).agent
	}
	want := map[string]int{}
	apart := 0
	for _, d := range file.deals {
		if d.stage == "Won" {
			winner := first(d)
			want[fmt.Sprintf("%s %s %d: %s → %s", d.account, d.product, d.value, d.agent, winner)]++
			if winner != d.agent {
				apart++
			}
		}
	}
	got := map[string]int{}
	shown := 0
	paging := query.Paging{Limit: 200}
	for more := true; more; more = paging.After != "" {
		page, err := attributions.Attributions().Page(h.Context(), h.app.Pool, h.everybody(), attributions.Query{Standing: true}, paging)
		h.Must(err)
		paging.After = page.Next
		for _, a := range page.Rows {
			got[fmt.Sprintf("%s %s %d: %s → %s", a.CustomerName, a.ProductName, a.AmountFen/domain.FenPerYuan, a.HandlerName, a.WinnerName)]++
			checkExplained(t, a)
			if !a.FollowsHandler {
				shown++
			}
		}
	}
	if !maps.Equal(want, got) {
		t.Errorf("attributions are not to the first to engage: %d kinds, want %d", len(got), len(want))
		for key, n := range want {
			if got[key] != n {
				t.Errorf("%s: %d, want %d", key, got[key], n)
				break
			}
		}
	}
	if shown != apart || shown == 0 {
		t.Errorf("%d deals have commission apart from performance, the file says %d", shown, apart)
	}
	t.Logf("%d of %d deals: time priority chooses somebody else than who handled them", shown, file.tally().won)
}

func checkExplained(t *testing.T, a attributions.Listed) {
	t.Helper()
	want := attribution.ExplainEnteredEarlier
	if a.FollowsHandler {
		want = attribution.ExplainSame
	}
	if a.Explanation.Code != want || len(a.Candidates) == 0 || a.HandlerRank == 0 || len(a.Inputs) == 0 {
		t.Fatalf("payment %s: explained as %s with %d candidates, the handler is %d., %d inputs", a.Payment, a.Explanation.Code, len(a.Candidates), a.HandlerRank, len(a.Inputs))
	}
}

// checkAgain holds that a second run changes nothing, whoever runs it.
func checkAgain(t *testing.T, h *house, folder string) {
	last, err := h.app.Store.LastPosition(t.Context())
	h.Must(err)
	missing, report, err := h.imports.Missing(t.Context(), h.prepare(mavenMapping, folder), nil)
	h.Must(err)
	if missing != 0 || report.Rejected != whole.rejected {
		t.Errorf("%d things are missing, %d rows rejected", missing, report.Rejected)
	}
	for _, s := range report.Sections {
		if s.Before != s.Things || s.Made+s.Changed+s.Rejected != 0 {
			t.Errorf("section %+v", s)
		}
	}
	now, err := h.app.Store.LastPosition(t.Context())
	h.Must(err)
	if now != last {
		t.Errorf("the ledger went on from %d to %d", last, now)
	}
}
