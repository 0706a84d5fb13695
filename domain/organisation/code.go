package organisation

import "guishu/domain"

// What units refuse.
var (
	ErrClosed = domain.NewCode("unit/closed", domain.Unprocessable, "A-61",
		"机构已撤销",
		"This unit is closed. Choose another one.")
	ErrDuplicate = domain.NewCode("unit/duplicate", domain.Conflict, "A-61",
		"机构已存在",
		"A unit with this code exists already.")
	ErrInUse = domain.NewCode("unit/in-use", domain.Conflict, "A-61",
		"机构下仍有机构或员工，不能撤销",
		"This unit still has {reason} below it. Move them first.")
	ErrLevel = domain.NewCode("unit/level", domain.Invalid, "A-61",
		"机构层级不正确",
		"A unit of this level cannot stand below that parent.")
	ErrLine = domain.NewCode("unit/line", domain.Unprocessable, "A-07",
		"机构业务条线不一致",
		"The unit belongs to the other business line.")
	ErrUnknown = domain.NewCode("unit/unknown", domain.Unprocessable, "A-61",
		"机构不存在",
		"There is no such unit. Choose one from the list.")
)

// Codes is every code of this package.
func Codes() []domain.Code {
	return []domain.Code{
		ErrClosed, ErrDuplicate, ErrInUse, ErrLevel, ErrLine, ErrUnknown,
	}
}
