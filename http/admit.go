package http

import (
	"net/http"
	"strings"

	"guishu/domain/staff"
	"guishu/http/auth"
)

// admit finds out who asks and whether they may use this route at all. What they
// may do with it is for the ledger to say. A member of staff who has departed is
// refused with whatever they bring, at once (B-28).
func (s *Server) admit(x *exchange, r *http.Request) error {
	if x.operation.entrance == forAnybody {
		return nil
	}
	identity, err := s.identify(r)
	if err != nil {
		return err
	}
	x.identity = identity
	if x.principal, err = s.Ledger.Principal(r.Context(), identity.Staff); err != nil {
		return err
	}
	if x.principal.Unit.IsZero() {
		return staff.ErrAccountDisabled
	}
	if identity.MustChange && x.operation.entrance != forNewcomers {
		return auth.ErrPasswordChangeRequired
	}
	return nil
}

// identify takes an API token before a session. A browser adds the session's
// cookie by itself, so with it a request that changes something must come from
// our own pages.
func (s *Server) identify(r *http.Request) (auth.Identity, error) {
	if header := r.Header.Get("Authorization"); header != "" {
		scheme, secret, _ := strings.Cut(header, " ")
		if !strings.EqualFold(scheme, "Bearer") {
			return auth.Identity{}, auth.ErrRequired
		}
		return s.Auth.Token(r.Context(), strings.TrimSpace(secret))
	}
	token := sessionToken(r)
	if token == "" {
		return auth.Identity{}, auth.ErrRequired
	}
	if s.origin.Check(r) != nil {
		return auth.Identity{}, auth.ErrCrossSite
	}
	return s.Auth.Session(r.Context(), token)
}

func sessionToken(r *http.Request) string {
	cookie, err := r.Cookie(auth.SessionCookie)
	if err != nil {
		return ""
	}
	return cookie.Value
}
