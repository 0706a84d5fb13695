package calendar

import "guishu/domain"

// What calendars refuse.
var (
	ErrUnpublished = domain.NewCode("calendar/unpublished", domain.Unprocessable, "C-05",
		"该年度的节假日安排尚未公布，请先导入日历",
		"The working days of that year are not published yet. Load its calendar first.")
)

// Codes is every code of this package.
func Codes() []domain.Code {
	return []domain.Code{
		ErrUnpublished,
	}
}
