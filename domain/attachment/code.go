package attachment

import "guishu/domain"

// What attachments and contact records refuse.
var (
	ErrAlreadyAttached = domain.NewCode("attachment/already-attached", domain.Conflict, "B-31",
		"该理财经理已下挂此客户",
		"This advisor is attached to the customer already.")
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
		ErrAlreadyAttached, ErrDate, ErrEnded, ErrModel, ErrNotAttached, ErrContactMethod, ErrContactTime,
	}
}
