package referral

import "guishu/domain"

// What referrals refuse.
var (
	ErrCrossLine = domain.NewCode("referral/cross-line", domain.Unprocessable, "A-56",
		"不能跨自营和代理引见客户，请选择本条线的同事",
		"A customer cannot be referred from one business line to the other. Choose a colleague of the same line.")
	ErrExpired = domain.NewCode("referral/expired", domain.Conflict, "A-56",
		"该引见已于 {expired_on} 过期，请重新引见",
		"This referral was open until {expired_on}. Ask for a new one.")
	ErrNotOffered = domain.NewCode("referral/not-offered", domain.Conflict, "A-56",
		"该引见已被接受、拒绝或取消，请刷新后查看结果",
		"This referral was accepted, rejected or cancelled already. Reload it to see which.")
	ErrNotReferrer = domain.NewCode("referral/not-referrer", domain.Denied, "A-56",
		"只有引见人可以取消引见",
		"Only the colleague who offered the customer can cancel the referral.")
	ErrNotTarget = domain.NewCode("referral/not-target", domain.Denied, "A-56",
		"只有被引见人可以接受或拒绝引见",
		"Only the colleague to whom the customer is offered can accept or reject.")
	ErrReasonRequired = domain.NewCode("referral/reason-required", domain.Invalid, "A-56",
		"拒绝引见时必须输入原因",
		"Give a reason for rejecting.")
	ErrSelf = domain.NewCode("referral/self", domain.Invalid, "A-56",
		"不能引见给自己，请选择其他同事",
		"A customer cannot be referred to yourself. Choose a colleague.")
)

// Codes is every code of this package.
func Codes() []domain.Code {
	return []domain.Code{ErrCrossLine, ErrExpired, ErrNotOffered, ErrNotReferrer, ErrNotTarget, ErrReasonRequired, ErrSelf}
}
