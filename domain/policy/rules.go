package policy

import "guishu/domain"

// Rules is one version of every setting (Cfg) the requirements name.
type Rules struct {
	Claim       ClaimRules       `label:"认领规则|Claims"`
	Attachment  AttachmentRules  `label:"下挂规则|Attachments"`
	Payment     PaymentRules     `label:"划款规则|Payments"`
	Attribution AttributionRules `label:"业绩归属规则|Attribution"`
	Masking     MaskingRules     `label:"脱敏规则|Masking"`
}

// ClaimRules rule the exclusive model.
type ClaimRules struct {
	Disclosure           Disclosure       `label:"查询失败提示|What a failed look-up tells"`
	CrossInstitution     CrossInstitution `label:"跨机构认领|Claims across institutions"`
	ParallelApplications bool             `label:"允许多人同时申请|Rival applications"`
	RejectReasonRunes    int              `label:"不同意原因最少字数|Least length of a reason"` // least length of a reason, A-14
	DailyLookUps         int              `label:"每日查询次数|Look-ups a day"`              // quota per employee and day, A-77
	MaxOwned             int              `label:"每人管户上限|Customers a manager"`         // customers per manager, 0 none, A-72
	MaxClaimsPerDay      int              `label:"每日申请上限|Claims a day"`                // 0 none, A-72
	ApprovalWorkingDays  int              `label:"审批时限（工作日）|Working days to decide"`   // SLA, A-74
}

// AttachmentRules rule the attached model. The zero AttachmentRules are those of
// versions that were published without any: SelfAttach is SelfAttachByApproval.
type AttachmentRules struct {
	SelfAttach SelfAttach `label:"自行下挂|Attaching oneself"` // to a customer somebody else entered, B-30
}

// FreeSelfAttach says whether advisors attach themselves, without anybody's approval,
// to customers whom somebody else entered (B-30).
func (r AttachmentRules) FreeSelfAttach() bool { return r.SelfAttach == SelfAttachFreely }

// PaymentRules rule payments.
type PaymentRules struct {
	ConfirmRole    domain.Role `label:"打款确认角色|Role that confirms"`      // B-06
	RequiredPapers int         `label:"登记所需附件数|Papers at registration"` // at registration, B-12
}

// AttributionRules rule who earns a commission (B-30, B-31).
type AttributionRules struct {
	Mode                   AttributionMode `label:"归属方式|Mode"`
	CommunicatedWithinDays int             `label:"沟通后成交期限（天）|Days from contact to purchase"`   // E2: natural days before the reservation
	CommunicatedAnyProduct bool            `label:"任一产品的联络有效|Contacts about any product count"` // E2: a contact about any product counts, not only about the one bought
	// Efficiency is used by mode EFFICIENCY_FIRST; its shape is fixed so that
	// policies written today stay valid.
	Efficiency EfficiencyRules `label:"效率优先规则|Efficiency"`
	Split      Split           `label:"提成分配|Split"`
}

// EfficiencyRules weigh an advisor's efficiency, in hundredths (B-31 其一).
type EfficiencyRules struct {
	Shortlist      int `label:"候选人数|Shortlist"` // earliest advisors considered, 0 all
	ContactsWeight int `label:"联络权重（%）|Weight of contacts (%)"`
	QualityWeight  int `label:"质量权重（%）|Weight of quality (%)"`
	ChoiceWeight   int `label:"客户选择权重（%）|Weight of the customer's choice (%)"`
	ContactsCap    int `label:"联络计数上限|Contacts counted at most"` // contacts counted at most, one a day
}

// MaskingRules say how personal data is shown (C-04).
type MaskingRules struct {
	RevealNeedsPurpose bool `label:"查看完整信息须填目的|A reveal needs a purpose"`
}

// Default is version 0, in force where a firm has published nothing: the defaults
// that the requirements propose (Part F).
func Default() Rules {
	return Rules{
		Claim: ClaimRules{
			Disclosure: Merged, CrossInstitution: CrossHomeHeadApproval, ParallelApplications: true,
			RejectReasonRunes: 2, DailyLookUps: 50, ApprovalWorkingDays: 2,
		},
		Attachment: AttachmentRules{SelfAttach: SelfAttachByApproval},
		Payment:    PaymentRules{ConfirmRole: domain.RoleOperations, RequiredPapers: 1},
		Attribution: AttributionRules{
			Mode: TimeFirst, CommunicatedWithinDays: 30,
			Efficiency: EfficiencyRules{ContactsWeight: 30, QualityWeight: 30, ChoiceWeight: 40, ContactsCap: 10},
			Split:      WinnerTakesAll,
		},
		Masking: MaskingRules{RevealNeedsPurpose: true},
	}
}
