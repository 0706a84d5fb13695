package ownership

import "guishu/domain"

// What applications for a customer relation, and slots, refuse.
var (
	ErrNotPending = domain.NewCode("approval/not-pending", domain.Conflict, "A-14",
		"该申请已处理或已撤回，请刷新后查看结果",
		"This application is no longer pending. Reload it to see how it was decided.")
	ErrOutOfJurisdiction = domain.NewCode("approval/out-of-jurisdiction", domain.Denied, "A-11",
		"该申请不在您的管辖范围内",
		"This application is outside your jurisdiction. Ask an approver of the customer's unit and business line.")
	ErrPhoneRequired = domain.NewCode("approval/phone-required", domain.Unprocessable, "A-13",
		"审批前必须有有效电话号码，请先补充客户电话",
		"The customer has no valid phone number. Add one, then approve.")
	ErrRejectReasonRequired = domain.NewCode("approval/reject-reason-required", domain.Invalid, "A-14",
		"不同意时必须输入拒绝原因",
		"Give a reason for rejecting.")
	ErrSecondApproverRequired = domain.NewCode("approval/second-approver-required", domain.Conflict, "A-08",
		"跨机构申请还需客户归属机构负责人同意",
		"A cross-institution application also needs the consent of the head of the customer's home outlet.")
	ErrSelfApproval = domain.NewCode("approval/self-approval", domain.Denied, "A-14",
		"不能审批自己提交的申请，请由他人审批",
		"You filed this application yourself. Another approver must decide it.")
	ErrAlreadyOwned = domain.NewCode("claim/already-owned", domain.Conflict, "A-13",
		"该客户在本条线已有归属",
		"This customer already has an owner in this business line.")
	ErrCapacity = domain.NewCode("claim/capacity", domain.Limit, "A-72",
		"您的管户数已达上限",
		"You own as many customers as the policy allows. Release one first.")
	ErrCrossInstitutionDisabled = domain.NewCode("claim/cross-institution-disabled", domain.Unprocessable, "A-08",
		"未开放跨机构申请",
		"Cross-institution claims are switched off. Only staff of the customer's outlet may apply.")
	ErrCrossLine = domain.NewCode("claim/cross-line", domain.Unprocessable, "A-08",
		"不能跨自营和代理申请客户",
		"Self-operated staff cannot claim agency customers, nor the other way round.")
	ErrDailyLimit = domain.NewCode("claim/daily-limit", domain.Limit, "A-72",
		"今日认领次数已达上限，请明日再试",
		"You have filed as many claims today as the policy allows. Go on tomorrow.")
	ErrDuplicatePending = domain.NewCode("claim/duplicate-pending", domain.Conflict, "A-09",
		"您对该客户已有待审批的申请",
		"You already have a pending application for this customer. Wait for its decision or withdraw it.")
	ErrLineMismatch = domain.NewCode("claim/line-mismatch", domain.Invalid, "A-07",
		"业务条线与您所属条线不一致",
		"The business line is not yours. Choose your own line.")
	ErrNotApplicant = domain.NewCode("claim/not-applicant", domain.Denied, "A-73",
		"只有申请人可以撤回申请",
		"Only the applicant may withdraw an application.")
	ErrNotOwned = domain.NewCode("claim/not-owned", domain.Conflict, "A-70",
		"该客户在本条线没有归属，无需调整或解除",
		"This customer has no owner in this business line. File an application to establish a relation instead.")
	ErrPendingByOther = domain.NewCode("claim/pending-by-other", domain.Conflict, "A-09",
		"该客户已有他人申请待审批",
		"Somebody else's application for this customer is pending. Wait for its decision.")
	ErrSameOwner = domain.NewCode("claim/same-owner", domain.Invalid, "A-70",
		"新客户经理与现客户经理相同",
		"The customer belongs to this manager already. Choose another one.")
	ErrScopeOutlet = domain.NewCode("claim/scope-outlet", domain.Denied, "A-05",
		"网点个人客户经理只能申请本网点的客户",
		"An outlet's relationship manager may only apply for customers of the own outlet.")
	ErrScopeSubtree = domain.NewCode("claim/scope-subtree", domain.Denied, "A-06",
		"只能申请本级及下级机构的客户",
		"You may only apply for customers of your own unit and the units below it.")
	ErrNotOwner = domain.NewCode("ownership/not-owner", domain.Denied, "A-71",
		"您不是该客户的客户经理",
		"You are not this customer's manager.")
)

// Codes is every code of this package.
func Codes() []domain.Code {
	return []domain.Code{
		ErrNotPending, ErrOutOfJurisdiction, ErrPhoneRequired, ErrRejectReasonRequired, ErrSecondApproverRequired,
		ErrSelfApproval, ErrAlreadyOwned, ErrCapacity, ErrCrossInstitutionDisabled, ErrCrossLine, ErrDailyLimit,
		ErrDuplicatePending, ErrLineMismatch, ErrNotApplicant, ErrNotOwned, ErrPendingByOther, ErrSameOwner,
		ErrScopeOutlet, ErrScopeSubtree, ErrNotOwner,
	}
}
