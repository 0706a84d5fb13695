package policy

import "guishu/domain"

// Rules is one version of every setting (Cfg) the requirements name.
type Rules struct {
	Claim       ClaimRules
	Payment     PaymentRules
	Attribution AttributionRules
	Masking     MaskingRules
}

// ClaimRules rule the exclusive model.
type ClaimRules struct {
	Disclosure           Disclosure
	CrossInstitution     CrossInstitution
	ParallelApplications bool
	RejectReasonRunes    int              // least length of a reason, A-14
	DailyLookUps         int              // quota per employee and day, A-77
	MaxOwned             int              // customers per manager, 0 none, A-72
	MaxClaimsPerDay      int              // 0 none, A-72
	ApprovalWorkingDays  int              // SLA, A-74
}

// PaymentRules rule payments.
type PaymentRules struct {
	ConfirmRole    domain.Role // B-06
	RequiredPapers int         // at registration, B-12
}

// AttributionRules rule who earns a commission (B-30, B-31).
type AttributionRules struct {
	Mode                   AttributionMode
	CommunicatedWithinDays int  // E2: natural days before the reservation
	CommunicatedAnyProduct bool // E2: a contact about any product counts, not only about the one bought
	// Efficiency is used by mode EFFICIENCY_FIRST; its shape is fixed so that
	// policies written today stay valid.
	Efficiency EfficiencyRules
	Split      Split
}

// EfficiencyRules weigh an advisor's efficiency, in hundredths (B-31 其一).
type EfficiencyRules struct {
	Shortlist      int // earliest advisors considered, 0 all
	ContactsWeight int
	QualityWeight  int
	ChoiceWeight   int
	ContactsCap    int // contacts counted at most, one a day
}

// MaskingRules say how personal data is shown (C-04).
type MaskingRules struct{ RevealNeedsPurpose bool }

// Default is version 0, in force where a firm has published nothing: the defaults
// that the requirements propose (Part F).
func Default() Rules {
	return Rules{
		Claim: ClaimRules{
			Disclosure: Merged, CrossInstitution: CrossHomeHeadApproval, ParallelApplications: true,
			RejectReasonRunes: 2, DailyLookUps: 50, ApprovalWorkingDays: 2,
		},
		Payment: PaymentRules{ConfirmRole: domain.RoleOperations, RequiredPapers: 1},
		Attribution: AttributionRules{
			Mode: TimeFirst, CommunicatedWithinDays: 30,
			Efficiency: EfficiencyRules{ContactsWeight: 30, QualityWeight: 30, ChoiceWeight: 40, ContactsCap: 10},
			Split:      WinnerTakesAll,
		},
		Masking: MaskingRules{RevealNeedsPurpose: true},
	}
}
