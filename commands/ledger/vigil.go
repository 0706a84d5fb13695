package ledger

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"sync/atomic"
	"time"

	"guishu/domain"
	"guishu/eventstore"

	"github.com/google/uuid"
)

// vigil watches that the store still holds the ledger that this process knows, and
// what is beside it was made from (C-09). A store that answers over a new connection is
// looked at before anything is decided on it, and any store every second.
type vigil struct {
	store eventstore.Store
	// beside says whether the ledger is the one that the read models were built from.
	beside func(context.Context) error
	// held says why nothing may be decided for now, nil if it may.
	held func() error
	// anew drops what was kept of a store that has connected since.
	anew func()

	mu     sync.Mutex
	newest known

	counted chan struct{}         // closed once the events were counted for the first time
	hole    atomic.Pointer[error] // an event is missing

	turn    chan struct{} // held by whoever looks
	looked  atomic.Uint64 // the store's connections, as of when all was well
	trouble atomic.Pointer[error]
}

// known is an event that this process has seen in the store.
type known struct {
	position eventstore.Position
	id       uuid.UUID
}

// gone is what is said of a store in which it is not any more.
func (k known) gone() error {
	return fmt.Errorf("%w: event %s, which this process has seen, is not at position %d any more", domain.ErrLedgerPutBack, k.id, k.position)
}

// vigilEvery is how often a store is looked at that nothing suspicious is known of,
// and vigilPatience bounds one look.
const (
	vigilEvery    = time.Second
	vigilPatience = 5 * time.Second
)

func newVigil(c Config, anew func()) *vigil {
	v := &vigil{store: c.Store, beside: c.Verify, held: c.Hold, turn: make(chan struct{}, 1), counted: make(chan struct{}), anew: anew}
	if _, countable := v.store.(eventstore.Counter); !countable {
		close(v.counted)
	}
	if v.beside == nil {
		v.beside = func(context.Context) error { return nil }
	}
	if v.held == nil {
		v.held = func() error { return nil }
	}
	return v
}

// knows takes in an event of the ledger's own, unless it may be another ledger's.
func (v *vigil) knows(position eventstore.Position, id uuid.UUID) {
	if v.trouble.Load() != nil || !v.assured() {
		return
	}
	v.mu.Lock()
	defer v.mu.Unlock()
	if position > v.newest.position {
		v.newest = known{position, id}
	}
}

func (v *vigil) newestKnown() known {
	v.mu.Lock()
	defer v.mu.Unlock()
	return v.newest
}

// assured says that the store was looked at over the connections that it has now.
func (v *vigil) assured() bool { return v.looked.Load() == eventstore.ConnectionsOf(v.store) }

// confirm gives what a command came to on: nil, or why it is refused. Over a connection
// that was made meanwhile an older copy may have been asked, which lacks what the
// command is about: then the store is looked at first (E-03).
func (v *vigil) confirm(ctx context.Context, came error) error {
	if v.assured() {
		return came
	}
	if refusal, is := domain.AsError(came); came != nil && (!is || refusal.Kind() == domain.Unavailable) {
		return came // nothing was decided
	}
	err := v.look(ctx)
	switch {
	case err == nil:
		return came
	case came == nil:
		return errors.Join(err, domain.ErrLedgerOutcomeUnknown)
	}
	return err
}

// ask says why nothing may be decided, nil if it may.
func (v *vigil) ask(ctx context.Context) error {
	if err := v.held(); err != nil {
		return err
	}
	if err := v.found(); err != nil {
		return err
	}
	if !v.assured() {
		if err := v.look(ctx); err != nil {
			return err
		}
	}
	select {
	case <-v.counted:
		return v.found()
	default:
	}
	first := time.NewTimer(countPatience)
	defer first.Stop()
	select {
	case <-v.counted:
	case <-first.C: // a large ledger: it goes on beside
	case <-ctx.Done():
		return ctx.Err()
	}
	return v.found()
}

// found is what is known to be wrong.
func (v *vigil) found() error {
	for _, wrong := range []*atomic.Pointer[error]{&v.trouble, &v.hole} {
		if why := wrong.Load(); why != nil {
			return *why
		}
	}
	return nil
}

// countPatience is how long commands wait for the first count of a ledger's events, and
// countShare which part of the time counting may take after that.
const (
	countPatience = 2 * time.Second
	countShare    = 100
	countAtMost   = time.Hour
)

// count looks again and again whether an event is missing, until ctx ends.
func (v *vigil) count(ctx context.Context, tell func(trouble error)) {
	counter, countable := v.store.(eventstore.Counter)
	if !countable {
		return
	}
	for ctx.Err() == nil {
		began := time.Now()
		err := counter.Complete(ctx)
		var gap *eventstore.GapError
		switch was := v.hole.Load(); {
		case errors.As(err, &gap):
			missing := fmt.Errorf("%w: %w", domain.ErrLedgerDamaged.With("stream", fmt.Sprintf("@%d…%d", gap.After+1, gap.Next-1)), err)
			v.hole.Store(&missing)
			if was == nil {
				tell(missing)
			}
		case err == nil && was != nil:
			v.hole.Store(nil)
			tell(nil)
		}
		select {
		case <-v.counted:
		default:
			close(v.counted)
		}
		pause(ctx, min(max(countShare*time.Since(began), vigilEvery), countAtMost))
	}
}

// welcome looks at what answers over a new connection, which may be an older copy.
func (v *vigil) welcome(ctx context.Context, holds eventstore.Holds) error {
	newest := v.newestKnown()
	if newest.position == 0 {
		return nil
	}
	there, err := holds(ctx, newest.position, newest.id)
	if err != nil || there {
		return err
	}
	err = newest.gone()
	v.trouble.Store(&err)
	return &eventstore.UnwelcomeError{Err: err}
}

// look asks the store. Whoever comes while somebody looks waits for it.
func (v *vigil) look(ctx context.Context) error {
	select {
	case v.turn <- struct{}{}:
		defer func() { <-v.turn }()
	case <-ctx.Done():
		return ctx.Err()
	}
	before := eventstore.ConnectionsOf(v.store)
	err := v.compare(ctx)
	if err != nil && !errors.Is(err, domain.ErrLedgerPutBack) {
		return Unavailable("make sure of the ledger", err) // nothing is known
	}
	if err != nil {
		v.trouble.Store(&err)
		return err
	}
	v.trouble.Store(nil)
	if v.looked.Swap(before) != before {
		v.anew()
	}
	return nil
}

// compare fails with domain.ErrLedgerPutBack where the store lacks what is known of it.
func (v *vigil) compare(ctx context.Context) error {
	if newest := v.newestKnown(); newest.position > 0 {
		stands, err := eventstore.Stands(ctx, v.store, newest.position, newest.id)
		if err != nil {
			return err
		}
		if !stands {
			return newest.gone()
		}
	}
	return v.beside(ctx)
}

// keep looks every second until ctx ends.
func (v *vigil) keep(ctx context.Context, tell func(trouble error)) {
	tick := time.NewTicker(vigilEvery)
	defer tick.Stop()
	var last error
	for {
		select {
		case <-tick.C:
		case <-ctx.Done():
			return
		}
		within, cancel := context.WithTimeout(ctx, vigilPatience)
		err := v.look(within)
		cancel()
		if errors.Is(err, domain.ErrLedgerPutBack) != errors.Is(last, domain.ErrLedgerPutBack) && (err == nil || errors.Is(err, domain.ErrLedgerPutBack)) {
			tell(err)
			last = err
		}
	}
}

// Assure says why nothing may be taken from the ledger for now, nil if it may: as
// Standing does, after a look at a store that has connected anew.
func (l *Ledger) Assure(ctx context.Context) error { return l.vigil.ask(ctx) }

// Compare looks at the store now: domain.ErrLedgerPutBack where it lacks what is known
// of the ledger.
func (l *Ledger) Compare(ctx context.Context) error { return l.vigil.look(ctx) }

// Standing says why nothing may be decided, nil if it may: domain.ErrLedgerPutBack
// where the store holds an earlier or another ledger, domain.ErrLedgerKeysMissing where
// the database is older than the ledger (C-09).
func (l *Ledger) Standing() error {
	if err := l.vigil.held(); err != nil {
		return err
	}
	return l.vigil.found()
}
