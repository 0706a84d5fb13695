package lookup_test

import (
	"errors"
	"testing"

	"guishu/domain"
	"guishu/domain/customer"
	"guishu/domain/domaintest"
	"guishu/domain/identity"
	"guishu/domain/lookup"
	"guishu/domain/organisation"
	"guishu/domain/ownership"
	"guishu/domain/policy"
	"guishu/domain/staff"
)

var (
	unit  = domaintest.ID[domain.UnitID]
	clerk = domaintest.ID[domain.StaffID]
	zhang = domaintest.ID[domain.CustomerID]("zhang")
	rules = policy.Default().Claim
)

// outlet is an outlet of a line, at the top of its tree.
func outlet(name string, line domain.BusinessLine) organisation.Unit {
	return organisation.Unit{ID: unit(name), Kind: domain.Outlet, Path: domain.RootPath(unit(name)), Line: line, Model: domain.Exclusive}
}

func li() ownership.Person {
	return ownership.Person{Staff: clerk("li"), Unit: outlet("north", domain.Agency), Active: true}
}

func found(home organisation.Unit, owner domain.StaffID) lookup.Found {
	return lookup.Found{Customer: ownership.Customer{Customer: zhang, Home: home}, Owner: owner}
}

func lookedUp(answer lookup.Answer) lookup.LookedUp {
	e := lookup.LookedUp{Staff: clerk("li"), Unit: unit("north"), By: lookup.ByCustomerNo, Answer: answer}
	if answer != lookup.NoSuchCustomer {
		e.Customer = zhang
	}
	return e
}

type rule = domaintest.Rule[lookup.State]

func TestLookUp(t *testing.T) {
	question := lookup.Question{By: lookup.ByCustomerNo, Line: domain.Agency, Kind: ownership.EstablishRelation}
	crossing := question
	crossing.Kind = ownership.CrossInstitution
	ask := func(q lookup.Question, f lookup.Found, who ownership.Person, rules policy.ClaimRules) func(*lookup.State) ([]any, error) {
		return func(s *lookup.State) ([]any, error) {
			events, _, err := s.LookUp(q, f, who, rules)
			return events, err
		}
	}
	north, south, self := outlet("north", domain.Agency), outlet("south", domain.Agency), outlet("self", domain.SelfOperated)
	differs := found(north, domain.StaffID{})
	differs.NameDiffers = true
	left := li()
	left.Active = false
	two, off := rules, rules
	two.DailyLookUps, off.CrossInstitution = 2, policy.CrossOff
	once, twice := lookedUp(lookup.NoSuchCustomer), lookedUp(lookup.Claimable)
	domaintest.Run(t,
		rule{Name: "A-03 a customer of the outlet whom nobody owns can be claimed", When: ask(question, found(north, domain.StaffID{}), li(), rules), Then: []any{lookedUp(lookup.Claimable)}},
		rule{Name: "A-03 one whom somebody owns cannot", When: ask(question, found(north, clerk("wang")), li(), rules), Then: []any{lookedUp(lookup.AlreadyClaimed)}},
		rule{Name: "A-03 nor one of another outlet, owned or not", When: ask(question, found(south, clerk("wang")), li(), rules), Then: []any{lookedUp(lookup.OtherOutlet)}},
		rule{Name: "A-08 unless asked for across institutions", When: ask(crossing, found(south, domain.StaffID{}), li(), rules), Then: []any{lookedUp(lookup.Claimable)}},
		rule{Name: "A-08 where the policy allows that", When: ask(crossing, found(south, domain.StaffID{}), li(), off), Then: []any{lookedUp(lookup.OtherOutlet)}},
		rule{Name: "A-03 nor one of the other line", When: ask(question, found(self, domain.StaffID{}), li(), rules), Then: []any{lookedUp(lookup.OtherLine)}},
		rule{Name: "A-03 nor one who does not exist", When: ask(question, lookup.Found{}, li(), rules), Then: []any{once}},
		rule{Name: "A-04 nor one of another name", When: ask(question, differs, li(), rules), Then: []any{lookedUp(lookup.NameMismatch)}},
		rule{Name: "A-77 look-ups have a daily quota", Given: []any{once, twice}, When: ask(question, found(north, domain.StaffID{}), li(), two), Refused: lookup.ErrLimit},
		rule{Name: "A-77 which is not used up before its end", Given: []any{once}, When: ask(question, found(north, domain.StaffID{}), li(), two), Then: []any{twice}},
		rule{Name: "A-77 without a quota there is none", Given: []any{once, twice}, When: ask(question, found(north, domain.StaffID{}), li(), policy.ClaimRules{}), Then: []any{twice}},
		rule{Name: "B-28 who left looks nobody up", When: ask(question, found(north, domain.StaffID{}), left, rules), Refused: staff.ErrInactive},
		rule{Name: "A-04 a look-up says what it goes by", When: ask(lookup.Question{Line: domain.Agency}, lookup.Found{}, li(), rules), Refused: lookup.ErrKeysMissing},
		rule{Name: "A-07 a look-up is in a line", When: ask(lookup.Question{By: lookup.ByIdentity}, lookup.Found{}, li(), rules), Refused: ownership.ErrLineMismatch},
		rule{Name: "A-11 a look-up is for a claim", When: ask(lookup.Question{By: lookup.ByIdentity, Line: domain.Agency, Kind: ownership.AdjustRelation}, lookup.Found{}, li(), rules), Refused: domain.ErrFormValue},
	)
}

// who is told what, by the policy.
func TestDisclosure(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		rule          string
		answer        lookup.Answer
		approver      bool
		disclosure    policy.Disclosure
		code          domain.Code
		reason, owner string
	}{
		{"what can be claimed is no refusal", lookup.Claimable, false, policy.Merged, domain.Code{}, "", ""},
		{"staff are told nothing more than that", lookup.AlreadyClaimed, false, policy.Merged, lookup.ErrNotClaimable, "", ""},
		{"not even that there is nobody", lookup.NoSuchCustomer, false, policy.Merged, lookup.ErrNotClaimable, "", ""},
		{"an unknown policy tells no more", lookup.AlreadyClaimed, false, "all", lookup.ErrNotClaimable, "", ""},
		{"approvers are told why", lookup.AlreadyClaimed, true, policy.Merged, lookup.ErrNotClaimable, "ALREADY_CLAIMED", ""},
		{"staff are told why where the policy says so", lookup.OtherOutlet, false, policy.Exact, lookup.ErrNotClaimable, "OTHER_OUTLET", ""},
		{"and who owns the customer", lookup.AlreadyClaimed, false, policy.ExactWithOwner, lookup.ErrNotClaimable, "ALREADY_CLAIMED", clerk("wang").String()},
		{"but only of the own outlet", lookup.OtherOutlet, true, policy.ExactWithOwner, lookup.ErrNotClaimable, "OTHER_OUTLET", ""},
		{"A-04 another name is said", lookup.NameMismatch, false, policy.Merged, lookup.ErrNameIDMismatch, "", ""},
	} {
		err := c.answer.Refusal(clerk("wang"), c.approver, c.disclosure)
		if c.code.IsZero() {
			if err != nil {
				t.Errorf("%s: %v", c.rule, err)
			}
			continue
		}
		refusal, _ := domain.AsError(err)
		if !errors.Is(err, c.code) || refusal.Params["reason"] != c.reason || refusal.Params["owner"] != c.owner {
			t.Errorf("%s: %v %v", c.rule, err, refusal.Params)
		}
	}
}

// an answer given again may be about a customer whom nobody owns any more.
func TestDisclosureNamesNobodyWhereNobodyOwns(t *testing.T) {
	t.Parallel()
	refusal, _ := domain.AsError(lookup.AlreadyClaimed.Refusal(domain.StaffID{}, false, policy.ExactWithOwner))
	if _, named := refusal.Params["owner"]; named || refusal.Params["reason"] != "ALREADY_CLAIMED" {
		t.Errorf("%v", refusal.Params)
	}
}

func TestKeys(t *testing.T) {
	t.Parallel()
	today, _ := domain.ParseDate("2026-05-20")
	const number = "11010519491231002X"
	triple := lookup.Keys{IdentityType: identity.ResidentCard, IdentityNumber: number, Name: "张 晓梅"}
	for _, c := range []struct {
		rule string
		keys func(lookup.Keys) lookup.Keys
		code domain.Code
		by   lookup.Means
	}{
		{"A-04 a customer number is enough", func(lookup.Keys) lookup.Keys { return lookup.Keys{CustomerNo: " C0001 "} }, domain.Code{}, lookup.ByCustomerNo},
		{"A-04 or type, number and name", func(k lookup.Keys) lookup.Keys { return k }, domain.Code{}, lookup.ByIdentity},
		{"A-04 all three of them", func(k lookup.Keys) lookup.Keys { k.Name = " "; return k }, lookup.ErrKeysMissing, ""},
		{"A-04 with the type", func(k lookup.Keys) lookup.Keys { k.IdentityType = ""; return k }, lookup.ErrKeysMissing, ""},
		{"A-04 and the number", func(k lookup.Keys) lookup.Keys { k.IdentityNumber = ""; return k }, lookup.ErrKeysMissing, ""},
		{"A-04 nothing is not enough", func(lookup.Keys) lookup.Keys { return lookup.Keys{} }, lookup.ErrKeysMissing, ""},
		{"A-04 a number is checked", func(k lookup.Keys) lookup.Keys { k.IdentityNumber = "110105194912310021"; return k }, identity.ErrIDChecksum, ""},
		{"A-04 a part finds nobody", func(lookup.Keys) lookup.Keys { return lookup.Keys{CustomerNo: "C0*"} }, customer.ErrNumberFormat, ""},
		{"A-04 nor does a wildcard for a name", func(k lookup.Keys) lookup.Keys { k.Name = "%"; return k }, identity.ErrName, ""},
	} {
		key, err := c.keys(triple).Read(today)
		if domain.CodeOf(err) != c.code {
			t.Errorf("%s: %v", c.rule, err)
		}
		if err == nil && key.By() != c.by {
			t.Errorf("%s: by %s", c.rule, key.By())
		}
	}
	key, _ := triple.Read(today)
	if key.Name.Text() != "张晓梅" || key.Identity.Canonical() != "RESIDENT_ID:"+number {
		t.Error("A-04 a key is in its one form")
	}
}

func TestReveal(t *testing.T) {
	t.Parallel()
	masking := policy.Default().Masking
	events, err := lookup.Reveal(zhang, clerk("li"), []string{"phone"}, " birthday call ", masking)
	if err != nil || len(events) != 1 || events[0].(lookup.Revealed).Purpose != "birthday call" {
		t.Errorf("C-04 a reveal is on record: %v %v", events, err)
	}
	for _, c := range []struct {
		rule    string
		fields  []string
		purpose string
		code    domain.Code
	}{
		{"C-04 a reveal has a purpose", []string{"phone"}, " ", lookup.ErrPurposeRequired},
		{"C-04 a reveal has a purpose in words (S-14)", []string{"phone"}, ".", lookup.ErrPurposeRequired},
		{"C-04 a reveal has a purpose that somebody sees (S-14)", []string{"phone"}, "\u3164", lookup.ErrPurposeRequired},
		{"C-04 a reveal is of something", nil, "x", domain.ErrFormRequired},
		{"C-04 a purpose is text", []string{"phone"}, "\xff", domain.ErrFormValue},
	} {
		if events, err := lookup.Reveal(zhang, clerk("li"), c.fields, c.purpose, masking); domain.CodeOf(err) != c.code || events != nil {
			t.Errorf("%s: %v", c.rule, err)
		}
	}
	if _, err := lookup.Reveal(zhang, clerk("li"), []string{"phone"}, "", policy.MaskingRules{}); err != nil {
		t.Errorf("C-04 unless the policy asks for none: %v", err)
	}
	if lookup.StreamOf(clerk("li"), domain.Date{}) != "lookup-"+clerk("li").String()+"-" {
		t.Error("A-77 look-ups are counted for an employee and a day")
	}
}
