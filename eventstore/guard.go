package eventstore

import (
	"context"
	"sync"

	"github.com/google/uuid"
)

// Holds says whether the event at a position is the one with an id.
type Holds func(ctx context.Context, position Position, id uuid.UUID) (bool, error)

// Welcome looks at what answers over a new connection: *UnwelcomeError where nothing may be
// asked of it. With any other error it was not seen, and another connection is made.
type Welcome func(ctx context.Context, holds Holds) error

// Guarded is what a Store offers whose connections can be looked at before anything is
// read or written over them: what answers over a new one may be an older copy of the
// ledger (C-09). A connection that is not welcome is closed, and whoever wanted one is
// given *UnwelcomeError.
type Guarded interface {
	// Guard looks at each connection that is made from now on, until end is called.
	Guard(welcome Welcome) (end func())
}

// Guard looks at the connections that a store makes from now on, where it makes any.
func Guard(store Store, welcome Welcome) (end func()) {
	if guarded, ok := store.(Guarded); ok {
		return guarded.Guard(welcome)
	}
	return func() {}
}

// UnwelcomeError says that what answers over a new connection is not to be used.
type UnwelcomeError struct{ Err error }

func (e *UnwelcomeError) Error() string {
	return "event store: what answers over a new connection is not used: " + Said(e.Err)
}

func (e *UnwelcomeError) Unwrap() error { return e.Err }

// Guards are those who look at a store's connections. The zero value is nobody.
type Guards struct {
	mu  sync.Mutex
	all []*Welcome
}

// Guard implements Guarded.
func (g *Guards) Guard(welcome Welcome) (end func()) {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.all = append(g.all, &welcome)
	return func() {
		g.mu.Lock()
		defer g.mu.Unlock()
		for i, each := range g.all {
			if each == &welcome {
				g.all = append(g.all[:i:i], g.all[i+1:]...)
				return
			}
		}
	}
}

// Welcome asks everybody about a connection.
func (g *Guards) Welcome(ctx context.Context, holds Holds) error {
	g.mu.Lock()
	all := g.all
	g.mu.Unlock()
	for _, welcome := range all {
		if err := (*welcome)(ctx, holds); err != nil {
			return err
		}
	}
	return nil
}
