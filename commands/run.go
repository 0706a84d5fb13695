package commands

import (
	"context"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"errors"
	"math/rand/v2"
	"time"

	"guishu/domain"
	"guishu/domain/customer"
	"guishu/domain/migration"
	"guishu/domain/staff"
	"guishu/eventstore"

	"github.com/go-json-experiment/json"
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
// is at the revision it was decided on, if the keys are nobody else's. No events
// means that all is as wanted.
type outcome struct {
	Revision eventstore.Revision
	Events   []any
	Keys     []uniqueKey
}

// task is one command on its way.
type task struct {
	ledger  *Ledger
	call    Call
	name    string    // the verb, such as "claim-customer"
	command uuid.UUID // the command's id: the same for the same actor and key
	hash    string    // keyed hash of the body
	id      uuid.UUID // what the command makes or changes
	stream  eventstore.Stream
	streams []eventstore.Stream // where an earlier try may have written
	now     time.Time

	who     staff.Principal
	role    domain.Role    // in which the actor acts, for the record
	history domain.History // entered now, or approved history with its stated time
	refusal error          // nothing new is let in, only an earlier try is answered
	// unstorable is why the body cannot be written, once the decision has had its say,
	// which knows better what is wrong with a field.
	unstorable error
	policy     int  // version applied, recorded with the event
	ruled      bool // policy is set
}

// verb is a command's name and body on their way into a task.
type verb struct {
	name string
	body any
}

// request is everything that must be the same for a retry to be one.
type request struct {
	Body        any
	EffectiveAt time.Time
	Batch       domain.BatchID
}

// begin prepares a task: the command's id follows from the actor and the key,
// and everything it makes takes its id from there, so that a retry finds what
// the first try wrote.
func (l *Ledger) begin(ctx context.Context, call Call, v verb) (*task, error) {
	t := &task{ledger: l, call: call, name: v.name, now: l.now()}
	if err := t.identify(ctx); err != nil {
		return nil, err
	}
	if call.Key == "" {
		random, err := uuid.NewV7()
		if err != nil {
			return nil, unavailable("draw an id", err)
		}
		t.command = random
	} else {
		t.command = l.derive("command", call.Actor.String(), call.Key)
	}
	body, err := json.Marshal(request{v.body, call.EffectiveAt.UTC(), call.Batch}, json.Deterministic(true))
	if err != nil {
		return nil, domain.ErrRequestMalformed.With("reason", "the command cannot be written down")
	}
	t.unstorable = storable(body)
	hash := l.requests.Hash(v.name, string(body))
	t.hash = base64.RawURLEncoding.EncodeToString(hash[:16])
	return t, t.admit(ctx)
}

// identify finds out who asks. Who left, or never was, is nobody (B-28).
func (t *task) identify(ctx context.Context) error {
	if t.byTheLedger() {
		return nil
	}
	who, err := t.ledger.Principal(ctx, t.call.Actor)
	if err != nil {
		return err
	}
	if who.Unit.IsZero() {
		return staff.ErrAccountDisabled
	}
	t.who = who
	if len(who.Grants) > 0 {
		t.role = who.Grants[0].Role
	}
	return nil
}

// admit finds out whether a fact of the past may come in: only from who may import,
// under a migration batch that a supervisor approved and nobody closed (B-31).
// What came in before it was closed is still answered to a retry.
func (t *task) admit(ctx context.Context) error {
	if t.call.Batch.IsZero() {
		if !t.call.EffectiveAt.IsZero() {
			t.refusal = migration.ErrNotApproved
		}
		return nil
	}
	tree, err := t.ledger.tree(ctx)
	if err != nil {
		return err
	}
	if !t.byTheLedger() && !t.aboutOwnership() && !t.who.May(staff.ProposeMigration, tree.State.Root().Path, "") {
		t.refusal = domain.ErrAuthzDenied
		return nil
	}
	batch, err := t.ledger.batch(ctx, t.call.Batch)
	if err != nil {
		return err
	}
	t.refusal = batch.State.Admit()
	t.history = domain.History{Provenance: domain.ApprovedHistory, EffectiveAt: t.call.EffectiveAt}
	return nil
}

// aboutOwnership says whether the command belongs to a claim. Who claimed and who
// approved then says so now, in the own name, under an approved batch too: the slot
// is decided by position whatever time is stated, and every gate stays shut.
func (t *task) aboutOwnership() bool {
	switch t.name {
	case "claim-customer", "consent-to-claim", "approve-claim", "reject-claim", "withdraw-claim",
		"request-adjustment", "request-dissolution":
		return true
	}
	return false
}

// made is the id of the nth thing of a kind that the task makes.
func (t *task) made(kind string, n int) uuid.UUID {
	return t.ledger.derive(kind, t.command.String(), string(rune('0'+n)))
}

// event is the id of the nth event the task writes.
func (t *task) event(n int) uuid.UUID {
	var index [4]byte
	binary.BigEndian.PutUint32(index[:], uint32(n))
	return t.ledger.derive("event", t.command.String(), string(index[:]))
}

// derive makes an id from words, the same for the same ledger and words.
func (l *Ledger) derive(words ...string) uuid.UUID {
	h := sha256.New()
	h.Write(l.id[:])
	for _, word := range words {
		var size [4]byte
		binary.BigEndian.PutUint32(size[:], uint32(len(word)))
		h.Write(size[:])
		h.Write([]byte(word))
	}
	var id uuid.UUID
	copy(id[:], h.Sum(nil))
	id[6] = id[6]&0x0f | 0x80 // version 8: made from our own data
	id[8] = id[8]&0x3f | 0x80
	return id
}

// write decides and carries out, again when somebody else was first, until it is
// written or the domain says why not. What was written under the same key before
// is answered as it was then.
func (t *task) write(ctx context.Context, stream eventstore.Stream, id uuid.UUID, decide func(context.Context) (outcome, error)) (Answer, error) {
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
		if len(wanted.Events) == 0 {
			return t.unchanged(ctx)
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

// carryOut reserves what must be unique, appends, and confirms the reservations.
// It may be cut off anywhere: a retry with the same key finishes it, and a rival
// settles what it left (see settle).
func (t *task) carryOut(ctx context.Context, wanted outcome) (Answer, error) {
	held, err := t.reserveAll(ctx, wanted.Keys)
	if err != nil {
		return t.before(ctx, err)
	}
	answer, err := t.append(ctx, wanted)
	switch {
	case err == nil:
		t.ledger.confirm(ctx, answer.Stream, wanted.Keys)
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
// wrote itself when it came first, else with where the stream stands.
func (t *task) unchanged(ctx context.Context) (Answer, error) {
	answer := Answer{ID: t.id, Stream: t.stream, Revision: eventstore.NoRevision, Repeated: true}
	last := eventstore.StreamQuery{Stream: t.stream, From: eventstore.NoRevision, Backwards: true, Limit: 1}
	for event, err := range t.ledger.store.ReadStream(ctx, last) {
		if err != nil {
			return Answer{}, unavailable("read where a stream stands", err)
		}
		answer.Revision, answer.Position = event.Revision, event.Position
	}
	return t.before(ctx, nil, answer)
}

func (t *task) append(ctx context.Context, wanted outcome) (Answer, error) {
	l := t.ledger
	switch {
	case t.unstorable != nil:
		return t.before(ctx, t.unstorable)
	case t.call.EffectiveAt.After(t.now):
		return t.before(ctx, domain.ErrFormValue.At("effective_at")) // no history yet
	}
	if !t.ruled {
		if _, err := t.rules(ctx); err != nil {
			return Answer{}, err
		}
	}
	events := make([]eventstore.NewEvent, len(wanted.Events))
	meta := t.metadata()
	for i, event := range wanted.Events {
		encoded, err := l.codec.Encode(ctx, t.stream, t.event(i), event, meta)
		if err != nil {
			// A retry may come after the person was erased: what it wrote stands.
			return t.before(ctx, sealingError(t.name, err))
		}
		events[i] = encoded
	}
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
	case done.Repeated:
		return t.before(ctx, domain.ErrIdempotencyKeyReused)
	}
	t.keep(done, wanted.Events, events, meta)
	return Answer{ID: t.id, Stream: t.stream, Revision: done.Last, Position: done.Position}, nil
}

// keep folds what was just written into the cached state, so that the next
// command need not wait for the tail to bring it back.
func (t *task) keep(done eventstore.Appended, events []any, encoded []eventstore.NewEvent, meta eventstore.Metadata) {
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

func (t *task) metadata() eventstore.Metadata {
	meta := eventstore.Metadata{
		Actor: uuid.UUID(t.call.Actor), Unit: uuid.UUID(t.who.Unit), Role: string(t.role),
		Command: t.name, CommandID: t.command, RequestHash: t.hash,
		CorrelationID: t.call.Correlation, CausationID: t.call.Causation,
		PolicyVersion: t.policy, MigrationBatch: uuid.UUID(t.call.Batch),
	}
	if !t.call.EffectiveAt.IsZero() {
		meta.EffectiveAt, meta.Asserted = t.call.EffectiveAt, true
	}
	return meta
}

// before answers with what the same actor and key wrote earlier, if anything:
// a reply that was lost is given again, and a key that was used for something
// else is refused. Otherwise it answers with refusal or, without one, with
// the answer given.
func (t *task) before(ctx context.Context, refusal error, otherwise ...Answer) (Answer, error) {
	if t.call.Key != "" {
		first, found, err := t.find(ctx)
		if err != nil {
			return Answer{}, err
		}
		if found {
			return t.repeat(ctx, first)
		}
	}
	if refusal != nil {
		return Answer{}, refusal
	}
	return otherwise[0], nil
}

// find looks for the first event that this very command wrote.
func (t *task) find(ctx context.Context) (eventstore.Event, bool, error) {
	first := t.event(0)
	if finder, ok := t.ledger.store.(eventstore.IDFinder); ok {
		event, found, err := finder.FindID(ctx, first)
		if err != nil {
			return event, false, unavailable("look for an earlier try", err)
		}
		return event, found, nil
	}
	for _, stream := range append(t.streams, t.stream) {
		for event, err := range t.ledger.store.ReadStream(ctx, eventstore.StreamQuery{Stream: stream}) {
			if err != nil {
				return event, false, unavailable("look for an earlier try", err)
			}
			if event.ID == first {
				return event, true, nil
			}
		}
	}
	return eventstore.Event{}, false, nil
}

// repeat gives the answer that the first try got or lost.
func (t *task) repeat(ctx context.Context, first eventstore.Event) (Answer, error) {
	meta, err := eventstore.DecodeMetadata(first.Metadata)
	if err != nil {
		return Answer{}, unavailable("read an earlier try", err)
	}
	if meta.RequestHash != t.hash || meta.CommandID != t.command {
		return Answer{}, domain.ErrIdempotencyKeyReused
	}
	answer := Answer{ID: t.id, Stream: first.Stream, Revision: first.Revision, Position: first.Position, Repeated: true}
	query := eventstore.StreamQuery{Stream: first.Stream, From: first.Revision + 1}
	for event, err := range t.ledger.store.ReadStream(ctx, query) {
		if err != nil {
			return Answer{}, unavailable("read an earlier try", err)
		}
		meta, err := eventstore.DecodeMetadata(event.Metadata)
		if err != nil || meta.CommandID != t.command {
			break
		}
		answer.Revision, answer.Position = event.Revision, event.Position
	}
	return answer, nil
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
	return unavailable("seal "+name, err)
}

// outcomeOf turns the store's error into what the caller can act on.
func outcomeOf(err error) error {
	var unknown *eventstore.UnknownOutcomeError
	if errors.As(err, &unknown) {
		return errors.Join(domain.ErrLedgerOutcomeUnknown, err)
	}
	return unavailable("append", err)
}
