package endtoend

import (
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"guishu/internal/waiting"
)

// page is a page of a list, of which a test looks at what it needs.
type page[T any] struct {
	Items []T    `json:"items"`
	Next  string `json:"next"`
	Count *int   `json:"count"`
}

// items reads a list that has taken in a command's position.
func items[T any](f *firm, who person, address string, after answer) []T {
	f.t.Helper()
	glue := "?"
	if strings.Contains(address, "?") {
		glue = "&"
	}
	var read page[T]
	f.get(who, fmt.Sprintf("%s%smin_position=%d", address, glue, after.Position)).is(f.t, http.StatusOK).read(f.t, &read)
	return read.Items
}

type named struct {
	ID string `json:"id"`
}

// From the first sign-in to an owner, and on to another: a customer of the bank is
// looked up, claimed, approved and handed on by different people, each of whom sees
// their own writes at once; the log answers for any day and for what was known then
// (A-03 …, C-02).
func TestABankCustomerFromLookUpToTheNextOwner(t *testing.T) {
	t.Parallel()
	f := establish(install(t).start())
	ann, bo := f.employ("ann", "RELATIONSHIP_MANAGER", f.north), f.employ("bo", "RELATIONSHIP_MANAGER", f.north)
	head, far := f.employ("head", "OUTLET_HEAD", f.north), f.employ("far", "RELATIONSHIP_MANAGER", f.south)
	asked := f.done(ann, "/v1/staff/"+ann.id+"/access", fields{"role": "TELLER", "unit": f.north})
	f.post(ann, "/v1/staff/"+ann.id+"/access/"+asked.ID+"/approval", nil).refused(t, http.StatusForbidden, "authz/denied")

	one := f.somebody()
	customer := f.done(head, "/v1/customers", fields{"party": "PERSON", "home_unit": f.north, "fields": one, "customer_no": "35A00000000005"}).ID
	keys := fields{"identity_type": "RESIDENT_ID", "identity_number": one["identity_number"], "name": one["name"]}
	f.post(far, "/v1/look-ups", keys).refused(t, http.StatusNotFound, "claim/not-claimable")
	f.post(ann, "/v1/look-ups", keys).is(t, http.StatusCreated)
	filed := f.done(ann, "/v1/claims", fields{"customer": customer, "line": "SELF_OPERATED", "phone": "13866660001"})
	rival := f.done(bo, "/v1/claims", fields{"customer": customer, "line": "SELF_OPERATED"})
	f.get(ann, "/v1/customers/"+customer).refused(t, http.StatusNotFound, "query/not-found-or-out-of-scope")

	type application struct {
		ID     string `json:"id"`
		Status string `json:"status"`
	}
	if inbox := items[application](f, head, "/v1/applications?status=PENDING", rival); len(inbox) != 2 {
		t.Fatalf("the inbox has %v", inbox)
	}
	approved := f.done(head, approval(filed.ID), nil)
	if inbox := items[application](f, head, "/v1/applications?status=PENDING", approved); len(inbox) != 0 {
		t.Errorf("after the approval the inbox has %v", inbox)
	}
	for _, own := range items[application](f, bo, "/v1/applications", approved) {
		if own.ID != rival.ID || own.Status != "SUPERSEDED" {
			t.Errorf("the rival sees %v", own)
		}
	}
	f.owns(customer, approved, ann, bo)
	first := f.ownership(head, customer, approved, url.Values{})
	since := first.Owners[0].Since

	change := f.done(ann, "/v1/adjustments", fields{"customer": customer, "line": "SELF_OPERATED", "new_owner": bo.id, "reason": "调岗"})
	f.post(ann, approval(change.ID), nil).refused(t, http.StatusForbidden, "authz/denied")
	handed := f.done(head, approval(change.ID), nil)
	f.owns(customer, handed, bo, ann)
	f.remembers(customer, handed, head, since, ann, bo)
	if printed, code := f.run("replay"); code != 0 {
		t.Errorf("replay exits with %d:\n%s", code, printed)
	}
}

// owns fails unless the customer is on the one's list and not on the other's.
func (f *firm) owns(customer string, after answer, owner, other person) {
	f.t.Helper()
	own := items[named](f, owner, "/v1/customers", after)
	if len(own) != 1 || own[0].ID != customer {
		f.t.Errorf("%s sees the customers %v, want the own one", owner.login, own)
	}
	if theirs := items[named](f, other, "/v1/customers", after); len(theirs) != 0 {
		f.t.Errorf("%s sees the customers %v, want none", other.login, theirs)
	}
	f.get(owner, "/v1/customers/"+customer).is(f.t, http.StatusOK)
	f.get(other, "/v1/customers/"+customer).refused(f.t, http.StatusNotFound, "query/not-found-or-out-of-scope")
}

type ownership struct {
	Owners []struct {
		Staff struct {
			ID string `json:"id"`
		} `json:"staff"`
		Since time.Time `json:"since"`
	} `json:"owners"`
	History []struct {
		Kind string `json:"kind"`
	} `json:"history"`
}

func (f *firm) ownership(who person, customer string, after answer, moment url.Values) ownership {
	f.t.Helper()
	moment.Set("min_position", fmt.Sprint(after.Position))
	var read ownership
	f.get(who, "/v1/customers/"+customer+"/ownership?"+moment.Encode()).is(f.t, http.StatusOK).read(f.t, &read)
	return read
}

// remembers fails unless the owner and the timeline of an earlier moment are what
// they were, by either time.
func (f *firm) remembers(customer string, after answer, who person, since time.Time, first, second person) {
	f.t.Helper()
	then, before := since.Format(time.RFC3339Nano), since.Add(-time.Microsecond).Format(time.RFC3339Nano)
	for _, c := range []struct {
		moment url.Values
		owner  string
	}{
		{url.Values{}, second.id},
		{url.Values{"as_of": {then}}, first.id},
		{url.Values{"known_at": {then}}, first.id},
		{url.Values{"as_of": {then}, "known_at": {then}}, first.id},
		{url.Values{"as_of": {before}}, ""},
		{url.Values{"known_at": {before}}, ""},
	} {
		var owner string
		if found := f.ownership(who, customer, after, c.moment).Owners; len(found) > 0 {
			owner = found[0].Staff.ID
		}
		if owner != c.owner {
			f.t.Errorf("at %v the owner is %q, want %q", c.moment, owner, c.owner)
		}
	}
	for _, c := range []struct {
		moment  string
		told    []string
		untold  string
		inOrder bool
	}{
		{"", []string{"customer.registered", "ownership.claim-filed", "ownership.claim-approved", "ownership.established", "ownership.adjusted"}, "", true},
		{"as_of=" + url.QueryEscape(then), []string{"customer.registered", "ownership.established"}, "ownership.adjusted", true},
		{"known_at=" + url.QueryEscape(then), []string{"customer.registered", "ownership.established"}, "ownership.adjusted", true},
	} {
		type entry struct {
			Position int64  `json:"position"`
			Type     string `json:"type"`
			Title    string `json:"title"`
		}
		entries := items[entry](f, who, "/v1/customers/"+customer+"/timeline?"+strings.TrimPrefix(c.moment+"&limit=200", "&"), after)
		types := map[string]bool{}
		for i, e := range entries {
			types[e.Type] = true
			if e.Title == "" || i > 0 && e.Position <= entries[i-1].Position {
				f.t.Errorf("the timeline at %q has %+v after %+v", c.moment, e, entries[max(0, i-1)])
			}
		}
		for _, want := range c.told {
			if !types[want] {
				f.t.Errorf("the timeline at %q lacks %s: %v", c.moment, want, types)
			}
		}
		if types[c.untold] {
			f.t.Errorf("the timeline at %q tells of %s", c.moment, c.untold)
		}
	}
}

type decision struct {
	Payment    string                  `json:"payment"`
	Winner     *named                  `json:"winner"`
	Handler    *named                  `json:"handler"`
	Ground     string                  `json:"ground"`
	Follows    bool                    `json:"follows_handler"`
	Reason     string                  `json:"reason"`
	Standing   bool                    `json:"standing"`
	Countered  bool                    `json:"countered"`
	Candidates []struct{ Rank int }    `json:"candidates"`
	Inputs     []struct{ Type string } `json:"inputs"`
}

// From two advisors to a commission: who communicated the product gets it, else who
// was entered first, whoever handles the deal; the first confirmation makes the
// customer formal and locks the fields; a reversal takes the commission back
// (B-06, B-11 … B-14, B-29 … B-31).
func TestAWealthCustomerFromContactToCommission(t *testing.T) {
	t.Parallel()
	f := establish(install(t).start())
	early, late := f.employ("early", "ADVISOR", f.wealth), f.employ("late", "ADVISOR", f.wealth)
	chief := f.employ("chief", "SUPERIOR", f.wealth)
	clerk, checker := f.employ("clerk", "OPERATIONS", f.office), f.employ("checker", "OPERATIONS", f.office)
	auditor := f.employ("auditor", "AUDITOR", f.root)
	products := map[string]string{}
	for _, code := range []string{"TALKED", "SILENT"} {
		products[code] = f.done(clerk, "/v1/products", fields{"code": code, "name": "示例产品" + code, "supplier": "示例供应商"}).ID
		f.done(clerk, "/v1/products/"+products[code]+"/opening", nil)
	}
	customer := f.done(early, "/v1/customers", fields{"party": "PERSON", "home_unit": f.wealth, "advisor": early.id, "nature": "DIRECT", "fields": f.somebody()}).ID
	for _, advisor := range []person{early, late} {
		f.done(chief, "/v1/customers/"+customer+"/attachments", fields{"advisor": advisor.id})
	}
	f.done(late, "/v1/customers/"+customer+"/contacts", fields{
		"advisor": late.id, "occurred_on": today(), "method": "PHONE", "product": products["TALKED"], "two_way": true, "outcome": "有意购买",
	})
	pay := func(product string) (string, answer) {
		deal := f.done(late, "/v1/payments", reservation(customer, products[product], late)).ID
		f.post(checker, "/v1/payments/"+deal+"/confirmation", fields{}).refused(t, http.StatusConflict, "payment/state")
		f.done(clerk, "/v1/payments/"+deal+"/registration", registration(1))
		f.post(clerk, "/v1/payments/"+deal+"/confirmation", fields{}).refused(t, http.StatusForbidden, "payment/self-confirm")
		return deal, f.done(checker, "/v1/payments/"+deal+"/confirmation", fields{})
	}
	f.done(late, "/v1/customers/"+customer+"/supplement", fields{"fields": fields{"remark": "首次接洽"}})
	talked, _ := pay("TALKED")
	silent, confirmed := pay("SILENT")

	decided := f.decisions(auditor, confirmed, 2)
	for payment, want := range map[string]struct {
		winner, ground string
	}{talked: {late.id, "E2"}, silent: {early.id, "T1"}} {
		got := decided[payment]
		if got.Winner == nil || got.Winner.ID != want.winner || got.Ground != want.ground || got.Handler.ID != late.id || got.Follows != (want.winner == late.id) {
			t.Errorf("decided %+v, want %+v", got, want)
		}
		if got.Reason == "" || len(got.Candidates) != 2 || len(got.Inputs) < 4 || !got.Standing {
			t.Errorf("the decision is not explained: %+v", got)
		}
	}
	var whole struct {
		Kind     string `json:"kind"`
		Payments int    `json:"payments"`
	}
	f.get(late, fmt.Sprintf("/v1/customers/%s?min_position=%d", customer, confirmed.Position)).is(t, http.StatusOK).read(t, &whole)
	if whole.Kind != "FORMAL" || whole.Payments != 2 {
		t.Errorf("the customer is %+v", whole)
	}
	f.post(late, "/v1/customers/"+customer+"/supplement", fields{"fields": fields{"remark": "补充"}}).
		refused(t, http.StatusConflict, "customer/locked-use-modification")
	if sum := f.performance(auditor, confirmed); sum != 2*12345600 {
		t.Errorf("performance is %d fen", sum)
	}

	reversed := f.done(checker, "/v1/payments/"+talked+"/reversal", fields{"reason": "客户撤资"})
	waiting.Until(t, "the reversal to have its counter-entry", func() bool { return f.decisions(auditor, reversed, 2)[talked].Countered })
	for payment, one := range f.decisions(auditor, reversed, 2) {
		if one.Standing != (payment == silent) {
			t.Errorf("after the reversal: %+v", one)
		}
	}
	if sum := f.performance(auditor, reversed); sum != 12345600 {
		t.Errorf("after the reversal performance is %d fen", sum)
	}
	f.mends(customer, silent)
}

// decisions waits for so many attribution decisions and gives them by payment.
func (f *firm) decisions(who person, after answer, count int) map[string]decision {
	f.t.Helper()
	var found []decision
	waiting.Until(f.t, fmt.Sprintf("%d decisions to be there", count), func() bool {
		found = items[decision](f, who, "/v1/attributions", after)
		return len(found) >= count
	})
	by := map[string]decision{}
	for _, one := range found {
		by[one.Payment] = one
	}
	if len(found) != count || len(by) != count {
		f.t.Errorf("%d decisions on %d payments, want %d", len(found), len(by), count)
	}
	return by
}

func (f *firm) performance(who person, after answer) int64 {
	f.t.Helper()
	var read struct {
		Total struct {
			SumFen int64 `json:"sum_fen"`
		} `json:"total"`
	}
	f.get(who, fmt.Sprintf("/v1/performance?min_position=%d", after.Position)).is(f.t, http.StatusOK).read(f.t, &read)
	return read.Total.SumFen
}

// mends changes a row behind the program's back: replay names it and exits
// non-zero, rebuild mends it, and replay agrees again; all beside the running
// server.
func (f *firm) mends(customer, payment string) {
	f.t.Helper()
	if printed, code := f.run("replay"); code != 0 {
		f.t.Fatalf("replay exits with %d:\n%s", code, printed)
	}
	database := f.connect()
	tampered := int64(0)
	for _, table := range column[string](f.t, database, `
		SELECT format('%I.%I', schemaname, tablename) FROM pg_tables WHERE schemaname = 'read' AND tablename LIKE 'payments%'`) {
		changed, err := database.Exec(within(f.t), `UPDATE `+table+` SET amount_fen = amount_fen + 1 WHERE customer = $1`, customer)
		if err != nil {
			f.t.Fatal(err)
		}
		tampered += changed.RowsAffected()
	}
	if tampered != 2 {
		f.t.Fatalf("%d rows were tampered with", tampered)
	}
	printed, code := f.run("replay")
	if code != 3 || strings.Count(printed, "amount_fen is stored as 12345601, computed as 12345600") != 2 || !strings.Contains(printed, "payment="+payment) {
		f.t.Errorf("replay of tampered rows exits with %d:\n%s", code, printed)
	}
	if printed, code := f.run("rebuild"); code != 0 {
		f.t.Errorf("rebuild exits with %d:\n%s", code, printed)
	}
	if printed, code := f.run("replay"); code != 0 {
		f.t.Errorf("replay after the rebuild exits with %d:\n%s", code, printed)
	}
}
