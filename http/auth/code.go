package auth

import "guishu/domain"

// What signing in refuses.
var (
	ErrCrossSite = domain.NewCode("auth/cross-site", domain.Denied, "",
		"请求来源不受信任",
		"The request came from another site. Send it from this server's own pages or with an API token.")
	ErrPasswordChangeRequired = domain.NewCode("auth/password-change-required", domain.Denied, "",
		"请先设置您自己的密码",
		"Set a password of your own before anything else.")
	ErrPasswordWeak = domain.NewCode("auth/password-weak", domain.Invalid, "",
		"密码至少需要 {min} 位",
		"Choose a password of at least {min} characters.")
	ErrRequired = domain.NewCode("auth/required", domain.Unauthenticated, "",
		"请先登录",
		"Sign in first.")
	ErrSignInFailed = domain.NewCode("auth/sign-in-failed", domain.Unauthenticated, "",
		"登录名或密码不正确",
		"The sign-in name or the password is wrong.")
	ErrTokenInvalid = domain.NewCode("auth/token-invalid", domain.Unauthenticated, "",
		"访问令牌无效或已过期，请重新申请",
		"The API token is unknown, revoked or expired. Create a new one.")
	ErrTooManyAttempts = domain.NewCode("auth/too-many-attempts", domain.Limit, "",
		"登录失败次数过多，请稍后再试",
		"Too many failed sign-ins. Wait a few minutes, then try again.")
)

// Codes is every code of this package.
func Codes() []domain.Code {
	return []domain.Code{
		ErrCrossSite, ErrPasswordChangeRequired, ErrPasswordWeak, ErrRequired, ErrSignInFailed, ErrTokenInvalid,
		ErrTooManyAttempts,
	}
}
