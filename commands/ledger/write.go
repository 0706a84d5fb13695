package ledger

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"time"

	"guishu/domain"
	"guishu/domain/customer"
	"guishu/eventstore"

	"github.com/google/uuid"
)

// attempts is how often a command is decided anew when other processes keep
// appending to its stream first. Two processes at full speed on one stream lose
// every other attempt, so this many are never used up by competition alone; each
// pauses for a moment, patience at the longest, to let the others finish.
const (
	attempts = 64
	patience = 16 * time.Millisecond
)

// outcome is what a decision wants written: events at the end of a stream that
// is at the revision it was decided on. No events means that all is as wanted.
type outcome struct {
	Revision eventstore.Revision
	Events   []any
}

// lives is under how many ids a command may begin: it loses one whenever somebody
// settles its reservation first.
const lives = 8

// write decides and carries out, again when somebody else was first, until it is
// written or the domain says why not. What was written under the same key before
// is answered as it was then.
func (t *Task) write(ctx context.Context, stream eventstore.Stream, id uuid.UUID, decide func(context.Context) (outcome, error)) (Answer, error) {
	t.stream, t.id = stream, id
	if t.refusal != nil {
		return t.before(ctx, t.refusal)
	}
	leave, err := t.ledger.turns.enter(ctx, stream)
	if err != nil {
		return Answer{}, err
	}
	defer leave()
	for attempt := 1; ; attempt++ {
		wanted, err := decide(ctx)
		if err != nil {
			return t.before(ctx, err)
		}
		answer, err := t.carryOut(ctx, wanted)
		var moved *eventstore.WrongRevisionError
		if !errors.As(err, &moved) {
			return answer, err
		}
		t.ledger.states.forget(stream)
		if attempt == attempts {
			return Answer{}, domain.ErrLedgerBusy
		}
		pause(ctx, rand.N(min(time.Duration(attempt)*2*time.Millisecond, patience)))
		if ctx.Err() != nil {
			return Answer{}, ctx.Err()
		}
	}
}

// create appends the first events of a new stream. When somebody settled its
// reservation while it was slow or down, the stream that it began with is closed
// for ever, and it goes on under the next id.
func (t *Task) create(ctx context.Context, kind, prefix string, decide func(context.Context, uuid.UUID) (outcome, error)) (Answer, error) {
	ids := make(map[eventstore.Stream]uuid.UUID, lives)
	for n := range lives {
		id := t.made(kind, n)
		stream := StreamOf(prefix, id)
		ids[stream], t.streams = id, append(t.streams, stream)
	}
	for _, stream := range t.streams {
		t.id, t.stream = ids[stream], stream
		answer, err := t.createHere(ctx, decide)
		var moved *eventstore.WrongRevisionError
		if !errors.As(err, &moved) {
			if err == nil {
				answer.ID = ids[answer.Stream]
			}
			return answer, err
		}
	}
	return Answer{}, domain.ErrLedgerBusy
}

func (t *Task) createHere(ctx context.Context, decide func(context.Context, uuid.UUID) (outcome, error)) (Answer, error) {
	if t.refusal != nil {
		return t.before(ctx, t.refusal)
	}
	wanted, err := decide(ctx, t.id)
	if err != nil {
		return t.before(ctx, err)
	}
	if !makes(wanted.Events, t.id) {
		return Answer{}, fmt.Errorf("ledger: the event that begins %s does not say that it made it", t.stream)
	}
	return t.carryOut(ctx, wanted)
}

// makes says whether events begin with one that says that it made a thing, by which
// Recall finds it.
func makes(events []any, id uuid.UUID) bool {
	if len(events) == 0 {
		return false
	}
	made, says := events[0].(domain.HasMade)
	return says && made.Made() == id
}

// carryOut reserves what must be unique, appends, and confirms the reservations.
// It may be cut off anywhere: a retry with the same key finishes it, and a rival
// settles what it left (see settle).
func (t *Task) carryOut(ctx context.Context, wanted outcome) (Answer, error) {
	if len(wanted.Events) == 0 {
		return t.unchanged(ctx, wanted.Revision)
	}
	keys, err := t.ledger.newKeys(ctx, t.stream, wanted)
	if err != nil {
		return Answer{}, err
	}
	held, err := t.reserveAll(ctx, keys)
	if err != nil {
		return t.before(ctx, err)
	}
	answer, err := t.append(ctx, wanted)
	switch {
	case err == nil:
		t.ledger.confirm(ctx, answer.Stream, keys)
		if answer.Stream != t.stream {
			t.ledger.giveUp(ctx, held)
		}
	case nothingWritten(err):
		t.ledger.giveUp(ctx, held)
	}
	return answer, err
}

// nothingWritten says that an append failed for certain. Of any other the
// reservations stay until they are settled.
func nothingWritten(err error) bool {
	return !errors.Is(err, domain.ErrLedgerOutcomeUnknown) && !errors.Is(err, domain.ErrLedgerUnavailable)
}

// unchanged answers a command that found everything as it wants it: with what it
// wrote itself when it came first, else with where the stream stands. It is
// *eventstore.WrongRevisionError when that is not where it was decided.
func (t *Task) unchanged(ctx context.Context, decided eventstore.Revision) (Answer, error) {
	answer := Answer{ID: t.id, Stream: t.stream, Revision: eventstore.NoRevision, Repeated: true}
	last := eventstore.StreamQuery{Stream: t.stream, From: eventstore.NoRevision, Backwards: true, Limit: 1}
	for event, err := range eventstore.ReadWhole(ctx, t.ledger.store, last) {
		if err != nil {
			return Answer{}, Unavailable("read where a stream stands", err)
		}
		answer.Revision, answer.Position = event.Revision, event.Position
	}
	if answer.Revision != decided {
		return t.before(ctx, &eventstore.WrongRevisionError{Stream: t.stream, Expected: eventstore.AtRevision(decided), Actual: answer.Revision})
	}
	return t.before(ctx, nil, answer)
}

func (t *Task) append(ctx context.Context, wanted outcome) (Answer, error) {
	l := t.ledger
	switch {
	case t.unstorable != nil:
		return t.before(ctx, t.unstorable)
	case t.call.EffectiveAt.After(t.now):
		return t.before(ctx, domain.ErrFormValue.At("effective_at")) // no history yet
	}
	if !t.ruled {
		if _, err := t.Rules(ctx); err != nil {
			return Answer{}, err
		}
	}
	events := make([]eventstore.NewEvent, len(wanted.Events))
	meta := t.metadata()
	for i, event := range wanted.Events {
		encoded, err := l.codec.Encode(ctx, t.stream, t.event(i), event, meta)
		if err != nil {
			// A retry may come after the person was erased: what it wrote stands.
			return t.before(ctx, sealingError(t.verb.Name, err))
		}
		events[i] = encoded
	}
	if !fits(events) {
		return t.before(ctx, errTooLarge)
	}
	before := l.vigil.newestKnown()
	done, err := l.store.Append(ctx, eventstore.Append{
		Stream: t.stream, Expected: eventstore.AtRevision(wanted.Revision), Scope: eventstore.InStore, Events: events,
	})
	var taken *eventstore.IDConflictError
	switch {
	case errors.As(err, &taken):
		return t.before(ctx, domain.ErrIdempotencyKeyReused)
	case err != nil:
		var moved *eventstore.WrongRevisionError
		if errors.As(err, &moved) {
			return Answer{}, err
		}
		return Answer{}, outcomeOf(err)
	}
	if done.Repeated || done.Position <= before.position || !l.vigil.assured() {
		// Nothing that is new stands before what was known, unless the store went back;
		// and over a new connection another one may have answered.
		if err := l.vigil.look(ctx); err != nil {
			return Answer{}, errors.Join(err, domain.ErrLedgerOutcomeUnknown)
		}
	}
	if done.Repeated {
		return t.before(ctx, domain.ErrIdempotencyKeyReused)
	}
	noteWritten(ctx)
	l.vigil.knows(done.Position, t.event(len(events)-1))
	if first := wanted.Revision + 1; done.First != first {
		// The store had hidden what stood here before.
		gone := &eventstore.DamagedError{Stream: t.stream, Missing: first, Reason: fmt.Sprintf("what was appended as revision %d stands at %d", first, done.First)}
		return Answer{}, errors.Join(domain.ErrLedgerOutcomeUnknown, damaged(gone, "append", gone))
	}
	t.keep(done, wanted.Events, events, meta)
	return Answer{ID: t.id, Stream: t.stream, Revision: done.Last, Position: done.Position}, nil
}

// keep folds what was just written into the cached state, so that the next
// command need not wait for the tail to bring it back.
func (t *Task) keep(done eventstore.Appended, events []any, encoded []eventstore.NewEvent, meta eventstore.Metadata) {
	l := t.ledger
	if !l.store.Contiguous() && len(events) > 1 {
		// Only the last one's position is known until they are read back.
		l.states.forget(t.stream)
		return
	}
	for i, event := range events {
		before := len(events) - 1 - i
		l.states.heard(t.stream, done.Last-eventstore.Revision(before), func() (any, domain.Fact, error) {
			recorded := eventstore.Event{Position: done.Position - eventstore.Position(before), ID: encoded[i].ID, RecordedAt: t.now.UTC()}
			return event, FactOf(recorded, meta), nil
		})
	}
}

func (t *Task) metadata() eventstore.Metadata {
	meta := eventstore.Metadata{
		Actor: uuid.UUID(t.call.Actor), Unit: uuid.UUID(t.who.Unit), Role: string(t.role),
		Command: t.verb.Name, CommandID: t.command, RequestHash: t.hash,
		CorrelationID: t.call.Correlation, CausationID: t.call.Causation,
		PolicyVersion: t.policy, MigrationBatch: uuid.UUID(t.call.Batch),
	}
	if !t.call.EffectiveAt.IsZero() {
		meta.EffectiveAt, meta.Asserted = t.call.EffectiveAt, true
	}
	return meta
}

// sealingError turns the codec's error into what the caller can act on.
func sealingError(name string, err error) error {
	var unstorable *eventstore.UnstorableError
	switch {
	case errors.Is(err, eventstore.ErrErased):
		return customer.ErrErased
	case errors.As(err, &unstorable):
		return domain.ErrRequestMalformed
	}
	return Unavailable("seal "+name, err)
}

// outcomeOf turns the store's error into what the caller can act on.
func outcomeOf(err error) error {
	var unknown *eventstore.UnknownOutcomeError
	if errors.As(err, &unknown) {
		return errors.Join(domain.ErrLedgerOutcomeUnknown, err)
	}
	return Unavailable("append", err)
}
