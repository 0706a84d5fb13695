package attachment

import "guishu/domain"

// What attachments and contact records refuse.
var (
	ErrAlreadyAttached = domain.NewCode("attachment/already-attached", domain.Conflict, "B-31",
		"该理财经理已下挂此客户",
		"This advisor is attached to the customer already.")
	ErrApprovalRequired = domain.NewCode("attachment/approval-required", domain.Unprocessable, "B-30",
		"该客户由他人录入，或您的下挂曾被他人结束；请提交下挂申请，由客户归属机构负责人批准",
		"Somebody else entered this customer, or ended your attachment. Request the attachment; the head of the customer's home unit approves it.")
	ErrDate = domain.NewCode("attachment/date", domain.Invalid, "B-31",
		"下挂的时间不正确",
		"The attachment's time is not possible. It cannot lie in the future, nor end before it began.")
	ErrEnded = domain.NewCode("attachment/ended", domain.Conflict, "B-27",
		"该下挂关系已结束",
		"This attachment has ended. Attach the advisor again.")
	ErrModel = domain.NewCode("attachment/model", domain.Unprocessable, "B-29",
		"该机构不采用下挂方式",
		"This unit does not attach advisors to customers. File a claim instead.")
	ErrNotAttached = domain.NewCode("attachment/not-attached", domain.Conflict, "B-31",
		"您未下挂此客户，请先申请下挂",
		"The advisor is not attached to this customer. Attach the advisor first.")
	ErrRequestNotPending = domain.NewCode("attachment/request-not-pending", domain.Conflict, "B-30",
		"该下挂申请不在待批准状态",
		"This request has been answered or withdrawn, or never was. Look at the list of requests.")
	ErrRequestPending = domain.NewCode("attachment/request-pending", domain.Conflict, "B-30",
		"您已申请下挂此客户，请等待批准或先撤回",
		"You have requested this attachment already. Wait for the answer or withdraw the request.")
	ErrSelfApproval = domain.NewCode("attachment/self-approval", domain.Unprocessable, "B-30",
		"不能批准本人的下挂申请，请由其他负责人批准",
		"You cannot approve your own request. Ask another superior of the customer's home unit.")
	ErrContactMethod = domain.NewCode("contact/method", domain.Invalid, "A-29",
		"联系方式不正确",
		"Choose a contact method from the list.")
	ErrContactTime = domain.NewCode("contact/time", domain.Invalid, "B-31",
		"联系时间不能晚于现在",
		"The contact lies in the future. Enter when it took place.")
)

// Codes is every code of this package.
func Codes() []domain.Code {
	return []domain.Code{
		ErrAlreadyAttached, ErrApprovalRequired, ErrDate, ErrEnded, ErrModel, ErrNotAttached,
		ErrRequestNotPending, ErrRequestPending, ErrSelfApproval, ErrContactMethod, ErrContactTime,
	}
}
