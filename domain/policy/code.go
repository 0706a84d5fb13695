package policy

import "guishu/domain"

// What policies refuse.
var (
	ErrEffectiveDate = domain.NewCode("policy/effective-date", domain.Invalid, "B-01",
		"规则生效日期不能早于今天",
		"A new version takes effect today or later. Choose another day.")
	ErrModeUnavailable = domain.NewCode("policy/mode-unavailable", domain.Unprocessable, "B-31",
		"该归属方式尚未启用：{mode}",
		"Attribution by {mode} is not available. Choose TIME_FIRST.")
)

// Codes is every code of this package.
func Codes() []domain.Code {
	return []domain.Code{
		ErrEffectiveDate, ErrModeUnavailable,
	}
}
