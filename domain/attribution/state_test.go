package attribution_test

import (
	"encoding/json"
	"reflect"
	"testing"

	"guishu/domain"
	"guishu/domain/attribution"
	"guishu/domain/domaintest"
	"guishu/domain/payment"
)

func TestStandingDecision(t *testing.T) {
	type (
		rule  = domaintest.Rule[attribution.State]
		state = attribution.State
	)
	past := func(s *story) {
		s.then(approved, attached(lin, stated("2025-02-01")), reserved(lin, stated("2025-03-01")), confirmed(lin, stated("2025-03-01")))
	}
	first := tell(past).decide()
	second := tell(past, attached(qiu, stated("2025-01-01"))).decide()
	superseding := second
	superseding.Supersedes = first.Decision
	nobody := tell(reserved(lin, live), confirmed(lin, live)).decide()
	record := func(d attribution.Decided) func(*state) ([]any, error) {
		return func(s *state) ([]any, error) { return s.Record(d) }
	}
	reversal := attribution.Recorded[payment.Reversed]{Fact: domain.Fact{Event: eventID(99)}}
	counter := func(s *state) ([]any, error) { return s.Counter(reversal) }
	countered := func(d attribution.Decided, shares ...attribution.Share) attribution.Countered {
		c := attribution.Countered{
			Decision: d.Decision, Payment: d.Payment, Customer: d.Customer, Winner: d.Winner,
			Shares: append([]attribution.Share{}, shares...), Reversal: eventID(99),
		}
		for _, share := range shares {
			c.AmountFen += share.AmountFen
		}
		return c
	}
	back := attribution.Share{
		Advisor: lin, Unit: domain.UnitID(lin), Attachment: first.Shares[0].Attachment, PerTenThousand: -10_000, AmountFen: -1000_01,
	}
	domaintest.Run(t,
		rule{Name: "B-31 the first decision stands", When: record(first), Then: []any{first}},
		rule{Name: "B-31 the same decision again is nothing new", Given: []any{first}, When: record(first)},
		rule{Name: "B-31 a late fact gives a new decision that supersedes", Given: []any{first}, When: record(second), Then: []any{superseding}},
		rule{Name: "B-31 the superseding decision again is nothing new", Given: []any{first, superseding}, When: record(second)},
		rule{
			Name: "B-31 a reversal gives a counter-entry of every share", Given: []any{first}, When: counter,
			Then: []any{countered(first, back)},
		},
		rule{Name: "B-31 a decision without a winner is countered too", Given: []any{nobody}, When: counter, Then: []any{countered(nobody)}},
		rule{Name: "B-31 a reversal is countered once", Given: []any{first, countered(first, back)}, When: counter},
		rule{Name: "B-31 nothing decided is nothing to counter", When: counter, Refused: attribution.ErrNotConfirmed},
		rule{
			Name: "B-31 once countered no decision comes", Given: []any{first, countered(first, back)}, When: record(second),
			Refused: attribution.ErrCountered,
		},
	)
	want := []attribution.Share{back, second.Shares[0]}
	if got := attribution.Delta(first, second); !reflect.DeepEqual(got, want) {
		t.Errorf("delta %+v, want %+v", got, want)
	}
	if got := attribution.Delta(first, first); len(got) != 0 {
		t.Errorf("the same decision makes a delta: %+v", got)
	}
}

func TestADecisionReadBackIsTheOneComputedAgain(t *testing.T) {
	t.Parallel()
	computed := tell(approved, attached(qiu, live), attached(lin, stated("2025-10-01")), contacted(qiu), reserved(lin, live), confirmed(lin, live)).decide()
	var stored attribution.Decided
	if err := json.Unmarshal([]byte(bytes(t, computed)), &stored); err != nil {
		t.Fatal(err)
	}
	stored.Supersedes = domain.DecisionID{5}
	if !attribution.Same(stored, computed) {
		t.Error("they differ")
	}
	for name, tamper := range map[string]func(*attribution.Decided){
		"winner":      func(d *attribution.Decided) { d.Winner = wen },
		"amount":      func(d *attribution.Decided) { d.AmountFen++ },
		"share":       func(d *attribution.Decided) { d.Shares[0].AmountFen++ },
		"rank":        func(d *attribution.Decided) { d.Candidates[0].Rank = 3 },
		"time":        func(d *attribution.Decided) { d.Candidates[1].EntryTime = start },
		"contact":     func(d *attribution.Decided) { d.Candidates[1].LastContact.Position++ },
		"no contact":  func(d *attribution.Decided) { d.Candidates[1].LastContact = nil },
		"score":       func(d *attribution.Decided) { d.Candidates[1].Score = &attribution.Score{} },
		"input":       func(d *attribution.Decided) { d.Inputs[0].Type = "x" },
		"explanation": func(d *attribution.Decided) { d.Explanation.Params[0].Value = "x" },
		"code":        func(d *attribution.Decided) { d.Explanation.Code = "x" },
	} {
		var changed attribution.Decided
		if err := json.Unmarshal([]byte(bytes(t, computed)), &changed); err != nil {
			t.Fatal(err)
		}
		tamper(&changed)
		if attribution.Same(changed, computed) {
			t.Errorf("a changed %s is not seen", name)
		}
	}
}
