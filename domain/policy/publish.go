package policy

import (
	"strings"
	"unicode/utf8"

	"guishu/domain"
	"guishu/domain/staff"
)

// Publishing is a new version of the rules.
type Publishing struct {
	EffectiveOn domain.Date
	Rules       Rules
	Note        string
	Today       domain.Date
	History     domain.History
}

// Publish adds the next version (B-01). Every setting must be possible. A version
// takes effect today or later, so that it never changes what was decided before;
// only version 1 and one under an approved migration batch may begin in the past.
//
// Errors: ErrFormRequired, ErrFormValue, ErrPolicyValue, ErrEffectiveDate,
// ErrModeUnavailable.
func (s *State) Publish(in Publishing) ([]any, error) {
	in.Note = strings.TrimSpace(in.Note)
	switch {
	case in.EffectiveOn.IsZero():
		return nil, domain.ErrFormRequired.At("effective_on")
	case utf8.RuneCountInString(in.Note) > longestNote:
		return nil, domain.ErrFormValue.At("note")
	}
	if err := in.Rules.check(); err != nil {
		return nil, err
	}
	first := s.Latest() == 0
	if in.EffectiveOn.Before(in.Today) && !first && !in.History.Approved() {
		return nil, ErrEffectiveDate.At("effective_on")
	}
	return []any{Published{Version: s.Latest() + 1, EffectiveOn: in.EffectiveOn, Rules: in.Rules, Note: in.Note}}, nil
}

// The bounds of settings. They are wide: they keep out what was typed by mistake,
// not what a firm may want.
const (
	longestNote    = 500
	longestReason  = 200   // characters that may be demanded of a reason
	mostADay       = 10000 // look-ups or claims
	mostOwned      = 1_000_000
	mostSLA        = 60  // working days
	mostPapers     = 20  // of a payment
	longestWindow  = 730 // days between contact and reservation
	mostShortlist  = 1000
	mostContacts   = 1000
	hundredPercent = 100
)

func (r Rules) check() error {
	for _, check := range []func() error{r.Claim.check, r.Attachment.check, r.Payment.check, r.Attribution.check} {
		if err := check(); err != nil {
			return err
		}
	}
	return nil
}

func (r ClaimRules) check() error {
	switch {
	case r.Disclosure != Merged && r.Disclosure != Exact && r.Disclosure != ExactWithOwner:
		return domain.ErrPolicyValue.At("claim.disclosure")
	case r.CrossInstitution != CrossOff && r.CrossInstitution != CrossHomeHeadApproval && r.CrossInstitution != CrossFree:
		return domain.ErrPolicyValue.At("claim.cross_institution")
	}
	return within(
		setting{"claim.reject_reason_characters", r.RejectReasonRunes, 1, longestReason},
		setting{"claim.daily_look_ups", r.DailyLookUps, 1, mostADay},
		setting{"claim.max_owned", r.MaxOwned, 0, mostOwned},
		setting{"claim.max_claims_per_day", r.MaxClaimsPerDay, 0, mostADay},
		setting{"claim.approval_working_days", r.ApprovalWorkingDays, 1, mostSLA},
	)
}

func (r AttachmentRules) check() error {
	if r.SelfAttach != "" && !r.SelfAttach.Valid() {
		return domain.ErrPolicyValue.At("attachment.self_attach")
	}
	return nil
}

func (r PaymentRules) check() error {
	// A role that may confirm nothing would keep every payment from its confirmation.
	if staff.Permissions(r.ConfirmRole)[staff.ConfirmPayment] == staff.Nothing {
		return domain.ErrPolicyValue.At("payment.confirm_role")
	}
	return within(setting{"payment.required_papers", r.RequiredPapers, 0, mostPapers})
}

// check refuses mode EFFICIENCY_FIRST: its shape is fixed but its score is not
// computed yet, and half a rule must never run (B-31).
func (r AttributionRules) check() error {
	switch {
	case !r.Mode.Valid():
		return domain.ErrPolicyValue.At("attribution.mode")
	case r.Mode != TimeFirst:
		return ErrModeUnavailable.At("attribution.mode").With("mode", string(r.Mode))
	case r.Split != WinnerTakesAll:
		return domain.ErrPolicyValue.At("attribution.split")
	}
	if err := within(setting{"attribution.communicated_within_days", r.CommunicatedWithinDays, 1, longestWindow}); err != nil {
		return err
	}
	return r.Efficiency.check()
}

// check holds for every mode, so that a policy written today stays valid when the
// mode changes.
func (r EfficiencyRules) check() error {
	err := within(
		setting{"attribution.efficiency.shortlist", r.Shortlist, 0, mostShortlist},
		setting{"attribution.efficiency.contacts_weight", r.ContactsWeight, 0, hundredPercent},
		setting{"attribution.efficiency.quality_weight", r.QualityWeight, 0, hundredPercent},
		setting{"attribution.efficiency.choice_weight", r.ChoiceWeight, 0, hundredPercent},
		setting{"attribution.efficiency.contacts_cap", r.ContactsCap, 1, mostContacts},
	)
	if err != nil {
		return err
	}
	if r.ContactsWeight+r.QualityWeight+r.ChoiceWeight != hundredPercent {
		return domain.ErrPolicyValue.At("attribution.efficiency").With("sum", "100")
	}
	return nil
}

// setting is a number that must lie between least and most.
type setting struct {
	field              string
	value, least, most int
}

func within(settings ...setting) error {
	for _, s := range settings {
		if s.value < s.least || s.value > s.most {
			return domain.ErrPolicyValue.At(s.field)
		}
	}
	return nil
}
