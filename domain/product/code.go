package product

import "guishu/domain"

// What products refuse.
var (
	ErrDates = domain.NewCode("product/dates", domain.Invalid, "B-19",
		"产品到期日不能早于成立日",
		"The product matures before it is established. Check both dates.")
	ErrDuplicate = domain.NewCode("product/duplicate", domain.Conflict, "B-19",
		"产品已存在",
		"A product with this code exists already.")
	ErrState = domain.NewCode("product/state", domain.Conflict, "B-19",
		"产品当前状态不能执行此操作",
		"The product's state does not allow this.")
	ErrUnknown = domain.NewCode("product/unknown", domain.Unprocessable, "B-19",
		"产品不存在",
		"There is no such product. Choose one from the list.")
)

// Codes is every code of this package.
func Codes() []domain.Code {
	return []domain.Code{
		ErrDates, ErrDuplicate, ErrState, ErrUnknown,
	}
}
