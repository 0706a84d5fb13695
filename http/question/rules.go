package question

import (
	"cmp"

	"guishu/domain"
	"guishu/domain/policy"
)

// Rules is policy.Rules as it is shown and published. Its parts are those of the
// domain with names of their own, so that one converts into the other and a
// setting added there is missed here by the compiler, not by a reader.
type Rules struct {
	Claim       ClaimRules       `json:"claim"`
	Attachment  AttachmentRules  `json:"attachment,omitzero"`
	Payment     PaymentRules     `json:"payment"`
	Attribution AttributionRules `json:"attribution"`
	Masking     MaskingRules     `json:"masking"`
}

// ClaimRules are about look-ups and claims.
type ClaimRules struct {
	Disclosure           policy.Disclosure       `json:"disclosure" doc:"查询未果时告诉普通员工多少（A-03）。 How much a failed look-up tells ordinary staff (A-03)."`
	CrossInstitution     policy.CrossInstitution `json:"cross_institution" doc:"跨机构认领（A-08）。 Claims across institutions (A-08)."`
	ParallelApplications bool                    `json:"parallel_applications,omitempty" doc:"同一客户可有多份申请同时待批（A-09）。 Several applicants may wait for one customer (A-09)."`
	RejectReasonRunes    int                     `json:"reject_reason_characters,omitempty" doc:"不同意的理由至少几个字（A-14）。 Least length of a reason (A-14)."`
	DailyLookUps         int                     `json:"daily_look_ups,omitempty" doc:"每人每日可查询次数（A-77）。 Look-ups for each employee and day (A-77)."`
	MaxOwned             int                     `json:"max_owned,omitempty" doc:"每位客户经理的客户数上限，0 为不限（A-72）。 Customers for each manager; 0: no cap (A-72)."`
	MaxClaimsPerDay      int                     `json:"max_claims_per_day,omitempty" doc:"每人每日认领数上限，0 为不限（A-72）。 Claims for each employee and day; 0: no cap (A-72)."`
	ApprovalWorkingDays  int                     `json:"approval_working_days,omitempty" doc:"应在几个工作日内审批（A-74）。 Working days within which a claim is to be decided (A-74)."`
}

// AttachmentRules are about attachments.
type AttachmentRules struct {
	SelfAttach policy.SelfAttach `json:"self_attach,omitempty" doc:"财富管理师能否自行下挂他人录入的客户；不填为须批准（B-30）。 Whether advisors attach themselves to customers whom somebody else entered; by approval if not given (B-30)."`
}

// PaymentRules are about payments.
type PaymentRules struct {
	ConfirmRole    domain.Role `json:"confirm_role" doc:"由谁确认打款（B-06）。 Who confirms payments (B-06)."`
	RequiredPapers int         `json:"required_papers,omitempty" doc:"登记时至少几份附件（B-12）。 Papers required at registration (B-12)."`
}

// AttributionRules say who earns a commission.
type AttributionRules struct {
	Mode                   policy.AttributionMode `json:"mode" doc:"归属方式（B-30）；效率优先暂不可用。 TIME_FIRST (B-30); EFFICIENCY_FIRST is refused until it can be computed."`
	CommunicatedWithinDays int                    `json:"communicated_within_days,omitempty" doc:"预约前多少自然日内沟通有效（B-31）。 Natural days before the reservation (B-31)."`
	CommunicatedAnyProduct bool                   `json:"communicated_any_product,omitempty" doc:"任何产品的沟通都算，不限所购产品。 A contact about any product counts, not only about the one bought."`
	Efficiency             EfficiencyRules        `json:"efficiency,omitzero"`
	Split                  policy.Split           `json:"split" doc:"提成如何分配（B-31）。 How the commission is shared (B-31)."`
}

// EfficiencyRules weigh an advisor's efficiency.
type EfficiencyRules struct {
	Shortlist      int `json:"shortlist,omitempty" doc:"考虑最早录入的几位，0 为全部。 Earliest advisors considered; 0: all."`
	ContactsWeight int `json:"contacts_weight,omitempty" doc:"联络权重，百分之几。 Weight of contacts, in hundredths."`
	QualityWeight  int `json:"quality_weight,omitempty" doc:"质量权重，百分之几。 Weight of quality, in hundredths."`
	ChoiceWeight   int `json:"choice_weight,omitempty" doc:"客户选择权重，百分之几。 Weight of the customer's choice, in hundredths."`
	ContactsCap    int `json:"contacts_cap,omitempty" doc:"最多计几次沟通，每日一次。 Contacts counted at most, one a day."`
}

// MaskingRules say how personal fields are shown.
type MaskingRules struct {
	RevealNeedsPurpose bool `json:"reveal_needs_purpose,omitempty" doc:"查看完整信息须填写目的。 A reveal needs a stated purpose."`
}

func showRules(r policy.Rules) Rules {
	a := r.Attribution
	return Rules{
		Claim: ClaimRules(r.Claim), Attachment: AttachmentRules{cmp.Or(r.Attachment.SelfAttach, policy.SelfAttachByApproval)}, Payment: PaymentRules(r.Payment), Masking: MaskingRules(r.Masking),
		Attribution: AttributionRules{a.Mode, a.CommunicatedWithinDays, a.CommunicatedAnyProduct, EfficiencyRules(a.Efficiency), a.Split},
	}
}

// Rules is the rules as the domain knows them.
func (b Rules) Rules() policy.Rules {
	a := b.Attribution
	return policy.Rules{
		Claim: policy.ClaimRules(b.Claim), Attachment: policy.AttachmentRules(b.Attachment), Payment: policy.PaymentRules(b.Payment), Masking: policy.MaskingRules(b.Masking),
		Attribution: policy.AttributionRules{
			Mode: a.Mode, CommunicatedWithinDays: a.CommunicatedWithinDays, CommunicatedAnyProduct: a.CommunicatedAnyProduct,
			Efficiency: policy.EfficiencyRules(a.Efficiency), Split: a.Split,
		},
	}
}
