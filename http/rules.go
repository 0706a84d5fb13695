package http

import (
	"context"

	"guishu/commands"
	"guishu/commands/ledger"
	"guishu/domain"
	"guishu/domain/migration"
	"guishu/domain/policy"
)

// rulesBody is policy.Rules as the API names it. Its parts are those of the
// domain with names of their own, so that one converts into the other and a
// setting added there is missed here by the compiler, not by a reader.
type rulesBody struct {
	Claim       claimRules       `json:"claim"`
	Payment     paymentRules     `json:"payment"`
	Attribution attributionRules `json:"attribution"`
	Masking     maskingRules     `json:"masking"`
}

type claimRules struct {
	Disclosure           policy.Disclosure       `json:"disclosure" doc:"How much a failed look-up tells ordinary staff: merged, exact or exact_with_owner (A-03)."`
	CrossInstitution     policy.CrossInstitution `json:"cross_institution" doc:"off, home_head_approval or free (A-08)."`
	ParallelApplications bool                    `json:"parallel_applications,omitempty" doc:"Several applicants may wait for one customer (A-09)."`
	RejectReasonRunes    int                     `json:"reject_reason_characters,omitempty" doc:"Least length of a reason (A-14)."`
	DailyLookUps         int                     `json:"daily_look_ups,omitempty" doc:"For each employee and day (A-77)."`
	MaxOwned             int                     `json:"max_owned,omitempty" doc:"Customers for each manager; 0: no cap (A-72)."`
	MaxClaimsPerDay      int                     `json:"max_claims_per_day,omitempty" doc:"0: no cap (A-72)."`
	ApprovalWorkingDays  int                     `json:"approval_working_days,omitempty" doc:"Within which a claim is to be decided (A-74)."`
}

type paymentRules struct {
	ConfirmRole    domain.Role `json:"confirm_role" doc:"Who confirms payments (B-06)."`
	RequiredPapers int         `json:"required_papers,omitempty" doc:"At registration (B-12)."`
}

type attributionRules struct {
	Mode                   policy.AttributionMode `json:"mode" doc:"TIME_FIRST (B-30); EFFICIENCY_FIRST is refused until it can be computed."`
	CommunicatedWithinDays int                    `json:"communicated_within_days,omitempty" doc:"Natural days before the reservation (B-31)."`
	CommunicatedAnyProduct bool                   `json:"communicated_any_product,omitempty" doc:"A contact about any product counts, not only about the one bought."`
	Efficiency             efficiencyRules        `json:"efficiency,omitzero"`
	Split                  policy.Split           `json:"split" doc:"winner_takes_all (B-31)."`
}

type efficiencyRules struct {
	Shortlist      int `json:"shortlist,omitempty" doc:"Earliest advisors considered; 0: all."`
	ContactsWeight int `json:"contacts_weight,omitempty" doc:"In hundredths."`
	QualityWeight  int `json:"quality_weight,omitempty" doc:"In hundredths."`
	ChoiceWeight   int `json:"choice_weight,omitempty" doc:"In hundredths."`
	ContactsCap    int `json:"contacts_cap,omitempty" doc:"Contacts counted at most, one a day."`
}

type maskingRules struct {
	RevealNeedsPurpose bool `json:"reveal_needs_purpose,omitempty"`
}

func showRules(r policy.Rules) rulesBody {
	a := r.Attribution
	return rulesBody{
		Claim: claimRules(r.Claim), Payment: paymentRules(r.Payment), Masking: maskingRules(r.Masking),
		Attribution: attributionRules{a.Mode, a.CommunicatedWithinDays, a.CommunicatedAnyProduct, efficiencyRules(a.Efficiency), a.Split},
	}
}

func (b rulesBody) rules() policy.Rules {
	a := b.Attribution
	return policy.Rules{
		Claim: policy.ClaimRules(b.Claim), Payment: policy.PaymentRules(b.Payment), Masking: policy.MaskingRules(b.Masking),
		Attribution: policy.AttributionRules{
			Mode: a.Mode, CommunicatedWithinDays: a.CommunicatedWithinDays, CommunicatedAnyProduct: a.CommunicatedAnyProduct,
			Efficiency: policy.EfficiencyRules(a.Efficiency), Split: a.Split,
		},
	}
}

// newPolicy is the body that publishes rules.
type newPolicy struct {
	EffectiveOn domain.Date `json:"effective_on"`
	Rules       rulesBody   `json:"rules"`
	Note        string      `json:"note,omitempty"`
}

func (s *Server) publish(ctx context.Context, call ledger.Call, c newPolicy) (ledger.Answer, error) {
	return s.Ledger.Do(ctx, call, commands.PublishPolicy{EffectiveOn: c.EffectiveOn, Rules: c.Rules.rules(), Note: c.Note})
}

// source is a file of a migration batch as the API names it.
type source struct {
	Name   string `json:"name"`
	SHA256 string `json:"sha256" doc:"Of the file, hexadecimal."`
	Rows   int    `json:"rows,omitempty"`
}

func showSources(all []migration.Source) []source {
	shown := make([]source, len(all))
	for i, one := range all {
		shown[i] = source(one)
	}
	return shown
}

// newBatch is the body that proposes a migration batch.
type newBatch struct {
	Name    string   `json:"name"`
	Sources []source `json:"sources" doc:"The files, each named by its SHA-256."`
}

func (s *Server) propose(ctx context.Context, call ledger.Call, c newBatch) (ledger.Answer, error) {
	sources := make([]migration.Source, len(c.Sources))
	for i, one := range c.Sources {
		sources[i] = migration.Source(one)
	}
	return s.Ledger.Do(ctx, call, commands.ProposeMigration{Name: c.Name, Sources: sources})
}
