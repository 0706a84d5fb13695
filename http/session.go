package http

import (
	"net/http"
	"time"

	"guishu/commands/ledger"
	"guishu/domain"
	"guishu/domain/staff"
	"guishu/http/api"
	"guishu/http/auth"
	"guishu/http/question"

	"github.com/google/uuid"
)

const signingIn = "登录 Signing in"

// credentials are what somebody signs in with.
type credentials struct {
	Login    string `json:"login" doc:"登录名。 The sign-in name."`
	Password string `json:"password" doc:"密码，或一次性密钥。 The password, or the one-time secret."`
}

// self is who is signed in, with what they may do.
type self struct {
	Staff       *question.Named[domain.StaffID] `json:"staff"`
	Unit        *question.Named[domain.UnitID]  `json:"unit"`
	Line        domain.BusinessLine             `json:"line,omitempty"`
	Roles       []ownRole                       `json:"roles" doc:"所任角色。 The roles held."`
	Permissions []staff.Permission              `json:"permissions" doc:"任一角色所许可的，不论范围。 What any of the roles allows, however far."`
	MustChange  bool                            `json:"must_change_password" doc:"用一次性密钥登录，须先设置密码。 Signed in with a one-time secret: a password must be set before anything else."`
	Expires     time.Time                       `json:"expires_at,omitzero" doc:"会话何时结束。 When the session ends."`
}

// ownRole is a role and where it is held.
type ownRole struct {
	Role domain.Role                    `json:"role"`
	Unit *question.Named[domain.UnitID] `json:"unit"`
	Line domain.BusinessLine            `json:"line,omitempty"`
}

// newPassword is a password to be set.
type newPassword struct {
	Current  string `json:"current,omitempty" doc:"现有密码；用一次性密钥登录后不需要。 The password until now; not needed after a one-time secret."`
	Password string `json:"password" doc:"新密码，至少 12 个字符，不可是常用密码、登录名或重复连续的字符。 The new one: at least 12 characters, none of the passwords that everybody tries first, not the sign-in name, not only characters that repeat or follow each other."`
}

// newToken is an API token to be made.
type newToken struct {
	Name      string        `json:"name" doc:"用途。 What it is for."`
	Scope     auth.Scope    `json:"scope,omitempty" doc:"不填为读写。 Read and write when left out."`
	Areas     []staff.Topic `json:"areas,omitempty" doc:"限于哪些业务，按权限名称中点号前的词；不填为本人的全部权限。 What it is for, by the word before the point in a permission's name; all that its owner may do when left out."`
	ExpiresAt *time.Time    `json:"expires_at,omitempty" doc:"不填为允许的最长期限，通常 90 天。 As late as is allowed when left out, which is in 90 days unless set otherwise."`
}

// sessionRoutes are about who is asking.
func (s *Server) sessionRoutes() {
	inPerson := func(rt api.Route) api.Route {
		rt.InPerson = true
		return rt
	}
	route := func(method, path, name string, title, does ledger.Words, entrance api.Entrance, refuses ...domain.Code) api.Route {
		return api.Route{Method: method, Path: path, Name: name, Title: title, Does: does, Entrance: entrance, Refuses: refuses}
	}
	say := ledger.Say
	api.Action(s.api, signingIn, route(http.MethodPost, "/v1/session", "sign-in", say("登录", "Sign in"), say("登录，并设置会话的 Cookie。", "Signs in and sets the session's cookie."),
		api.ForAnybody, auth.ErrCrossSite, auth.ErrSignInFailed, auth.ErrSecretExpired, auth.ErrSecretUsed, auth.ErrTooManyAttempts, staff.ErrAccountDisabled), s.signIn)
	api.Action(s.api, signingIn, route(http.MethodDelete, "/v1/session", "sign-out", say("退出", "Sign out"), say("结束会话。", "Ends the session."), api.ForNewcomers), s.signOut)
	api.Action(s.api, signingIn, route(http.MethodGet, "/v1/me", "who-am-i", say("当前用户", "Who is signed in"), say("当前用户及其角色和权限。", "Who is signed in, with which roles and permissions."),
		api.ForNewcomers), s.me)
	api.Action(s.api, signingIn, inPerson(route(http.MethodPost, "/v1/me/password", "change-password", say("修改密码", "Set one's password"), say("设置本人的密码，并结束本人的所有会话和 API 令牌。", "Sets one's own password, and ends all one's sessions and API tokens."),
		api.ForNewcomers, auth.ErrSignInFailed, auth.ErrPasswordWeak, auth.ErrPasswordLong, auth.ErrPasswordLogin, auth.ErrPasswordPattern,
		auth.ErrPasswordCommon, auth.ErrTooManyAttempts)), s.changePassword)
	api.Action(s.api, signingIn, inPerson(route(http.MethodPost, "/v1/me/tokens", "create-token", say("新建访问令牌", "Make an API token"), say("新建 API 令牌；令牌只显示这一次，本人登录后才能新建。", "Makes an API token, for whoever is signed in; its secret is shown this once."),
		api.ForStaff, domain.ErrFormRequired, domain.ErrFormValue)), s.createToken)
	api.Action(s.api, signingIn, route(http.MethodGet, "/v1/me/tokens", "list-tokens", say("访问令牌", "One's API tokens"), say("列出本人的 API 令牌，不含令牌本身。", "Lists one's API tokens, without their secrets."), api.ForStaff), s.listTokens)
	api.Action(s.api, signingIn, route(http.MethodDelete, "/v1/me/tokens/{token}", "revoke-token", say("注销访问令牌", "Revoke an API token"), say("立即注销一个 API 令牌。", "Ends an API token at once."), api.ForStaff), s.revokeToken)
}

func (s *Server) signIn(w http.ResponseWriter, r *http.Request, in credentials) (self, error) {
	x := api.ExchangeOf(r.Context())
	if err := s.api.OwnPages(r); err != nil {
		return self{}, err
	}
	who, err := s.Auth.Verify(r.Context(), in.Login, in.Password, s.address(r))
	if err != nil {
		return self{}, err
	}
	if x.Principal, err = s.Ledger.Principal(r.Context(), who.Staff); err != nil {
		return self{}, err
	}
	if x.Principal.Unit.IsZero() {
		return self{}, staff.ErrAccountDisabled
	}
	x.Identity = auth.Identity{Staff: who.Staff, MustChange: who.MustChange}
	expires, err := s.Auth.SignIn(r.Context(), w, who)
	if err != nil {
		return self{}, err
	}
	answer := s.self(r, x)
	answer.Expires = s.when(expires)
	return answer, nil
}

func (s *Server) signOut(w http.ResponseWriter, r *http.Request, _ api.None) (api.None, error) {
	return api.None{}, s.Auth.SignOut(r.Context(), w, api.ExchangeOf(r.Context()).Identity, s.api.SessionToken(r))
}

func (s *Server) me(_ http.ResponseWriter, r *http.Request, _ api.None) (self, error) {
	return s.self(r, api.ExchangeOf(r.Context())), nil
}

func (s *Server) self(r *http.Request, x *api.Exchange) self {
	reader := s.records.For(r.Context(), x.Principal, x.Language)
	answer := self{
		Staff: reader.Colleague(x.Principal.Staff), Unit: reader.Department(x.Principal.Unit), Line: x.Principal.Line, MustChange: x.Identity.MustChange,
		Roles: []ownRole{}, Permissions: []staff.Permission{},
	}
	for _, grant := range x.Principal.Grants {
		answer.Roles = append(answer.Roles, ownRole{Role: grant.Role, Unit: reader.Department(grant.Unit), Line: grant.Line})
	}
	for _, permission := range staff.AllPermissions.Values() {
		if x.Principal.Holds(permission) {
			answer.Permissions = append(answer.Permissions, permission)
		}
	}
	return answer
}

func (s *Server) changePassword(_ http.ResponseWriter, r *http.Request, in newPassword) (api.None, error) {
	return api.None{}, s.Auth.ChangePassword(r.Context(), api.ExchangeOf(r.Context()).Identity, in.Current, in.Password)
}

func (s *Server) createToken(_ http.ResponseWriter, r *http.Request, in newToken) (api.Token, error) {
	var expires time.Time
	if in.ExpiresAt != nil {
		if expires = *in.ExpiresAt; expires.IsZero() {
			return api.Token{}, domain.ErrFormValue.At("expires_at")
		}
	}
	made, secret, err := s.Auth.CreateToken(r.Context(), api.ExchangeOf(r.Context()).Identity.Staff, in.Name, expires, auth.Limits{Scope: in.Scope, Areas: in.Areas})
	if err != nil {
		return api.Token{}, err
	}
	shown := api.ShowToken(made, s.Location)
	shown.Secret = secret
	return shown, nil
}

func (s *Server) listTokens(_ http.ResponseWriter, r *http.Request, _ api.None) (api.Tokens, error) {
	all, err := s.Auth.Tokens(r.Context(), api.ExchangeOf(r.Context()).Identity.Staff)
	return api.ShowTokens(all, s.Location), err
}

// when is a time as every answer shows it.
func (s *Server) when(t time.Time) time.Time { return question.When(t, s.Location) }

func (s *Server) revokeToken(_ http.ResponseWriter, r *http.Request, _ api.None) (api.None, error) {
	id, err := api.Parameter(r, "token", uuid.Parse)
	if err != nil {
		return api.None{}, err
	}
	return api.None{}, s.Auth.RevokeToken(r.Context(), api.ExchangeOf(r.Context()).Identity.Staff, id)
}
