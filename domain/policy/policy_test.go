package policy_test

import (
	"testing"

	"guishu/domain"
	"guishu/domain/domaintest"
	"guishu/domain/policy"
)

type (
	rule  = domaintest.Rule[policy.State]
	state = policy.State
)

func day(text string) domain.Date {
	d, err := domain.ParseDate(text)
	if err != nil {
		panic(err)
	}
	return d
}

var today = day("2026-03-02")

func rules(change func(*policy.Rules)) policy.Rules {
	r := policy.Default()
	change(&r)
	return r
}

func published(version int, on string, days int) policy.Published {
	return policy.Published{Version: version, EffectiveOn: day(on), Rules: within(days)}
}

func within(days int) policy.Rules {
	return rules(func(r *policy.Rules) { r.Attribution.CommunicatedWithinDays = days })
}

func publish(in policy.Publishing) func(*state) ([]any, error) {
	in.Today = today
	return func(s *state) ([]any, error) { return s.Publish(in) }
}

func TestPublish(t *testing.T) {
	batch := domain.History{Provenance: domain.ApprovedHistory}
	domaintest.Run(t,
		rule{
			Name: "B-01 versions are numbered from 1",
			When: publish(policy.Publishing{EffectiveOn: today, Rules: within(30), Note: " first "}),
			Then: []any{policy.Published{Version: 1, EffectiveOn: today, Rules: within(30), Note: "first"}},
		},
		rule{
			Name:  "B-01 the next version has the next number",
			Given: []any{published(1, "2013-01-01", 30), published(2, "2020-01-01", 20)},
			When:  publish(policy.Publishing{EffectiveOn: day("2026-04-01"), Rules: within(10)}),
			Then:  []any{published(3, "2026-04-01", 10)},
		},
		rule{
			Name: "B-01 version 1 may begin in the past",
			When: publish(policy.Publishing{EffectiveOn: day("2013-01-01"), Rules: within(30)}),
			Then: []any{published(1, "2013-01-01", 30)},
		},
		rule{
			Name:    "B-01 a later version may not begin in the past",
			Given:   []any{published(1, "2013-01-01", 30)},
			When:    publish(policy.Publishing{EffectiveOn: day("2026-03-01"), Rules: within(10)}),
			Refused: policy.ErrEffectiveDate, At: "effective_on",
		},
		rule{
			Name:  "B-31 a later version may begin in the past under an approved migration batch",
			Given: []any{published(1, "2013-01-01", 30)},
			When:  publish(policy.Publishing{EffectiveOn: day("2019-01-01"), Rules: within(10), History: batch}),
			Then:  []any{published(2, "2019-01-01", 10)},
		},
		rule{
			Name:    "B-01 a version needs the day it takes effect",
			When:    publish(policy.Publishing{Rules: within(30)}),
			Refused: domain.ErrFormRequired, At: "effective_on",
		},
		rule{
			Name: "B-31 efficiency first cannot be published before it is computed",
			When: publish(policy.Publishing{EffectiveOn: today, Rules: rules(func(r *policy.Rules) {
				r.Attribution.Mode = policy.EfficiencyFirst
			})}),
			Refused: policy.ErrModeUnavailable, At: "attribution.mode",
		},
	)
}

func TestEverySettingOfAPolicyIsChecked(t *testing.T) {
	t.Parallel()
	for field, change := range map[string]func(*policy.Rules){
		"claim.disclosure":                       func(r *policy.Rules) { r.Claim.Disclosure = "loud" },
		"claim.cross_institution":                func(r *policy.Rules) { r.Claim.CrossInstitution = "" },
		"claim.reject_reason_characters":         func(r *policy.Rules) { r.Claim.RejectReasonRunes = 0 },
		"claim.daily_look_ups":                   func(r *policy.Rules) { r.Claim.DailyLookUps = 0 },
		"claim.max_owned":                        func(r *policy.Rules) { r.Claim.MaxOwned = -1 },
		"claim.max_claims_per_day":               func(r *policy.Rules) { r.Claim.MaxClaimsPerDay = -1 },
		"claim.approval_working_days":            func(r *policy.Rules) { r.Claim.ApprovalWorkingDays = 0 },
		"attachment.self_attach":                 func(r *policy.Rules) { r.Attachment.SelfAttach = "sometimes" },
		"payment.confirm_role":                   func(r *policy.Rules) { r.Payment.ConfirmRole = "ANYBODY" },
		"payment.required_papers":                func(r *policy.Rules) { r.Payment.RequiredPapers = -1 },
		"attribution.mode":                       func(r *policy.Rules) { r.Attribution.Mode = "" },
		"attribution.communicated_within_days":   func(r *policy.Rules) { r.Attribution.CommunicatedWithinDays = 0 },
		"attribution.split":                      func(r *policy.Rules) { r.Attribution.Split = "half" },
		"attribution.efficiency":                 func(r *policy.Rules) { r.Attribution.Efficiency.ChoiceWeight = 39 },
		"attribution.efficiency.shortlist":       func(r *policy.Rules) { r.Attribution.Efficiency.Shortlist = -1 },
		"attribution.efficiency.contacts_weight": func(r *policy.Rules) { r.Attribution.Efficiency.ContactsWeight = -1 },
		"attribution.efficiency.quality_weight":  func(r *policy.Rules) { r.Attribution.Efficiency.QualityWeight = 101 },
		"attribution.efficiency.choice_weight":   func(r *policy.Rules) { r.Attribution.Efficiency.ChoiceWeight = -1 },
		"attribution.efficiency.contacts_cap":    func(r *policy.Rules) { r.Attribution.Efficiency.ContactsCap = 0 },
	} {
		_, err := new(state).Publish(policy.Publishing{EffectiveOn: today, Today: today, Rules: rules(change)})
		refusal, refused := domain.AsError(err)
		if !refused || refusal.Code != domain.ErrPolicyValue || refusal.Field != field {
			t.Errorf("%s: got %v", field, err)
		}
	}
	teller := rules(func(r *policy.Rules) { r.Payment.ConfirmRole = domain.RoleTeller })
	if _, err := new(state).Publish(policy.Publishing{EffectiveOn: today, Today: today, Rules: teller}); domain.CodeOf(err) != domain.ErrPolicyValue {
		t.Errorf("B-06 a role that may confirm nothing is to confirm payments: %v", err)
	}
	if _, err := new(state).Publish(policy.Publishing{EffectiveOn: today, Today: today, Rules: policy.Default()}); err != nil {
		t.Errorf("the defaults themselves are refused: %v", err)
	}
}

func TestTheVersionInForce(t *testing.T) {
	t.Parallel()
	s := domaintest.Fold[state](
		published(1, "2013-01-01", 30), published(2, "2020-01-01", 20),
		published(3, "2026-01-01", 10), published(4, "2026-01-01", 5),
	)
	for on, want := range map[string]int{
		"2012-12-31": 0, "2013-01-01": 1, "2019-12-31": 1, "2020-01-01": 2, "2025-12-31": 2, "2026-01-01": 4, "2030-01-01": 4,
	} {
		version, rules := s.InForce(day(on))
		if version != want {
			t.Errorf("on %s version %d is in force, want %d", on, version, want)
		}
		wanted := policy.Default()
		if of, known := s.Version(want); known {
			wanted = of.Rules
		}
		if rules != wanted {
			t.Errorf("on %s version %d comes with other rules", on, version)
		}
	}
}

func TestBeforeAnythingIsPublishedVersion0IsInForce(t *testing.T) {
	t.Parallel()
	if version, rules := new(state).InForce(today); version != 0 || rules != policy.Default() {
		t.Errorf("got version %d, %+v", version, rules)
	}
}

func TestAVersionPublishedLaterDoesNotRuleWhatWasKnownBefore(t *testing.T) {
	t.Parallel()
	s := domaintest.Fold[state](
		domaintest.Past{Event: published(1, "2013-01-01", 30), Fact: domain.Fact{Position: 10}},
		domaintest.Past{Event: published(2, "2013-01-01", 20), Fact: domain.Fact{Position: 20}},
	)
	for known, want := range map[domain.Position]int{9: 0, 10: 1, 19: 1, 20: 2} {
		if version, _ := s.InForceAt(today, known); version != want {
			t.Errorf("known at %d: version %d, want %d", known, version, want)
		}
	}
}
