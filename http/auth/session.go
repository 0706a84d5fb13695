package auth

import (
	"context"
	"errors"
	"net/http"
	"time"

	"guishu/domain"

	"github.com/alexedwards/scs/v2"
	"github.com/go-json-experiment/json"
	"github.com/jackc/pgx/v5"
)

// A session ends a working day after the sign-in, or earlier when it lies idle.
const (
	sessionLifetime = 12 * time.Hour
	sessionIdle     = 2 * time.Hour
	// newcomerLifetime is how long somebody who came with a one-time secret has to set
	// a password.
	newcomerLifetime = time.Hour
)

// The names of the cookie that carries a session: in the clear, on one machine, and over
// TLS. The latter a browser takes from the very host alone, over TLS and for all of its
// paths, so that no neighbour below the same domain can set it (S-17).
const (
	SessionCookie       = "guishu_session"
	SecureSessionCookie = "__Host-guishu_session"
)

// Cookie is the name of the cookie that carries a session here.
func (a *Auth) Cookie() string { return a.sessions.Cookie.Name }

// The values of a session.
const (
	staffKey      = "staff"
	mustChangeKey = "must_change"
)

func newSessions(a *Auth, secure bool) *scs.SessionManager {
	manager := scs.New()
	manager.Lifetime, manager.IdleTimeout = sessionLifetime, sessionIdle
	manager.Codec, manager.Store, manager.HashTokenInStore = sessionCodec{}, sessionStore{a}, true
	manager.Cookie.Name, manager.Cookie.Secure = SessionCookie, secure
	if secure {
		manager.Cookie.Name = SecureSessionCookie
	}
	manager.Cookie.HttpOnly, manager.Cookie.SameSite, manager.Cookie.Persist = true, http.SameSiteLaxMode, false
	return manager
}

// SignIn begins a session for somebody who was verified and sets its cookie.
func (a *Auth) SignIn(ctx context.Context, w http.ResponseWriter, who Verified) (time.Time, error) {
	ctx, err := a.sessions.Load(ctx, "")
	if err != nil {
		return time.Time{}, unavailable("begin a session", err)
	}
	a.sessions.Put(ctx, staffKey, who.Staff.String())
	a.sessions.Put(ctx, mustChangeKey, who.MustChange)
	if who.MustChange {
		a.sessions.SetDeadline(ctx, time.Now().Add(newcomerLifetime).UTC())
	}
	token, expires, err := a.sessions.Commit(ctx)
	if err != nil {
		return time.Time{}, unavailable("begin a session", err)
	}
	a.sessions.WriteSessionCookie(ctx, w, token, expires)
	return expires, nil
}

// SignOut ends the session that the request came with, and its cookie.
func (a *Auth) SignOut(ctx context.Context, w http.ResponseWriter, who Identity, token string) error {
	ctx, err := a.sessions.Load(ctx, token)
	if err != nil {
		return unavailable("end a session", err)
	}
	if err := a.sessions.Destroy(ctx); err != nil {
		return unavailable("end a session", err)
	}
	a.sessions.WriteSessionCookie(ctx, w, "", time.Time{})
	a.known.forget(who.Staff)
	if err := announce(ctx, a.pool, who.Staff); err != nil {
		return unavailable("end a session", err)
	}
	return nil
}

// Session says whose session a cookie's token is; ErrRequired when it is
// none, or none any more. A session in use is prolonged when it is read from the
// database, not with every request, which would be a write for each.
func (a *Auth) Session(ctx context.Context, token string) (Identity, error) {
	key := digest(token)
	now := a.now()
	if who, known := a.known.find(key, now); known {
		return who, nil
	}
	generation := a.known.generation()
	ctx, err := a.sessions.Load(context.WithValue(ctx, prolonging{}, true), token)
	if err != nil {
		return Identity{}, unavailable("read a session", err)
	}
	staff, err := domain.ParseStaffID(a.sessions.GetString(ctx, staffKey))
	if err != nil || staff.IsZero() {
		return Identity{}, ErrRequired
	}
	who := Identity{Staff: staff, MustChange: a.sessions.GetBool(ctx, mustChangeKey)}
	// Up to the session's deadline, which stays.
	if _, who.expires, err = a.sessions.Commit(ctx); err != nil {
		if errors.Is(err, errSessionGone) {
			return Identity{}, ErrRequired
		}
		return Identity{}, unavailable("prolong a session", err)
	}
	a.known.keep(key, who, generation, now)
	return who, nil
}

// sessionData is a session as it is stored.
type sessionData struct {
	Deadline   time.Time
	Staff      string
	MustChange bool
}

// sessionCodec writes a session's few values.
type sessionCodec struct{}

func (sessionCodec) Encode(deadline time.Time, values map[string]any) ([]byte, error) {
	staff, _ := values[staffKey].(string)
	must, _ := values[mustChangeKey].(bool)
	return json.Marshal(sessionData{Deadline: deadline, Staff: staff, MustChange: must})
}

func (sessionCodec) Decode(b []byte) (time.Time, map[string]any, error) {
	var data sessionData
	if err := json.Unmarshal(b, &data); err != nil {
		return time.Time{}, nil, err
	}
	return data.Deadline, map[string]any{staffKey: data.Staff, mustChangeKey: data.MustChange}, nil
}

// sessionStore keeps sessions in PostgreSQL, under the hash of their token.
type sessionStore struct{ auth *Auth }

var _ scs.CtxStore = sessionStore{}

func (s sessionStore) FindCtx(ctx context.Context, token string) ([]byte, bool, error) {
	var data []byte
	err := s.auth.pool.QueryRow(ctx, `SELECT data FROM auth.session WHERE token = $1 AND expires_at > $2`, token, s.auth.now()).Scan(&data)
	if errors.Is(err, pgx.ErrNoRows) {
		return nil, false, nil
	}
	return data, err == nil, err
}

// errSessionGone says that a session was ended while it was being prolonged.
var errSessionGone = errors.New("auth: the session has ended")

// CommitCtx writes a session. One that is prolonged must still be there, or a
// revocation at the same moment would be undone.
func (s sessionStore) CommitCtx(ctx context.Context, token string, data []byte, expires time.Time) error {
	var session sessionData
	if err := json.Unmarshal(data, &session); err != nil {
		return err
	}
	staff, err := domain.ParseStaffID(session.Staff)
	if err != nil {
		return err
	}
	if _, loaded := ctx.Value(prolonging{}).(bool); loaded {
		done, err := s.auth.pool.Exec(ctx, `UPDATE auth.session SET expires_at = $2 WHERE token = $1`, token, expires)
		if err == nil && done.RowsAffected() == 0 {
			return errSessionGone
		}
		return err
	}
	_, err = s.auth.pool.Exec(ctx, `INSERT INTO auth.session (token, staff, data, expires_at) VALUES ($1, $2, $3, $4)`, token, [16]byte(staff), data, expires)
	return err
}

func (s sessionStore) DeleteCtx(ctx context.Context, token string) error {
	_, err := s.auth.pool.Exec(ctx, `DELETE FROM auth.session WHERE token = $1`, token)
	return err
}

// prolonging marks a context whose session was there before.
type prolonging struct{}

// Find, Commit and Delete are what scs calls of a store that knows no context.
func (s sessionStore) Find(token string) ([]byte, bool, error) {
	return s.FindCtx(context.Background(), token)
}

// Commit is CommitCtx without a context.
func (s sessionStore) Commit(token string, data []byte, expires time.Time) error {
	return s.CommitCtx(context.Background(), token, data, expires)
}

// Delete is DeleteCtx without a context.
func (s sessionStore) Delete(token string) error {
	return s.DeleteCtx(context.Background(), token)
}

// Sessions is how many sessions have not ended.
func (a *Auth) Sessions(ctx context.Context) (int, error) {
	var open int
	err := a.pool.QueryRow(ctx, `SELECT count(*) FROM auth.session WHERE expires_at > $1`, a.now()).Scan(&open)
	return open, err
}
