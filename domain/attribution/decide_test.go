package attribution_test

import (
	"slices"
	"testing"
	"time"

	"guishu/domain"
	"guishu/domain/attachment"
	"guishu/domain/attribution"
	"guishu/domain/policy"
)

// TestRules: each name is the rule. The handler of every deal is lin.
func TestRules(t *testing.T) {
	t.Parallel()
	const (
		time1        = attribution.GroundTime
		communicated = attribution.GroundCommunicated
		earliest     = attribution.ReasonEarliestEntry
		spoke        = attribution.ReasonCommunicated
		nobody       = attribution.ReasonNoAttachment
	)
	buys := func(s *story) { s.then(reserved(lin, live), confirmed(lin, live)) }
	bought := func(on string) func(*story) {
		return func(s *story) { s.then(reserved(lin, stated(on)), confirmed(lin, stated(on))) }
	}
	oneWay := func(e *attachment.ContactRecorded) { e.TwoWay = false }
	aboutOther := func(e *attachment.ContactRecorded) { e.Product = other }
	aboutNone := func(e *attachment.ContactRecorded) { e.Product = domain.ProductID{} }
	anyProduct := func(s *story) { s.in.Policy.Rules.CommunicatedAnyProduct = true }
	for _, rule := range []struct {
		name   string
		given  []func(*story)
		winner domain.StaffID
		ground attribution.Ground
		reason attribution.Reason
	}{
		{"B-30 the advisor entered first earns it", []func(*story){attached(qiu, live), attached(lin, live), buys}, qiu, time1, earliest},
		{"B-30 the only advisor earns it", []func(*story){attached(lin, live), buys}, lin, time1, earliest},
		{"B-31 without an attachment nobody earns it", []func(*story){buys}, domain.StaffID{}, "", nobody},
		{"B-27 whose attachment ended is no candidate", []func(*story){attached(qiu, live), attached(lin, live), ended(1, live), buys}, lin, time1, earliest},
		{"B-31 who was attached anew is entered anew", []func(*story){attached(qiu, live), attached(lin, live), ended(1, live), attached(qiu, live), buys}, lin, time1, earliest},
		{"B-31 an end after the confirmation changes nothing", []func(*story){attached(qiu, live), attached(lin, live), buys, ended(1, live)}, qiu, time1, earliest},
		{"B-31 an entry after the confirmation is no candidate", []func(*story){buys, attached(qiu, live)}, domain.StaffID{}, "", nobody},
		{"B-31 an entry between reservation and confirmation counts", []func(*story){reserved(lin, live), attached(qiu, live), confirmed(lin, live)}, qiu, time1, earliest},
		{"B-31 an attachment of another customer does not count", []func(*story){attachedElsewhere(qiu), buys}, domain.StaffID{}, "", nobody},

		{"B-31 communicated, then bought, comes before time", []func(*story){attached(qiu, live), attached(lin, live), contacted(lin), buys}, lin, communicated, spoke},
		{"B-31 the last who communicated earns it", []func(*story){attached(qiu, live), attached(lin, live), contacted(lin), contacted(qiu), buys}, qiu, communicated, spoke},
		{"B-31 last is who was recorded last, not the day stated", []func(*story){attached(qiu, live), attached(lin, live), contacted(lin), contacted(qiu, daysAgo(5)), buys}, qiu, communicated, spoke},
		{"B-31 a contact the customer did not answer does not count", []func(*story){attached(qiu, live), attached(lin, live), contacted(lin, oneWay), buys}, qiu, time1, earliest},
		{"B-31 a contact about another product does not count", []func(*story){attached(qiu, live), attached(lin, live), contacted(lin, aboutOther), buys}, qiu, time1, earliest},
		{"B-31 a contact about no product does not count", []func(*story){attached(qiu, live), attached(lin, live), contacted(lin, aboutNone), buys}, qiu, time1, earliest},
		{"B-31 where the rules say so a contact about any product counts", []func(*story){anyProduct, attached(qiu, live), attached(lin, live), contacted(lin, aboutOther), buys}, lin, communicated, spoke},
		{"B-31 a contact 30 days before the reservation counts", []func(*story){attached(qiu, live), attached(lin, live), contacted(lin, daysAgo(30)), buys}, lin, communicated, spoke},
		{"B-31 a contact 31 days before the reservation does not count", []func(*story){attached(qiu, live), attached(lin, live), contacted(lin, daysAgo(31)), buys}, qiu, time1, earliest},
		{"B-31 a contact entered after the reservation does not count", []func(*story){attached(qiu, live), attached(lin, live), reserved(lin, live), contacted(lin), confirmed(lin, live)}, qiu, time1, earliest},
		{"B-31 a contact by who is no candidate does not count", []func(*story){attached(qiu, live), attached(lin, live), contacted(lin), ended(2, live), buys}, qiu, time1, earliest},
		{"B-31 an imported contact counts for an imported payment", []func(*story){approved, attached(qiu, stated("2025-01-01")), attached(lin, stated("2025-01-02")), contactedAt(stated("2025-02-20"), lin, on("2025-02-20")), bought("2025-03-01")}, lin, communicated, spoke},
		{"B-31 an imported contact that arrives after the reservation does not count", []func(*story){approved, attached(qiu, stated("2025-01-01")), attached(lin, stated("2025-01-02")), reserved(lin, stated("2025-03-01")), contactedAt(stated("2025-02-20"), lin, on("2025-02-20")), confirmed(lin, stated("2025-03-01"))}, qiu, time1, earliest},
		{"B-31 a contact recorded today does not count for a reservation imported from March", []func(*story){approved, attached(qiu, stated("2025-01-01")), attached(lin, stated("2025-01-02")), contacted(lin, on("2025-02-20")), bought("2025-03-01")}, qiu, time1, earliest},

		{"B-31 an imported time under an approved batch has priority", []func(*story){approved, attached(qiu, live), attached(lin, stated("2025-10-01")), buys}, lin, time1, earliest},
		{"B-31 an imported time under a batch that nobody approved has none", []func(*story){attached(qiu, live), attached(lin, stated("2025-10-01")), buys}, qiu, time1, earliest},
		{"B-31 an approval after the confirmation comes too late", []func(*story){attached(qiu, live), attached(lin, stated("2025-10-01")), buys, approved}, qiu, time1, earliest},
		{"B-31 a time stated without a batch has none", []func(*story){approved, attached(qiu, live), attached(lin, when{stated: start.AddDate(-1, 0, 0)}), buys}, qiu, time1, earliest},
		{"B-31 imported times order imported entries", []func(*story){approved, attached(qiu, stated("2025-11-01")), attached(lin, stated("2025-10-01")), bought("2025-12-01")}, lin, time1, earliest},
		{"B-31 an imported entry in October is no candidate for a payment in March", []func(*story){approved, attached(qiu, stated("2025-10-01")), bought("2025-03-01")}, domain.StaffID{}, "", nobody},
		{"B-31 an entry recorded today is no candidate for a payment imported from March", []func(*story){approved, attached(qiu, live), bought("2025-03-01")}, domain.StaffID{}, "", nobody},
		{"B-31 an imported entry that arrives after its payment counts by its time", []func(*story){approved, bought("2025-03-01"), attached(qiu, stated("2025-01-01"))}, qiu, time1, earliest},
		{"B-31 but not for a payment recorded live", []func(*story){approved, buys, attached(qiu, stated("2025-01-01"))}, domain.StaffID{}, "", nobody},
		{"B-31 an attachment that ended later was there in March", []func(*story){approved, attached(qiu, stated("2025-01-01")), ended(2, live), bought("2025-03-01")}, qiu, time1, earliest},
		{"B-31 an imported end before the payment counts", []func(*story){approved, attached(qiu, stated("2025-01-01")), ended(2, stated("2025-02-01")), bought("2025-03-01")}, domain.StaffID{}, "", nobody},
		{"B-31 on the same imported time the earlier position decides", []func(*story){approved, attached(qiu, stated("2025-01-01")), attached(lin, stated("2025-01-01")), bought("2025-03-01")}, qiu, time1, earliest},
	} {
		t.Run(rule.name, func(t *testing.T) {
			t.Parallel()
			d := tell(rule.given...).decide()
			wins(t, d, rule.winner, rule.ground, rule.reason)
			var sum domain.Fen
			for _, share := range d.Shares {
				sum += share.AmountFen
			}
			if !d.Winner.IsZero() && sum != d.AmountFen || d.Winner.IsZero() && len(d.Shares) > 0 {
				t.Errorf("the shares add up to %d of %d fen", sum, d.AmountFen)
			}
		})
	}
}

func attachedElsewhere(advisor domain.StaffID) func(*story) {
	return func(s *story) {
		s.add(attachment.Attached{Attachment: attachmentAt(s.position + 1), Customer: domain.CustomerID{7}, Advisor: advisor}, live)
	}
}

func TestADecisionNamesAllThatSpokeForAndAgainst(t *testing.T) {
	t.Parallel()
	d := tell(approved, attached(qiu, live), attached(lin, stated("2025-10-01")), attached(wen, when{stated: start.AddDate(-2, 0, 0)}),
		contacted(qiu), reserved(lin, live), confirmed(lin, live)).decide()
	for i, want := range []attribution.Candidate{
		{Advisor: lin, EntryPosition: 3, Asserted: true, AssertedCounts: true, TimeBasis: attribution.BasisApproved},
		{Advisor: qiu, EntryPosition: 2, TimeBasis: attribution.BasisRecorded},
		{Advisor: wen, EntryPosition: 4, Asserted: true, TimeBasis: attribution.BasisNoBatch},
	} {
		got := d.Candidates[i]
		if got.Rank != i+1 || got.Advisor != want.Advisor || got.EntryPosition != want.EntryPosition || got.Asserted != want.Asserted ||
			got.AssertedCounts != want.AssertedCounts || got.TimeBasis != want.TimeBasis || got.Unit != domain.UnitID(want.Advisor) ||
			got.Attachment != attachmentAt(want.EntryPosition) || got.EntryEvent != eventID(want.EntryPosition) {
			t.Errorf("rank %d: %+v", i+1, got)
		}
		if (got.LastContact != nil) != (got.Advisor == qiu) {
			t.Errorf("rank %d: contact %v", i+1, got.LastContact)
		}
	}
	if d.HandlerRank != 1 || d.Handler != lin || d.PolicyVersion != 1 || d.Mode != policy.TimeFirst || d.Confirmation != eventID(7) {
		t.Errorf("got %+v", d)
	}
	var types []string
	for i, input := range d.Inputs {
		if input.Position != domain.Position(i+1) || input.Event != eventID(input.Position) {
			t.Errorf("input %d is %+v", i, input)
		}
		types = append(types, input.Type)
	}
	if want := []string{
		"migration.approved", "attachment.attached", "attachment.attached", "attachment.attached",
		"contact.recorded", "payment.reserved", "payment.confirmed",
	}; !slices.Equal(types, want) {
		t.Errorf("inputs %v", types)
	}
	wins(t, d, qiu, attribution.GroundCommunicated, attribution.ReasonCommunicated)
}

func TestTheAuditSeesWhyCommissionAndPerformanceDiffer(t *testing.T) {
	t.Parallel()
	for _, rule := range []struct {
		name   string
		given  []func(*story)
		code   string
		params map[string]string
	}{
		{"the handler earns it", []func(*story){attached(lin, live)}, attribution.ExplainSame, map[string]string{"winner": lin.String(), "position": "1"}},
		{
			"somebody else was entered earlier", []func(*story){attached(qiu, live), attached(lin, live)}, attribution.ExplainEnteredEarlier,
			map[string]string{"winner": qiu.String(), "position": "1", "handler": lin.String(), "handler-position": "2", "basis": "recorded"},
		},
		{
			"somebody else was entered earlier, by an approved imported time",
			[]func(*story){approved, attached(lin, live), attached(qiu, stated("2025-10-01"))}, attribution.ExplainEnteredEarlier,
			map[string]string{"position": "3", "basis": "asserted-approved", "entered": "2025-09-30T16:00:00Z", "handler-position": "2"},
		},
		{
			"the customer communicated with somebody else", []func(*story){attached(lin, live), attached(qiu, live), contacted(qiu)}, attribution.ExplainCommunicated,
			map[string]string{"winner": qiu.String(), "contact-position": "3", "occurred-on": "2026-03-02", "earliest": lin.String(), "handler-rank": "1"},
		},
		{
			"the handler was never attached", []func(*story){attached(qiu, live)}, attribution.ExplainHandlerNotAttached,
			map[string]string{"winner": qiu.String(), "position": "1", "handler-status": "never-attached"},
		},
		{
			"the handler's attachment had ended", []func(*story){attached(lin, live), attached(qiu, live), ended(1, live)}, attribution.ExplainHandlerNotAttached,
			map[string]string{"handler-status": "attachment-ended"},
		},
		{"nobody was attached", nil, attribution.ExplainNobody, map[string]string{"handler": lin.String(), "handler-status": "never-attached"}},
	} {
		t.Run(rule.name, func(t *testing.T) {
			t.Parallel()
			got := tell(rule.given...).then(reserved(lin, live), confirmed(lin, live)).decide().Explanation
			if got.Code != rule.code {
				t.Fatalf("got %+v", got)
			}
			for name, want := range rule.params {
				if param(got, name) != want {
					t.Errorf("%s is %q, want %q", name, param(got, name), want)
				}
			}
		})
	}
}

func TestTheHandlerWhoWasAttachedLaterIsSaidToBe(t *testing.T) {
	t.Parallel()
	s := tell(approved, attached(lin, stated("2025-10-01")), attached(qiu, stated("2025-01-01")),
		reserved(lin, stated("2025-03-01")), confirmed(lin, stated("2025-03-01")))
	if got := s.decide().Explanation; got.Code != attribution.ExplainHandlerNotAttached || param(got, "handler-status") != "attached-later" {
		t.Errorf("got %+v", got)
	}
}

func TestADecisionIsTheSameOnlyForTheSameInputsAndPolicy(t *testing.T) {
	t.Parallel()
	told := func(change func(*story)) attribution.Decided {
		s := tell(attached(qiu, live), attached(lin, live), reserved(lin, live), confirmed(lin, live))
		change(s)
		return s.decide()
	}
	first := told(func(*story) {})
	for name, change := range map[string]func(*story){
		"B-31 a late entry by a live clock":      attached(wen, live),
		"B-31 an end after the confirmation":     ended(1, live),
		"B-31 a contact after the reservation":   contacted(lin),
		"B-31 an approval that nothing needs":    approved,
		"the order in which inputs are listed":   func(s *story) { s.in.Attached[0], s.in.Attached[1] = s.in.Attached[1], s.in.Attached[0] },
		"the zone that times are written in":     func(s *story) { s.in.Attached[0].Fact.RecordedAt = s.in.Attached[0].Fact.RecordedAt.UTC() },
		"efficiency rules that time first skips": func(s *story) { s.in.Policy.Rules.Efficiency = policy.EfficiencyRules{} },
	} {
		if again := told(change); bytes(t, again) != bytes(t, first) {
			t.Errorf("%s changed the decision", name)
		}
	}
	for name, change := range map[string]func(*story){
		"the policy version": func(s *story) { s.in.Policy.Version = 2 },
		"the window of E2":   func(s *story) { s.in.Policy.Rules.CommunicatedWithinDays = 10 },
		"the amount":         func(s *story) { s.in.Confirmation.Event.Deal.AmountFen++ },
		"the handler":        func(s *story) { s.in.Confirmation.Event.Deal.Advisor = wen },
		"a recorded time":    func(s *story) { s.in.Attached[0].Fact.RecordedAt = start.Add(-time.Hour) },
		"an advisor":         func(s *story) { s.in.Attached[0].Event.Advisor = wen },
		"the business zone":  func(s *story) { s.in.Zone = time.UTC },
	} {
		again := told(change)
		if again.InputsHash == first.InputsHash || again.Decision == first.Decision {
			t.Errorf("%s is not in the hash", name)
		}
	}
}

// TestTheCanonicalFormIsFixed: a decision stored today must hash alike for ever.
func TestTheCanonicalFormIsFixed(t *testing.T) {
	t.Parallel()
	d := tell(approved, attached(qiu, live), attached(lin, stated("2025-10-01")), contacted(qiu), ended(3, live),
		reserved(lin, live), confirmed(lin, live)).decide()
	const hash, decision = "18ed87d44c4230cd32397e325c48814e1b6cb046187067b517b7821fad389f1a", "6630dbe2-ad78-5864-b13d-beb021c33ef4"
	if d.InputsHash != hash || d.Decision.String() != decision {
		t.Errorf("hash %s, decision %s", d.InputsHash, d.Decision)
	}
}

// TestADecisionOutlivesAMove: in a store whose positions are others, in the same
// order, the decision stands as it was made.
func TestADecisionOutlivesAMove(t *testing.T) {
	t.Parallel()
	s := tell(approved, attached(qiu, live), attached(lin, stated("2025-10-01")), contacted(qiu), ended(3, live), reserved(lin, live), confirmed(lin, live))
	stood := attribution.State{}
	made := s.decide()
	stood.Apply(made, domain.Fact{})
	for _, fact := range s.facts() {
		fact.Position = 7*fact.Position + 3
	}
	moved := s.decide()
	if events, err := stood.Record(moved); err != nil || len(events) != 0 {
		t.Errorf("deciding again after the move gives %v, %v", events, err)
	}
	if moved.Candidates[0].EntryPosition == made.Candidates[0].EntryPosition {
		t.Error("nothing was moved: the test tests nothing")
	}
}

func TestARuleThatIsNotComputedYetDecidesNothing(t *testing.T) {
	t.Parallel()
	s := tell(attached(lin, live), contacted(lin), reserved(lin, live), confirmed(lin, live))
	s.in.Policy.Rules.Mode = policy.EfficiencyFirst
	wins(t, s.decide(), domain.StaffID{}, "", attribution.ReasonModeUnavailable)
}

func TestThePolicyOfTheDayOfTheConfirmation(t *testing.T) {
	t.Parallel()
	for name, rule := range map[string]struct {
		given []func(*story)
		want  string
	}{
		"B-01 recorded live":                       {[]func(*story){confirmed(lin, live)}, "2026-03-02"},
		"B-01 imported under an approved batch":    {[]func(*story){approved, confirmed(lin, stated("2025-03-01"))}, "2025-03-01"},
		"B-31 imported under a batch not approved": {[]func(*story){confirmed(lin, stated("2025-03-01"))}, "2026-03-02"},
	} {
		if got := tell(rule.given...).in.Day(); got.String() != rule.want {
			t.Errorf("%s: %s, want %s", name, got, rule.want)
		}
	}
}

func TestTheBatchesWhoseApprovalMatters(t *testing.T) {
	t.Parallel()
	s := tell(attached(lin, stated("2025-03-01")), attached(qiu, stated("2025-03-01")), attached(wen, live), confirmed(lin, live))
	if got := s.in.Batches(); len(got) != 1 || got[0] != batch {
		t.Errorf("got %v", got)
	}
}
