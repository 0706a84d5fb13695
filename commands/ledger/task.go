package ledger

import (
	"context"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"time"

	"guishu/domain"
	"guishu/domain/migration"
	"guishu/domain/policy"
	"guishu/domain/staff"
	"guishu/eventstore"

	"github.com/go-json-experiment/json"
	"github.com/google/uuid"
)

// Task is one command on its way.
type Task struct {
	ledger  *Ledger
	call    Call
	verb    Verb
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

// request is everything that must be the same for a retry to be one.
type request struct {
	Body        any
	EffectiveAt time.Time
	Batch       domain.BatchID
}

// begin prepares a task: the command's id follows from the actor and the key,
// and everything it makes takes its id from there, so that a retry finds what
// the first try wrote.
func (l *Ledger) begin(ctx context.Context, call Call, v Verb, body any) (*Task, error) {
	if v.ByLedger && !call.ledger {
		return nil, domain.ErrAuthzDenied
	}
	if err := l.vigil.ask(ctx); err != nil {
		return nil, err
	}
	t := &Task{ledger: l, call: call, verb: v, now: l.now()}
	if err := t.identify(ctx); err != nil {
		return nil, err
	}
	if call.Key == "" {
		random, err := uuid.NewV7()
		if err != nil {
			return nil, Unavailable("draw an id", err)
		}
		t.command = random
	} else {
		t.command = l.commandOf(call)
	}
	text, err := json.Marshal(request{body, call.EffectiveAt.UTC(), call.Batch}, json.Deterministic(true))
	if err != nil {
		return nil, domain.ErrRequestMalformed.With("reason", "the command cannot be written down")
	}
	t.unstorable = storable(text)
	hash := l.requests.Hash(v.Name, string(text))
	t.hash = base64.RawURLEncoding.EncodeToString(hash[:16])
	return t, t.admit(ctx)
}

// identify finds out who asks. Anyone who left, or never was, is nobody (B-28).
func (t *Task) identify(ctx context.Context) error {
	if t.ByTheLedger() {
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

// admit finds out whether a fact of the past may come in: only from those who may
// import, or in their own name where the verb is one to speak for oneself, and only
// under a migration batch that a supervisor approved and nobody closed (B-31).
// What came in before it was closed is still answered to a retry.
func (t *Task) admit(ctx context.Context) error {
	if t.call.Batch.IsZero() {
		if !t.call.EffectiveAt.IsZero() {
			t.refusal = migration.ErrNotApproved
		}
		return nil
	}
	tree, err := t.ledger.Tree(ctx)
	if err != nil {
		return err
	}
	if !t.ByTheLedger() && !t.verb.OwnName && !t.who.May(staff.ProposeMigration, tree.Root().Path, "") {
		t.refusal = domain.ErrAuthzDenied
		return nil
	}
	batch, err := t.ledger.batch(ctx, t.call.Batch)
	if err != nil {
		return err
	}
	t.refusal = batch.Admit()
	t.history = domain.History{Provenance: domain.ApprovedHistory, EffectiveAt: t.call.EffectiveAt}
	return nil
}

// Ledger is the one that carries the task out.
func (t *Task) Ledger() *Ledger { return t.ledger }

// Actor is who asks; nobody when the ledger does so itself.
func (t *Task) Actor() domain.StaffID { return t.call.Actor }

// Who is the actor with their roles; the zero Principal when the ledger asks.
func (t *Task) Who() staff.Principal { return t.who }

// Now is when the task began.
func (t *Task) Now() time.Time { return t.now }

// Today is the business day on which the task began.
func (t *Task) Today() domain.Date { return domain.DateOf(t.now, t.ledger.location) }

// History says whether the command brings approved history in, and of which time.
func (t *Task) History() domain.History { return t.history }

// Rules are those in force today; their version goes on record with what the
// task writes (B-01).
func (t *Task) Rules(ctx context.Context) (policy.Rules, error) {
	versions, err := Load[policy.State](ctx, t.ledger, policy.Stream)
	if err != nil {
		return policy.Rules{}, err
	}
	version, rules := versions.State.InForce(t.Today())
	t.Apply(version)
	return rules, nil
}

// Apply puts on record that the task was decided by this version of the policy.
func (t *Task) Apply(version int) { t.policy, t.ruled = version, true }

// Made is the id of the one thing of a kind that the task makes.
func (t *Task) Made(kind string) uuid.UUID { return t.made(kind, 0) }

// made is the id of the nth thing of a kind that the task makes.
func (t *Task) made(kind string, n int) uuid.UUID { return t.ledger.idOf(t.command, kind, n) }

// event is the id of the nth event the task writes.
func (t *Task) event(n int) uuid.UUID {
	var index [4]byte
	binary.BigEndian.PutUint32(index[:], uint32(n))
	return t.ledger.derive("event", t.command.String(), string(index[:]))
}

// Makes is the id of the one thing of a kind that the command under a call's key
// makes, whether or not it has been given yet.
func (l *Ledger) Makes(call Call, kind string) uuid.UUID { return l.idOf(l.commandOf(call), kind, 0) }

// CommandID is the id of the command under a call's key, which is in the metadata of
// what it wrote.
func (l *Ledger) CommandID(call Call) uuid.UUID { return l.commandOf(call) }

func (l *Ledger) commandOf(call Call) uuid.UUID {
	return l.derive("command", call.Actor.String(), call.Key)
}

func (l *Ledger) idOf(command uuid.UUID, kind string, n int) uuid.UUID {
	return l.derive(kind, command.String(), string(rune('0'+n)))
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
