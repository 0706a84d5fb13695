package attribution

import "guishu/domain"

// What attributions refuse.
var (
	ErrCountered = domain.NewCode("attribution/countered", domain.Conflict, "B-31",
		"该划款已冲正，提成归属不再变更",
		"The payment was reversed and its attribution taken back.")
	ErrNoAttachment = domain.NewCode("attribution/no-attachment", domain.Unprocessable, "B-31",
		"该客户没有下挂的理财经理，无法归属业绩",
		"No advisor was attached to this customer before the payment, so the commission cannot be attributed.")
	ErrNotConfirmed = domain.NewCode("attribution/not-confirmed", domain.Conflict, "B-31",
		"划款尚未确认，不能进行业绩归属",
		"The payment is not confirmed. Confirm it before its commission is attributed.")
)

// Codes is every code of this package.
func Codes() []domain.Code {
	return []domain.Code{
		ErrCountered, ErrNoAttachment, ErrNotConfirmed,
	}
}
