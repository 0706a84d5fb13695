package http

import (
	"net/http"
	"slices"
	"time"

	"guishu/domain"
	"guishu/domain/staff"
	"guishu/http/auth"

	"github.com/google/uuid"
)

const signIn = "登录 Signing in"

// credentials are what somebody signs in with.
type credentials struct {
	Login    string `json:"login" doc:"The sign-in name."`
	Password string `json:"password" doc:"The password, or the one-time secret."`
}

// self is who is signed in, with what they may do.
type self struct {
	Staff       domain.StaffID      `json:"staff"`
	Unit        domain.UnitID       `json:"unit"`
	Line        domain.BusinessLine `json:"line,omitempty"`
	Roles       []heldRole          `json:"roles"`
	Permissions []staff.Permission  `json:"permissions" doc:"What any of the roles allows, however far."`
	MustChange  bool                `json:"must_change_password" doc:"Signed in with a one-time secret: a password must be set before anything else."`
	Expires     *time.Time          `json:"expires_at,omitempty" doc:"When the session ends."`
}

// heldRole is a role and where it is held.
type heldRole struct {
	Role domain.Role         `json:"role"`
	Unit domain.UnitID       `json:"unit"`
	Line domain.BusinessLine `json:"line,omitempty"`
}

// newPassword is a password to be set.
type newPassword struct {
	Current  string `json:"current,omitempty" doc:"The password until now; not needed after a one-time secret."`
	Password string `json:"password" doc:"The new one, at least ten characters."`
}

// newToken is an API token to be made.
type newToken struct {
	Name      string     `json:"name" doc:"What it is for."`
	ExpiresAt *time.Time `json:"expires_at,omitempty" doc:"In 90 days when left out, in a year at most."`
}

// token is an API token. The secret is shown once, when it is made.
type token struct {
	ID        uuid.UUID  `json:"id"`
	Name      string     `json:"name"`
	CreatedAt time.Time  `json:"created_at"`
	ExpiresAt time.Time  `json:"expires_at"`
	RevokedAt *time.Time `json:"revoked_at,omitempty"`
	Secret    string     `json:"secret,omitempty" doc:"Send it as Authorization: Bearer. It is not shown again."`
}

// tokens is the caller's tokens.
type tokens struct {
	Items []token `json:"items"`
}

// sessionRoutes are about who is asking.
func (s *Server) sessionRoutes() {
	// Sign in: sets the session's cookie.
	action(s, signIn, route{http.MethodPost, "/v1/session", "sign-in", "登录", "Sign in", forAnybody}, s.signIn)
	// Sign out: ends the session.
	action(s, signIn, route{http.MethodDelete, "/v1/session", "sign-out", "退出", "Sign out", forNewcomers}, s.signOut)
	// Who is signed in, with which roles.
	action(s, signIn, route{http.MethodGet, "/v1/me", "who-am-i", "当前用户", "Who is signed in", forNewcomers}, s.me)
	// Set one's own password; ends all one's sessions.
	action(s, signIn, route{http.MethodPost, "/v1/me/password", "change-password", "修改密码", "Set one's password", forNewcomers}, s.changePassword)
	// Make an API token; its secret is shown this once.
	action(s, signIn, route{http.MethodPost, "/v1/me/tokens", "create-token", "新建访问令牌", "Make an API token", forStaff}, s.createToken)
	// One's API tokens, without their secrets.
	action(s, signIn, route{http.MethodGet, "/v1/me/tokens", "list-tokens", "访问令牌", "One's API tokens", forStaff}, s.listTokens)
	// End an API token at once.
	action(s, signIn, route{http.MethodDelete, "/v1/me/tokens/{token}", "revoke-token", "注销访问令牌", "Revoke an API token", forStaff}, s.revokeToken)
}

func (s *Server) signIn(w http.ResponseWriter, r *http.Request, in credentials) (self, error) {
	x := exchangeOf(r.Context())
	if s.origin.Check(r) != nil {
		return self{}, auth.ErrCrossSite
	}
	who, err := s.Auth.Verify(r.Context(), in.Login, in.Password, s.address(r))
	if err != nil {
		return self{}, err
	}
	if x.principal, err = s.Ledger.Principal(r.Context(), who.Staff); err != nil {
		return self{}, err
	}
	if x.principal.Unit.IsZero() {
		return self{}, staff.ErrAccountDisabled
	}
	x.identity = auth.Identity{Staff: who.Staff, MustChange: who.MustChange}
	expires, err := s.Auth.SignIn(r.Context(), w, who)
	if err != nil {
		return self{}, err
	}
	answer := selfOf(x)
	answer.Expires = &expires
	return answer, nil
}

func (s *Server) signOut(w http.ResponseWriter, r *http.Request, _ none) (none, error) {
	return none{}, s.Auth.SignOut(r.Context(), w, exchangeOf(r.Context()).identity, sessionToken(r))
}

func (s *Server) me(_ http.ResponseWriter, r *http.Request, _ none) (self, error) {
	return selfOf(exchangeOf(r.Context())), nil
}

func selfOf(x *exchange) self {
	answer := self{
		Staff: x.principal.Staff, Unit: x.principal.Unit, Line: x.principal.Line, MustChange: x.identity.MustChange,
		Roles: []heldRole{}, Permissions: []staff.Permission{},
	}
	for _, grant := range x.principal.Grants {
		answer.Roles = append(answer.Roles, heldRole{Role: grant.Role, Unit: grant.Unit, Line: grant.Line})
	}
	for _, permission := range slices.Sorted(slices.Values(staff.AllPermissions.Values())) {
		if x.principal.Holds(permission) {
			answer.Permissions = append(answer.Permissions, permission)
		}
	}
	return answer
}

func (s *Server) changePassword(_ http.ResponseWriter, r *http.Request, in newPassword) (none, error) {
	return none{}, s.Auth.ChangePassword(r.Context(), exchangeOf(r.Context()).identity, in.Current, in.Password)
}

func (s *Server) createToken(_ http.ResponseWriter, r *http.Request, in newToken) (token, error) {
	var expires time.Time
	if in.ExpiresAt != nil {
		if expires = *in.ExpiresAt; expires.IsZero() {
			return token{}, domain.ErrFormValue.At("expires_at")
		}
	}
	made, secret, err := s.Auth.CreateToken(r.Context(), exchangeOf(r.Context()).identity.Staff, in.Name, expires)
	if err != nil {
		return token{}, err
	}
	shown := tokenOf(made)
	shown.Secret = secret
	return shown, nil
}

func (s *Server) listTokens(_ http.ResponseWriter, r *http.Request, _ none) (tokens, error) {
	all, err := s.Auth.Tokens(r.Context(), exchangeOf(r.Context()).identity.Staff)
	list := tokens{Items: make([]token, len(all))}
	for i, one := range all {
		list.Items[i] = tokenOf(one)
	}
	return list, err
}

func tokenOf(t auth.Token) token {
	return token{ID: t.ID, Name: t.Name, CreatedAt: t.CreatedAt, ExpiresAt: t.ExpiresAt, RevokedAt: t.RevokedAt}
}

func (s *Server) revokeToken(_ http.ResponseWriter, r *http.Request, _ none) (none, error) {
	id, err := parameter(r, "token", uuid.Parse)
	if err != nil {
		return none{}, err
	}
	return none{}, s.Auth.RevokeToken(r.Context(), exchangeOf(r.Context()).identity.Staff, id)
}
