package gateway

import (
	"context"
	"encoding/base64"
	"log/slog"
	"slices"
	"strings"

	"google.golang.org/grpc/metadata"

	"guishu/eventstore"
)

// Access says who may call.
type Access struct {
	// Authenticator checks the name and the secret that a caller gives. Nil
	// looks at neither: everyone is Anonymous.
	Authenticator Authenticator

	// Anonymous is who a caller without name and secret is. Nil refuses them.
	Anonymous *Principal
}

// Authenticator knows names and secrets.
type Authenticator interface {
	// Authenticate gives who signs in with a name and a secret, which is a
	// password or a token. Errors: ErrRefused when they do not fit.
	Authenticate(ctx context.Context, name, secret string) (Principal, error)
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

func (g *gatekeeper) identify(ctx context.Context) (*Principal, error) {
	given := metadata.ValueFromIncomingContext(ctx, "authorization")
	if len(given) == 0 || g.Authenticator == nil {
		if g.Anonymous == nil {
			return nil, unauthenticated()
		}
		return g.Anonymous, nil
	}
	name, secret, ok := basicCredentials(given[0])
	if !ok || len(given) > 1 {
		return nil, unauthenticated()
	}
	principal, err := g.Authenticator.Authenticate(ctx, name, secret)
	if err != nil {
		return nil, err
	}
	return &principal, nil
}

// basicCredentials reads an authorization of the scheme Basic.
func basicCredentials(authorization string) (name, secret string, ok bool) {
	scheme, encoded, ok := strings.Cut(authorization, " ")
	if !ok || !strings.EqualFold(scheme, "Basic") {
		return "", "", false
	}
	decoded, err := base64.StdEncoding.DecodeString(strings.TrimSpace(encoded))
	if err != nil {
		return "", "", false
	}
	return strings.Cut(string(decoded), ":")
}

// deed is what somebody wants to do with a stream.
type deed int

const (
	readStream deed = iota
	writeStream
	deleteStream
)

// mayRead says whether the caller may read a stream, or everything: "$all".
func (s *Server) mayRead(ctx context.Context, stream eventstore.Stream) error {
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
	if principal.administers() {
		return nil
	}
	original, isMetastream := originalOf(stream)
	if !isMetastream {
		original = stream
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
	if own == nil {
		return defaults
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
