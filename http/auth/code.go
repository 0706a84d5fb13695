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
	ErrPasswordCommon = domain.NewCode("auth/password-common", domain.Invalid, "",
		"这是常用密码，容易被猜到，请换一个",
		"This is one of the passwords that everybody tries first. Choose another one, such as several words.")
	ErrPasswordLogin = domain.NewCode("auth/password-contains-login", domain.Invalid, "",
		"密码不能包含登录名",
		"Choose a password that does not contain the sign-in name.")
	ErrPasswordLong = domain.NewCode("auth/password-long", domain.Invalid, "",
		"密码最多 {max} 位",
		"Choose a password of at most {max} characters.")
	ErrPasswordPattern = domain.NewCode("auth/password-pattern", domain.Invalid, "",
		"密码不能只是空格，或重复、连续的字符",
		"Choose a password that is more than blanks, or characters that repeat or follow each other.")
	ErrPasswordWeak = domain.NewCode("auth/password-weak", domain.Invalid, "",
		"密码至少需要 {min} 位",
		"Choose a password of at least {min} characters.")
	ErrInPerson = domain.NewCode("auth/sign-in-needed", domain.Denied, "",
		"此操作须本人登录后办理，不能使用访问令牌",
		"Sign in for this: an API token cannot do it.")
	ErrRequired = domain.NewCode("auth/required", domain.Unauthenticated, "",
		"请先登录",
		"Sign in first.")
	ErrSecretExpired = domain.NewCode("auth/secret-expired", domain.Unauthenticated, "",
		"一次性密钥已过期，请向管理员重新申请",
		"This one-time secret has expired. Ask an administrator for a new one.")
	ErrSecretUsed = domain.NewCode("auth/secret-used", domain.Unauthenticated, "",
		"一次性密钥已使用过，请向管理员重新申请；如非本人使用，请立即报告",
		"This one-time secret has been used already. Ask an administrator for a new one, and say so if it was not you who used it.")
	ErrSignInFailed = domain.NewCode("auth/sign-in-failed", domain.Unauthenticated, "",
		"登录名或密码不正确",
		"The sign-in name or the password is wrong.")
	ErrTokenInvalid = domain.NewCode("auth/token-invalid", domain.Unauthenticated, "",
		"访问令牌无效或已过期，请重新申请",
		"The API token is unknown, revoked or expired. Create a new one.")
	ErrTokenScope = domain.NewCode("auth/token-scope", domain.Denied, "",
		"该访问令牌的范围不包括此操作，请另建令牌",
		"This is beyond the scope of the API token. Make one whose scope includes it.")
	ErrTooManyAttempts = domain.NewCode("auth/too-many-attempts", domain.Limit, "",
		"登录失败次数过多，请稍后再试",
		"Too many failed sign-ins. Wait a few minutes, then try again.")
)

// Codes is every code of this package.
func Codes() []domain.Code {
	return []domain.Code{
		ErrCrossSite, ErrInPerson, ErrPasswordChangeRequired, ErrPasswordCommon, ErrPasswordLogin, ErrPasswordLong, ErrPasswordPattern,
		ErrPasswordWeak, ErrRequired, ErrSecretExpired, ErrSecretUsed, ErrSignInFailed, ErrTokenInvalid, ErrTokenScope,
		ErrTooManyAttempts,
	}
}
