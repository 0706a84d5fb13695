package gateway

import (
	"context"
	"encoding/base64"
	"errors"
	"log/slog"
	"net"
	"slices"
	"strings"
	"sync"
	"time"

	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/metadata"
	"google.golang.org/grpc/peer"

	"guishu/eventstore"
)

// Access says who may call.
type Access struct {
	// Authenticator checks what callers sign in with. Nil looks at nothing:
	// everyone is Anonymous.
	Authenticator Authenticator

	// Anonymous is who a caller is that signs in with nothing. Nil denies them
	// everything.
	Anonymous *Principal

	// CheckAgain is how often whoever holds a subscription or another long call is
	// checked again, 0 for a minute. A call ends whose caller was locked out, or
	// may do more or less than when it began.
	CheckAgain time.Duration
}

// Authenticator knows who may sign in. It is asked at every call, by many at
// once, and should remember what is costly to find out.
type Authenticator interface {
	// Authenticate gives who signs in. Errors: ErrRefused when it is nobody; any
	// other error means that it could not be found out.
	Authenticate(ctx context.Context, given Credentials) (Principal, error)
}

// ErrRefused is an Authenticator's answer to credentials that let nobody in.
var ErrRefused = errors.New("event store gateway: the credentials let nobody in")

// Credentials are what a caller signs in with: a name and a password (Basic), or
// a token alone (Bearer).
type Credentials struct {
	Name    string // empty with a token
	Secret  string
	Address string // the machine that the call comes from
}

// Principal is somebody who was let in.
type Principal struct {
	Name  string
	Roles []string // such as "$admins", who may do everything

	// ReadOnly refuses every write, whatever access lists say.
	ReadOnly bool
}

// Administrator is a principal who may do everything that the server does.
func Administrator(name string) *Principal {
	return &Principal{Name: name, Roles: []string{administrators}}
}

// equals says whether both may do the same under the same name.
func (p *Principal) equals(other *Principal) bool {
	return p.Name == other.Name && p.ReadOnly == other.ReadOnly && slices.Equal(p.Roles, other.Roles)
}

func (p *Principal) administers() bool { return slices.Contains(p.Roles, administrators) }

// in says whether p is meant by a list.
func (p *Principal) in(list roles) bool {
	return slices.ContainsFunc(list, func(role string) bool {
		return role == everyone || role == p.Name || slices.Contains(p.Roles, role)
	})
}

// principalKey is where a call's context holds its principal.
type principalKey struct{}

// callerOf is who makes a call, nobody when it was not admitted.
func callerOf(ctx context.Context) (*Principal, bool) {
	principal, ok := ctx.Value(principalKey{}).(*Principal)
	return principal, ok
}

// gatekeeper finds out who is calling.
type gatekeeper struct {
	Access
	log *slog.Logger
}

func newGatekeeper(access Access, log *slog.Logger) *gatekeeper {
	if access.CheckAgain <= 0 {
		access.CheckAgain = time.Minute
	}
	return &gatekeeper{Access: access, log: log}
}

// admit gives a context that knows who is calling.
func (g *gatekeeper) admit(ctx context.Context) (context.Context, error) {
	principal, err := g.identify(ctx)
	if err != nil {
		return nil, err
	}
	return context.WithValue(ctx, principalKey{}, principal), nil
}

// errStranger says that somebody signs in with nothing where one has to sign in.
var errStranger = accessDenied()

// refuseWrong refuses who signs in where nobody needs to, and does it wrongly
// (G-13).
func (g *gatekeeper) refuseWrong(ctx context.Context) error {
	if g.Authenticator == nil || len(metadata.ValueFromIncomingContext(ctx, "authorization")) == 0 {
		return nil
	}
	_, err := g.identify(ctx)
	var refused *exception
	if errors.As(err, &refused) && refused.code == codes.Unauthenticated {
		return refused
	}
	return nil
}

// identify returns unauthenticated when nobody known is calling, errStranger when
// they do not say who they are.
func (g *gatekeeper) identify(ctx context.Context) (*Principal, error) {
	given := metadata.ValueFromIncomingContext(ctx, "authorization")
	if len(given) == 0 || g.Authenticator == nil {
		if g.Anonymous == nil && g.Authenticator != nil && len(given) == 0 {
			return nil, errStranger
		}
		if g.Anonymous == nil {
			return nil, unauthenticated()
		}
		return g.Anonymous, nil
	}
	credentials, ok := readCredentials(given[0])
	if !ok || len(given) > 1 {
		return nil, unauthenticated()
	}
	credentials.Address = addressOf(ctx)
	principal, err := g.Authenticator.Authenticate(ctx, credentials)
	switch {
	case err == nil:
		return &principal, nil
	case errors.Is(err, ErrRefused):
		return nil, unauthenticated()
	case ctx.Err() != nil:
		return nil, ctx.Err()
	}
	g.log.Error("a sign-in over EventStoreDB's protocol could not be checked", "error", err)
	return nil, signInUnavailable()
}

// watch gives a context that ends when the caller of a long call is locked out,
// or is not whom the call was begun by any more. What could not be found out
// changes nothing.
func (g *gatekeeper) watch(ctx context.Context) (context.Context, context.CancelFunc) {
	if g.Authenticator == nil {
		return ctx, func() {}
	}
	watched, cancel := context.WithCancelCause(ctx)
	var mu sync.Mutex // the timer may go off before again is set
	var again *time.Timer
	mu.Lock()
	again = time.AfterFunc(g.CheckAgain, func() {
		if ended := g.checkAgain(ctx); ended != nil {
			cancel(ended)
			return
		}
		mu.Lock()
		defer mu.Unlock()
		if watched.Err() == nil {
			again.Reset(g.CheckAgain)
		}
	})
	mu.Unlock()
	return watched, func() {
		cancel(context.Canceled)
		mu.Lock()
		defer mu.Unlock()
		again.Stop()
	}
}

// checkAgain says why the call of a caller who was admitted has to end, nil when
// it may go on.
func (g *gatekeeper) checkAgain(ctx context.Context) *exception {
	now, err := g.identify(ctx)
	var refused *exception
	if errors.As(err, &refused) && refused.code == codes.Unauthenticated {
		return refused
	}
	if begun, known := callerOf(ctx); err == nil && known && !now.equals(begun) {
		return rightsChanged()
	}
	return nil
}

// readCredentials reads an authorization of the scheme Basic or Bearer.
func readCredentials(authorization string) (Credentials, bool) {
	scheme, value, ok := strings.Cut(authorization, " ")
	value = strings.TrimSpace(value)
	switch {
	case !ok || value == "":
		return Credentials{}, false
	case strings.EqualFold(scheme, "Bearer"):
		return Credentials{Secret: value}, true
	case !strings.EqualFold(scheme, "Basic"):
		return Credentials{}, false
	}
	decoded, err := base64.StdEncoding.DecodeString(value)
	if err != nil {
		return Credentials{}, false
	}
	name, secret, ok := strings.Cut(string(decoded), ":")
	return Credentials{Name: name, Secret: secret}, ok && name != ""
}

// addressOf is the machine that a call comes from.
func addressOf(ctx context.Context) string {
	caller, ok := peer.FromContext(ctx)
	if !ok {
		return ""
	}
	host, _, err := net.SplitHostPort(caller.Addr.String())
	if err != nil {
		return caller.Addr.String()
	}
	return host
}

// deed is what somebody wants to do with a stream.
type deed int

const (
	readStream deed = iota
	writeStream
	deleteStream
)

// mayRead says whether the caller may read a stream, or everything: "$all". A
// virtual stream tells of any other, so only who may read everything reads it, and
// where it has an access list of its own whom that names.
func (s *Server) mayRead(ctx context.Context, stream eventstore.Stream) error {
	if !isVirtual(stream) {
		return s.may(ctx, readStream, stream)
	}
	own, _, err := s.streams.acls(ctx, stream)
	if err == nil {
		err = s.may(ctx, readStream, allStream)
	}
	if err != nil || own == nil {
		return err
	}
	return s.may(ctx, readStream, stream)
}

// may returns access-denied unless the caller may do this with a stream.
func (s *Server) may(ctx context.Context, deed deed, stream eventstore.Stream) error {
	principal, ok := callerOf(ctx)
	if !ok {
		return accessDenied()
	}
	if deed != readStream && (!s.config.Writable || principal.ReadOnly || stream == allStream) {
		return accessDenied()
	}
	original, isMetastream := originalOf(stream)
	if !isMetastream {
		original = stream
	}
	if deed != readStream && s.config.Reserved != nil && (s.config.Reserved(original) || isVirtual(original)) {
		return accessDenied()
	}
	if principal.administers() {
		return nil
	}
	own, settings, err := s.streams.acls(ctx, original)
	if err != nil {
		return err
	}
	if !principal.in(applicable(own, settings, original).forDeed(deed, isMetastream)) {
		return accessDenied()
	}
	return nil
}

// applicable is a stream's own list, filled up with the default for its kind.
func applicable(own *accessList, settings systemSettings, stream eventstore.Stream) accessList {
	defaults := settings.User
	if strings.HasPrefix(string(stream), "$") {
		defaults = settings.System
	}
	switch {
	case own == nil:
		return defaults
	case own.named == userStreams:
		return settings.User
	case own.named == systemStreams:
		return settings.System
	}
	return own.or(defaults)
}

func (a accessList) forDeed(deed deed, isMetastream bool) roles {
	switch {
	case deed == readStream && isMetastream:
		return a.MetadataRead
	case isMetastream:
		return a.MetadataWrite
	case deed == readStream:
		return a.Read
	case deed == deleteStream:
		return a.Delete
	}
	return a.Write
}
