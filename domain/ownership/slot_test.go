package ownership_test

import (
	"fmt"
	"reflect"
	"slices"
	"testing"

	"guishu/domain"
	"guishu/domain/domaintest"
	"guishu/domain/ownership"
	"guishu/domain/policy"
	"guishu/domain/staff"

	"pgregory.net/rapid"
)

// slot is a slot under test with everything that was ever decided about it, and
// what an outsider may conclude from that: who owns it.
type slot struct {
	state   *ownership.State
	log     []any
	filed   int
	owner   domain.StaffID // concluded from the log alone
	refused map[domain.Code]int
}

// expected are the refusals that somebody who tries their luck may get; anything
// else is a surprise.
var expected = []domain.Code{
	ownership.ErrAlreadyOwned, ownership.ErrDuplicatePending, ownership.ErrPendingByOther, ownership.ErrCrossLine,
	ownership.ErrLineMismatch,
	ownership.ErrCrossInstitutionDisabled, ownership.ErrScopeOutlet, ownership.ErrScopeSubtree,
	ownership.ErrNotOwned, ownership.ErrSameOwner, ownership.ErrNotApplicant, ownership.ErrNotOwner,
	ownership.ErrNotPending, ownership.ErrPhoneRequired, ownership.ErrSelfApproval,
	ownership.ErrSecondApproverRequired, ownership.ErrOutOfJurisdiction, ownership.ErrRejectReasonRequired,
	staff.ErrInactive, domain.ErrQueryNotFoundOrOutOfScope, domain.ErrFormValue,
}

// take folds a decision into a clone, or counts its refusal.
func (s *slot) take(t *rapid.T, events []any, err error) {
	if err != nil {
		code := domain.CodeOf(err)
		if !slices.Contains(expected, code) || len(events) > 0 {
			t.Fatalf("an unexpected refusal: %v, with %v", err, events)
		}
		s.refused[code]++
		return
	}
	if len(events) == 0 {
		t.Fatal("neither events nor a refusal")
	}
	before := s.state.Clone()
	next := s.state.Clone()
	for _, event := range events {
		s.log = append(s.log, event)
		next.Apply(event, domain.Fact{Position: domain.Position(len(s.log))})
		if err := s.conclude(event); err != nil {
			t.Fatal(err)
		}
	}
	if !reflect.DeepEqual(before, s.state) {
		t.Fatal("folding into a clone changed the state it came from")
	}
	s.state = next
}

// conclude follows the owner through the log: never two at once.
func (s *slot) conclude(event any) error {
	switch e := event.(type) {
	case ownership.Established:
		if !s.owner.IsZero() {
			return fmt.Errorf("a second owner beside %v", s.owner)
		}
		s.owner = e.Owner
	case ownership.Adjusted:
		if s.owner != e.From || e.From == e.To {
			return fmt.Errorf("an adjustment from %v to %v, the owner being %v", e.From, e.To, s.owner)
		}
		s.owner = e.To
	case ownership.Dissolved:
		if s.owner != e.Owner {
			return fmt.Errorf("a dissolution of %v, the owner being %v", e.Owner, s.owner)
		}
		s.owner = domain.StaffID{}
	}
	return nil
}

// The logs that no decision may lead to: the check must see each of them.
func TestWrongLogsAreSeen(t *testing.T) {
	t.Parallel()
	first, second := established("1", "li", "north"), established("2", "wang", "north")
	for name, log := range map[string][]any{
		"two owners":                     {first, second},
		"handed over by who is no owner": {first, ownership.Adjusted{From: staffID("wang"), To: staffID("sun")}},
		"handed over to the owner":       {first, ownership.Adjusted{From: staffID("li"), To: staffID("li")}},
		"released by who is no owner":    {first, ownership.Dissolved{Owner: staffID("wang")}},
		"released twice":                 {first, ownership.Dissolved{Owner: staffID("li")}, ownership.Dissolved{Owner: staffID("li")}},
		"owned while somebody else owns": {first, ownership.Adjusted{From: staffID("li"), To: staffID("sun")}, first},
	} {
		s, seen := &slot{}, false
		for _, event := range log {
			seen = s.conclude(event) != nil || seen
		}
		if !seen {
			t.Errorf("%s was not seen", name)
		}
	}
}

func (s *slot) check(t *rapid.T) {
	if s.state.Owner != s.owner {
		t.Fatalf("the state says %v owns the slot, the log %v", s.state.Owner, s.owner)
	}
	if folded := domaintest.Fold[ownership.State](s.log...); !reflect.DeepEqual(folded, s.state) {
		t.Fatal("folding the log gives another state")
	}
	waiting := map[domain.StaffID]bool{}
	for i, a := range s.state.Applications {
		if i > 0 && a.Filed <= s.state.Applications[i-1].Filed {
			t.Fatal("applications are out of order")
		}
		if !a.Pending() {
			continue
		}
		if waiting[a.Applicant] {
			t.Fatalf("%v waits for two decisions", a.Applicant)
		}
		waiting[a.Applicant] = true
		if a.Establishes() && s.state.Owned() {
			t.Fatal("a claim is pending although the slot is owned")
		}
		if !a.Establishes() && !s.state.Owned() {
			t.Fatal("a change is pending although nobody owns the slot")
		}
	}
}

// C-06, A-13: whatever is filed, consented to, approved, rejected, withdrawn,
// adjusted or dissolved, by whomever and in whatever order, there are never two
// owners, every loser gets a stable code, and the log tells the whole state.
func TestNeverTwoOwners(t *testing.T) {
	t.Parallel()
	places := map[string]string{"li": "north", "wang": "south", "chen": "county", "zhao": "self", "sun": "north", "head": "north", "boss": "county"}
	names := make([]string, 0, len(places))
	for name := range places {
		names = append(names, name)
	}
	slices.Sort(names)
	units := bank()
	homes := []string{"north", "north", "north", "county"}
	rapid.Check(t, func(t *rapid.T) {
		s := &slot{state: new(ownership.State), refused: map[domain.Code]int{}}
		rules := rules
		rules.ParallelApplications = rapid.IntRange(0, 3).Draw(t, "parallel") > 0
		rules.CrossInstitution = rapid.SampledFrom([]policy.CrossInstitution{policy.CrossOff, policy.CrossFree, policy.CrossHomeHeadApproval}).Draw(t, "crossing")
		home := rapid.SampledFrom(homes).Draw(t, "home")
		who := func(t *rapid.T, label string) ownership.Person {
			name := rapid.SampledFrom(names).Draw(t, label)
			return ownership.Person{Staff: staffID(name), Unit: units.Unit(unit(places[name])), Active: rapid.IntRange(0, 9).Draw(t, label+" is there") > 0}
		}
		person := func(id domain.StaffID) ownership.Person {
			for _, name := range names {
				if staffID(name) == id {
					return ownership.Person{Staff: id, Unit: units.Unit(unit(places[name])), Active: true}
				}
			}
			return ownership.Person{}
		}
		customer := func(t *rapid.T) ownership.Customer {
			c := ownership.Customer{Customer: zhang, Home: units.Unit(unit(home)), Phone: mobile}
			if rapid.IntRange(0, 4).Draw(t, "phone") == 0 {
				c.Phone = domain.Personal{}
			}
			return c
		}
		fresh := func() domain.ApplicationID { s.filed++; return application(fmt.Sprint("n", s.filed)) }
		anyOf := func(t *rapid.T) domain.ApplicationID {
			return application(fmt.Sprint("n", rapid.IntRange(1, max(s.filed, 1)).Draw(t, "application")))
		}
		change := func(t *rapid.T) ownership.Change {
			return ownership.Change{Application: fresh(), Reason: "r", Supervises: rapid.Bool().Draw(t, "supervises")}
		}
		decide := func(decision func(*rapid.T) ([]any, error)) func(*rapid.T) {
			return func(t *rapid.T) { events, err := decision(t); s.take(t, events, err) }
		}
		t.Repeat(map[string]func(*rapid.T){
			"file": decide(func(t *rapid.T) ([]any, error) {
				kind := rapid.SampledFrom([]ownership.ApplicationKind{"", ownership.EstablishRelation, ownership.CrossInstitution}).Draw(t, "kind")
				return s.state.File(ownership.Claim{Application: fresh(), Kind: kind, Line: agency}, customer(t), who(t, "applicant"), rules)
			}),
			"adjust": decide(func(t *rapid.T) ([]any, error) {
				return s.state.FileAdjustment(change(t), customer(t), who(t, "applicant"), who(t, "new owner"), rules)
			}),
			"dissolve": decide(func(t *rapid.T) ([]any, error) {
				return s.state.FileDissolution(change(t), customer(t), who(t, "applicant"))
			}),
			"consent": decide(func(t *rapid.T) ([]any, error) {
				return s.state.Consent(ownership.Consent{Application: anyOf(t), By: who(t, "head").Staff, HeadsHome: rapid.Bool().Draw(t, "heads")})
			}),
			"approve": decide(func(t *rapid.T) ([]any, error) {
				id := anyOf(t)
				a, _ := s.state.Find(id)
				return s.state.Approve(ownership.Approval{Application: id, Approver: who(t, "approver").Staff}, customer(t), person(a.Gains()), rules)
			}),
			"reject": decide(func(t *rapid.T) ([]any, error) {
				reason := rapid.SampledFrom([]string{"because", ""}).Draw(t, "reason")
				return s.state.Reject(ownership.Rejection{Application: anyOf(t), Approver: who(t, "approver").Staff, Reason: reason}, rules)
			}),
			"withdraw": decide(func(t *rapid.T) ([]any, error) {
				return s.state.Withdraw(anyOf(t), who(t, "applicant").Staff)
			}),
			"": s.check,
		})
	})
}

// A-13, C-06: of many who claim one customer one becomes owner, every other is
// told that the customer is owned, and nothing is left pending.
func TestManyClaimOne(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		many := rapid.IntRange(2, 40).Draw(t, "many")
		s := &slot{state: new(ownership.State), refused: map[domain.Code]int{}}
		person := func(i int) ownership.Person { return of(fmt.Sprint("p", i), "north") }
		for i := range many {
			events, err := s.state.File(ownership.Claim{Application: application(fmt.Sprint(i)), Line: agency}, at("north"), person(i), rules)
			if err != nil {
				t.Fatal(err)
			}
			s.take(t, events, err)
		}
		order := rapid.Permutation(slices.Collect(func(yield func(int) bool) {
			for i := range many {
				if !yield(i) {
					return
				}
			}
		})).Draw(t, "order")
		for _, i := range order {
			events, err := s.state.Approve(ownership.Approval{Application: application(fmt.Sprint(i)), Approver: staffID("head")}, at("north"), person(i), rules)
			s.take(t, events, err)
		}
		s.check(t)
		if s.owner != staffID(fmt.Sprint("p", order[0])) || s.refused[ownership.ErrAlreadyOwned] != many-1 || len(s.state.Pending()) != 0 {
			t.Fatalf("owner %v, refusals %v, pending %d", s.owner, s.refused, len(s.state.Pending()))
		}
	})
}
