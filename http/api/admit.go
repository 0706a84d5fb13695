package api

import (
	"net/http"
	"slices"
	"strings"

	"guishu/domain"
	"guishu/domain/staff"
	"guishu/http/auth"

	"github.com/google/uuid"
)

// Entrance says who may use a route.
type Entrance int

// The entrances, from the narrowest on.
const (
	// ForStaff: anyone who is signed in.
	ForStaff Entrance = iota
	// ForNewcomers: also anyone who has only a one-time secret yet.
	ForNewcomers
	// ForAnybody: without signing in.
	ForAnybody
)

// admit finds out who asks and whether they may use this route at all. What they may
// do with it is for the ledger to say. A member of staff who has departed is refused
// with whatever they bring, at once (B-28).
func (a *API) admit(x *Exchange, r *http.Request, rt Route) error {
	if rt.Entrance == ForAnybody {
		return nil
	}
	if err := a.recognise(x, r); err != nil {
		return err
	}
	if x.Identity.MustChange && rt.Entrance != ForNewcomers {
		return auth.ErrPasswordChangeRequired
	}
	return withinToken(x.Identity, rt)
}

// withinToken refuses what an API token is not for (S-07); a session is for all of it.
func withinToken(who auth.Identity, rt Route) error {
	switch {
	case who.Token == uuid.Nil:
		return nil
	case rt.InPerson:
		return auth.ErrInPerson
	case who.Limits.ReadOnly() && rt.changes(),
		rt.Needs != "" && len(who.Limits.Areas) > 0 && !slices.Contains(who.Limits.Areas, rt.Needs.Topic()):
		return auth.ErrTokenScope
	}
	return nil
}

// recognise finds out who asks. With an API token for some areas they have the rights
// of those areas alone, whatever the route.
func (a *API) recognise(x *Exchange, r *http.Request) error {
	identity, err := a.identify(r)
	if err != nil {
		return err
	}
	x.Identity = identity
	if x.Principal, err = a.Ledger.Principal(r.Context(), identity.Staff); err != nil {
		return err
	}
	if x.Principal.Unit.IsZero() {
		return staff.ErrAccountDisabled
	}
	x.Principal = x.Principal.About(identity.Limits.Areas)
	return nil
}

// Demand refuses a request for a route that is open to anybody, unless whoever asks
// is signed in and holds the permission.
func (a *API) Demand(r *http.Request, permission staff.Permission) error {
	x := ExchangeOf(r.Context())
	if err := a.recognise(x, r); err != nil {
		return err
	}
	if !x.Principal.Holds(permission) {
		return domain.ErrAuthzDenied
	}
	return nil
}

// identify takes an API token before a session. A browser adds the session's cookie
// by itself, so with it a request that changes something must come from our own
// pages.
func (a *API) identify(r *http.Request) (auth.Identity, error) {
	if header := r.Header.Get("Authorization"); header != "" {
		scheme, secret, _ := strings.Cut(header, " ")
		if !strings.EqualFold(scheme, "Bearer") {
			return auth.Identity{}, auth.ErrRequired
		}
		return a.Auth.Token(r.Context(), strings.TrimSpace(secret))
	}
	token := a.SessionToken(r)
	if token == "" {
		return auth.Identity{}, auth.ErrRequired
	}
	if err := a.OwnPages(r); err != nil {
		return auth.Identity{}, err
	}
	return a.Auth.Session(r.Context(), token)
}

// OwnPages refuses a request that another site's page had a browser send.
func (a *API) OwnPages(r *http.Request) error {
	if a.origin.Check(r) != nil {
		return auth.ErrCrossSite
	}
	return nil
}

// SessionToken is the session that a request comes with, empty for none.
func (a *API) SessionToken(r *http.Request) string {
	cookie, err := r.Cookie(a.Auth.Cookie())
	if err != nil {
		return ""
	}
	return cookie.Value
}
