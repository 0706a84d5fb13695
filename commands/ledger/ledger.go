// Package ledger is how commands are carried out, whatever they do: who asks and
// whether they may, what a decision rests on, what must be unique, and how events
// get into the store once and only once (design §2). What can be done is in package
// commands, and the rules are in domain.
package ledger

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"sync"
	"time"

	"guishu/domain"
	"guishu/domain/aggregates"
	"guishu/domain/customer"
	"guishu/eventstore"
	"guishu/eventstore/sealing"

	"github.com/google/uuid"
)

// Hasher gives the keyed hash of a text: the same for the same kind and text, and
// nothing to anyone who lacks the ledger's key (design §4). *sealing.Hasher is one.
type Hasher interface {
	Hash(kind, text string) sealing.LookupHash
}

// Eraser destroys the key of a person's sealed fields. *sealing.Ring is one.
type Eraser interface {
	Destroy(ctx context.Context, subject uuid.UUID, basis string) error
	// Erasure says whether that was done.
	Erasure(ctx context.Context, subject uuid.UUID) (sealing.Erasure, bool, error)
}

// Census counts over many streams at once, from the read models. Its answers may
// lag behind the ledger by moments: rules that must never be broken do not rest
// on it.
type Census interface {
	// StaffAt is how many active members of staff belong to the unit at the path
	// and all below it.
	StaffAt(ctx context.Context, at domain.Path) (int, error)
	// OpenWork is what waits for somebody: own pending applications and payments
	// under way, by their ids (B-27).
	OpenWork(ctx context.Context, who domain.StaffID) ([]string, error)
	// Owned is how many customers somebody owns, and ClaimsOn how many claims
	// they filed on a day.
	Owned(ctx context.Context, who domain.StaffID) (int, error)
	ClaimsOn(ctx context.Context, who domain.StaffID, day domain.Date) (int, error)
}

// Config is what a Ledger is built from. Every field is required unless it says
// otherwise.
type Config struct {
	ID       uuid.UUID // of the ledger: event ids are derived from it
	Store    eventstore.Store
	Codec    *eventstore.Codec
	Keys     *Keys  // what must be unique across streams
	Lookups  Hasher // of what is looked up without being kept
	Requests Hasher // of request bodies, to tell a reused idempotency key
	Eraser   Eraser
	Census   Census
	Location *time.Location   // the business's time zone
	Now      func() time.Time // the clock
	Log      *slog.Logger     // optional
	// Aggregates are what the ledger decides about, all of them if nil.
	Aggregates *aggregates.Directory
	// Loading opens a ledger that is being loaded, for whoever loads it: see
	// BeginLoading.
	Loading bool
	// Verify says whether the ledger is the one that what is beside it was built from:
	// domain.ErrLedgerPutBack where it is not. Optional.
	Verify func(context.Context) error
	// Hold says why nothing may be decided for now, nil if it may; it is asked before
	// every command and must be quick. Optional.
	Hold func() error
	// CachedStreams is how many folded states are kept, 20,000 if zero.
	CachedStreams int
}

// Ledger handles commands. It is safe for concurrent use, and any number of
// processes may have one on the same store.
type Ledger struct {
	id        uuid.UUID
	store     eventstore.Store
	codec     *eventstore.Codec
	keys      *Keys
	directory *aggregates.Directory
	lookups   Hasher
	requests  Hasher
	eraser    Eraser
	census    Census
	location  *time.Location
	now       func() time.Time
	log       *slog.Logger
	states    *states
	turns     *turnstiles
	vigil     *vigil
	tail      *tail

	erased string // the stored name of customer.Erased

	stop    context.CancelFunc
	running sync.WaitGroup
}

// Open starts a Ledger that follows its store. It answers once the tail is
// reached, without replaying history.
func Open(ctx context.Context, c Config) (*Ledger, error) {
	switch {
	case c.ID == uuid.Nil, c.Store == nil, c.Codec == nil, c.Keys == nil, c.Lookups == nil, c.Requests == nil, c.Eraser == nil, c.Census == nil, c.Location == nil, c.Now == nil:
		return nil, errors.New("ledger: a field of the configuration is missing")
	}
	if c.CachedStreams == 0 {
		c.CachedStreams = 20_000
	}
	if c.Log == nil {
		c.Log = slog.New(slog.DiscardHandler)
	}
	if c.Aggregates == nil {
		c.Aggregates = aggregates.All()
	}
	states := newStates(c.CachedStreams)
	l := &Ledger{
		directory: c.Aggregates, id: c.ID, store: c.Store, codec: c.Codec, keys: c.Keys, lookups: c.Lookups, requests: c.Requests, eraser: c.Eraser, census: c.Census,
		location: c.Location, now: c.Now, log: c.Log,
		states: states, turns: newTurnstiles(), vigil: newVigil(c, states.entries.Purge), tail: newTail(),
	}
	names, err := c.Codec.Registry().Names(customer.Erased{})
	if err != nil {
		return nil, fmt.Errorf("ledger: %w", err)
	}
	l.erased = names[0]
	if !c.Loading {
		if err := l.checkKeys(ctx); err != nil {
			return nil, err
		}
	}
	if err := l.follow(ctx); err != nil {
		return nil, err
	}
	return l, nil
}

// Close stops following the store. Commands under way finish on their own.
func (l *Ledger) Close() {
	l.stop()
	l.running.Wait()
}

// Census counts over many streams at once.
func (l *Ledger) Census() Census { return l.census }

// Location is the business's time zone.
func (l *Ledger) Location() *time.Location { return l.location }

// Today is the business day of the clock's now.
func (l *Ledger) Today() domain.Date { return domain.DateOf(l.now(), l.location) }

// follow keeps the cached states current with what anybody appends.
func (l *Ledger) follow(ctx context.Context) error {
	after, err := l.store.LastPosition(ctx)
	if err != nil {
		return Unavailable("find the end of the ledger", err)
	}
	l.tail.passed(after)
	tail, stop := context.WithCancel(context.WithoutCancel(ctx))
	unguard := eventstore.Guard(l.store, l.vigil.welcome)
	l.stop = func() {
		stop()
		unguard()
	}
	l.running.Go(func() {
		for tail.Err() == nil {
			after, err = l.followFrom(tail, after)
			if tail.Err() != nil {
				return
			}
			if !errors.Is(err, eventstore.ErrReconnected) {
				l.log.Warn("following the ledger was interrupted; cached states are dropped", "after", after, "error", err)
				pause(tail, time.Second)
			}
			l.states.entries.Purge()
		}
	})
	l.running.Go(func() { l.vigil.keep(tail, l.tellTrouble) })
	l.running.Go(func() { l.vigil.count(tail, l.tellTrouble) })
	l.running.Go(func() {
		for tail.Err() == nil {
			if err := l.watchHidden(tail); tail.Err() == nil {
				l.log.Warn("watching what hides events was interrupted and goes on", "error", err)
				pause(tail, time.Second)
			}
		}
	})
	return nil
}

func (l *Ledger) followFrom(ctx context.Context, after eventstore.Position) (eventstore.Position, error) {
	for delivery, err := range eventstore.Steady(ctx, l.store, after, eventstore.Filter{}, l.vigil.look) {
		if err != nil {
			return after, err
		}
		if delivery.Kind == eventstore.EventDelivered {
			recorded := delivery.Event
			if _, err := l.directory.Of(string(recorded.Stream)); err == nil {
				l.vigil.knows(recorded.Position, recorded.ID)
			}
			if err := l.carryOutErasure(ctx, recorded); err != nil {
				return after, err
			}
			l.states.heard(recorded.Stream, recorded.Revision, func() (any, domain.Fact, error) { return l.decode(ctx, recorded) })
		}
		after = delivery.Position
		l.tail.passed(after)
	}
	return after, eventstore.ErrClosed
}

// tellTrouble says that the store does not hold the ledger that is known, or that it
// does again. What was kept of it is dropped either way.
func (l *Ledger) tellTrouble(trouble error) {
	l.states.entries.Purge()
	if trouble == nil {
		l.log.Warn("the ledger is again the one that is known")
		return
	}
	l.log.Error("the ledger is not the one that is known; nothing is decided", "error", trouble)
}

// carryOutErasure makes this process forget the customer whom an event erased.
func (l *Ledger) carryOutErasure(ctx context.Context, recorded eventstore.Event) error {
	if recorded.Type != l.erased {
		return nil
	}
	event, _, err := l.decode(ctx, recorded)
	if err != nil {
		return err
	}
	erased, ok := event.(customer.Erased)
	if !ok {
		return nil
	}
	return l.Erase(ctx, erased.Customer)
}

// Erase carries out an erasure that is in the ledger: by the command that wrote it,
// by the reaction to it, and by every process that hears of it, so that none keeps
// what it knew. It is done as often as it is asked for.
func (l *Ledger) Erase(ctx context.Context, id domain.CustomerID) error {
	if err := l.eraser.Destroy(ctx, uuid.UUID(id), erasureBasis); err != nil {
		return Unavailable("destroy a key", err)
	}
	if err := l.keys.forget(ctx, StreamOf(customer.StreamPrefix, id)); err != nil {
		return Unavailable("forget an erased customer's keys", err)
	}
	// Folded states of the customer's other streams hold what was sealed. What is
	// loaded from now on finds the key gone.
	l.states.entries.Purge()
	return nil
}

// KeyDestroyed says whether an erasure was carried out.
func (l *Ledger) KeyDestroyed(ctx context.Context, id domain.CustomerID) (bool, error) {
	_, destroyed, err := l.eraser.Erasure(ctx, uuid.UUID(id))
	if err != nil {
		return false, Unavailable("look for a destroyed key", err)
	}
	return destroyed, nil
}

// erasureBasis is what the key ring records: a code, because the legal ground in
// words is in the ledger.
const erasureBasis = "customer-erased"

// pause waits for d or until ctx ends.
func pause(ctx context.Context, d time.Duration) {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
	case <-ctx.Done():
	}
}

// Unavailable is the answer when the store, the keys or the read models cannot be
// asked, domain.ErrLedgerPutBack where they are of another time, and
// domain.ErrLedgerDamaged where a stream is not whole.
func Unavailable(doing string, err error) error {
	if errors.Is(err, context.Canceled) || errors.Is(err, context.DeadlineExceeded) {
		return err
	}
	var damage *eventstore.DamagedError
	if errors.As(err, &damage) {
		return damaged(damage, doing, err)
	}
	if errors.Is(err, domain.ErrLedgerPutBack) {
		return fmt.Errorf("%s: %w", doing, err)
	}
	return fmt.Errorf("%w: %s: %w", domain.ErrLedgerUnavailable, doing, err)
}
