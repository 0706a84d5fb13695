package app

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"sync"
	"time"

	"guishu/commands/ledger"
	"guishu/domain"
	"guishu/eventstore/gateway"
	"guishu/http/auth"
)

// Protocol says how the ledger is served over EventStoreDB's protocol.
type Protocol struct {
	TLS   *tls.Config // nil: in clear
	Plain bool        // beside TLS, in clear too: for this machine alone

	// Writable lets administrators append to streams that are not the ledger's,
	// events that are not the ledger's: those are written by commands alone. Nobody
	// can delete.
	Writable bool

	AdvertiseHost string // where clients are sent, empty for where they are
	AdvertisePort uint16
}

// Gateway is a server of the ledger over EventStoreDB's protocol, for auditors
// and administrators of the whole firm, who sign in as they do elsewhere: with
// their password, or with an API token in its place.
func (a *App) Gateway(p Protocol) (*gateway.Server, error) {
	return gateway.New(gateway.Config{
		Store: a.Store, Log: a.Log, TLS: p.TLS, Plain: p.Plain, Writable: p.Writable,
		Reserved: ledger.OwnsStream, ReservedEvent: a.Codec.Owns,
		AdvertiseHost: p.AdvertiseHost, AdvertisePort: p.AdvertisePort,
		Access: gateway.Access{Authenticator: &doorman{
			auth: a.Auth, ledger: a.Ledger, log: a.Log, writable: p.Writable, seen: make(map[domain.StaffID]time.Time),
		}},
	})
}

// doorman lets auditors and administrators of the whole firm in.
type doorman struct {
	auth     *auth.Auth
	ledger   *ledger.Ledger
	log      *slog.Logger
	writable bool

	mu   sync.Mutex
	seen map[domain.StaffID]time.Time // when a sign-in was last put on record
}

// Authenticate implements gateway.Authenticator. Roles are looked up at every
// call, so that a departure or a role taken back counts at once (B-28).
func (d *doorman) Authenticate(ctx context.Context, given gateway.Credentials) (gateway.Principal, error) {
	identity, err := d.identify(ctx, given)
	if err != nil {
		return gateway.Principal{}, refusal(err)
	}
	if len(identity.Limits.Areas) > 0 {
		return gateway.Principal{}, fmt.Errorf("a token for some areas does not read the whole ledger: %w", gateway.ErrRefused)
	}
	principal, err := d.ledger.Principal(ctx, identity.Staff)
	if err != nil {
		return gateway.Principal{}, err
	}
	tree, err := d.ledger.Tree(ctx)
	if err != nil {
		return gateway.Principal{}, err
	}
	firm := tree.Root().Path
	administrator := principal.HasRole(domain.RoleAdministrator, firm, "")
	if !administrator && !principal.HasRole(domain.RoleAuditor, firm, "") {
		return gateway.Principal{}, fmt.Errorf("neither auditor nor administrator of the whole firm: %w", gateway.ErrRefused)
	}
	d.record(identity.Staff)
	known := gateway.Administrator(identity.Staff.String())
	known.ReadOnly = !d.writable || !administrator || identity.Limits.ReadOnly()
	return *known, nil
}

// tokenSign is how an API token begins, wherever a password may be.
const tokenSign = "guishu_"

func (d *doorman) identify(ctx context.Context, given gateway.Credentials) (auth.Identity, error) {
	if given.Name == "" || strings.HasPrefix(given.Secret, tokenSign) {
		return d.auth.Token(ctx, given.Secret)
	}
	return d.auth.Basic(ctx, given.Name, given.Secret, given.Address)
}

// refusal tells credentials that let nobody in from those that could not be
// checked.
func refusal(err error) error {
	for _, code := range []domain.Code{
		auth.ErrSignInFailed, auth.ErrTokenInvalid, auth.ErrTooManyAttempts, auth.ErrPasswordChangeRequired,
		auth.ErrSecretExpired, auth.ErrSecretUsed,
	} {
		if errors.Is(err, code) {
			return fmt.Errorf("%w: %w", gateway.ErrRefused, err)
		}
	}
	return err
}

// recordAgain is how long a sign-in stands for those after it.
const recordAgain = 15 * time.Minute

// record puts a sign-in on record: every call carries one.
func (d *doorman) record(who domain.StaffID) {
	d.mu.Lock()
	defer d.mu.Unlock()
	now := time.Now()
	if now.Sub(d.seen[who]) < recordAgain {
		return
	}
	d.seen[who] = now
	d.log.Info("signed in over EventStoreDB's protocol", "staff", who)
}
