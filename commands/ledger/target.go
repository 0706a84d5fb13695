package ledger

import (
	"context"

	"guishu/domain"
	"guishu/domain/organisation"
	"guishu/eventstore"

	"github.com/google/uuid"
)

// Target is what a command changes: where that is written, and how to find what
// the decision rests on.
type Target[S any] struct {
	ID     uuid.UUID         // of what the command makes or changes, for its answer
	Stream eventstore.Stream // that its events are written to
	Load   Loader[S]
}

// Source is how a command brings something new into the ledger: its id, and with
// it its stream, follows from the command, so that a retry finds it.
type Source[S any] struct {
	Kind   string // of thing, such as "customer"
	Prefix string // of its stream
	Load   Loader[S]
}

// Loader finds what a decision rests on. What is not there at all it answers with
// domain.ErrQueryNotFoundOrOutOfScope.
type Loader[S any] func(ctx context.Context, t *Task) (Found[S], error)

// Found is what a decision rests on.
type Found[S any] struct {
	State    S
	Revision eventstore.Revision // of the stream that is written to
	Where    Where               // the permission must reach
}

// StateOf is the target of a stream whose state is all that a decision rests on. Where
// says where that is, or that there is no such thing.
func StateOf[S any](made uuid.UUID, stream eventstore.Stream, where func(*Task, *organisation.Tree, *S) (Where, error)) Target[*S] {
	return Target[*S]{ID: made, Stream: stream, Load: func(ctx context.Context, t *Task) (Found[*S], error) {
		state, err := Load[S](ctx, t.ledger, stream)
		if err != nil {
			return Found[*S]{}, err
		}
		tree, err := t.ledger.Tree(ctx)
		if err != nil {
			return Found[*S]{}, err
		}
		at, err := where(t, tree, state.State)
		return Found[*S]{State: state.State, Revision: state.Revision, Where: at}, err
	}}
}

// OfTheFirm is where something is that belongs to no single unit.
func OfTheFirm[S any](*Task, *organisation.Tree, *S) (Where, error) { return Firm{}, nil }

// Where says how far the permission must reach for a command to be decided. A nil
// one is nowhere: the command is then refused to everybody.
type Where interface {
	permits(ctx context.Context, t *Task) error
}

// Place is where in the organisation, and in which line, something is, and whether
// it is the actor's own.
type Place struct {
	Path domain.Path
	Line domain.BusinessLine
	Own  bool
}

// PlaceOf is a unit's place in its line.
func PlaceOf(unit organisation.Unit) Place { return Place{Path: unit.Path, Line: unit.Line} }

// IfOwn is the same place for something that may be the actor's own.
func (p Place) IfOwn(own bool) Place {
	p.Own = own
	return p
}

func (p Place) permits(_ context.Context, t *Task) error { return t.Authorise(p) }

// Places are several, all of which the permission must reach.
type Places []Place

func (all Places) permits(_ context.Context, t *Task) error {
	for _, p := range all {
		if err := t.Authorise(p); err != nil {
			return err
		}
	}
	return nil
}

// AnyOf are several places, one of which the permission must reach.
type AnyOf []Place

func (some AnyOf) permits(_ context.Context, t *Task) error {
	err := error(domain.ErrQueryNotFoundOrOutOfScope)
	for _, p := range some {
		if err = t.Authorise(p); err == nil {
			return nil
		}
	}
	return err
}

// Firm is the firm as a whole, for what belongs to no single unit: products,
// policies and migrations.
type Firm struct{}

func (Firm) permits(ctx context.Context, t *Task) error { return t.authoriseAtRoot(ctx) }

// Judged leaves it to the decision, whose own refusals say more of where, or
// which hides the thing from anyone who cannot read it.
type Judged struct{}

func (Judged) permits(context.Context, *Task) error { return nil }

// decided is the order in which every command is decided. Anyone who lacks the
// permission altogether is denied before anything is looked for; what does not exist
// and what is out of reach are answered alike; only then does a rule speak. In any
// other order a refusal would tell what exists (A-41, B-35).
func decided[S any](ctx context.Context, t *Task, load Loader[S], decide func(context.Context, S) ([]any, error)) (Found[S], []any, error) {
	if err := t.Permit(); err != nil {
		return Found[S]{}, nil, err
	}
	found, err := load(ctx, t)
	if err != nil {
		return found, nil, err
	}
	if found.Where == nil {
		return found, nil, domain.ErrAuthzDenied
	}
	if err := found.Where.permits(ctx, t); err != nil {
		return found, nil, err
	}
	events, err := decide(ctx, found.State)
	return found, events, err
}

// Write writes what is decided about the target at the end of its stream. No events
// mean that all is as wanted.
func Write[S any](ctx context.Context, t *Task, target Target[S], decide func(context.Context, S) ([]any, error)) (Answer, error) {
	return t.write(ctx, target.Stream, target.ID, func(ctx context.Context) (outcome, error) {
		found, events, err := decided(ctx, t, target.Load, decide)
		return outcome{Revision: found.Revision, Events: events}, err
	})
}

// Create writes the first events of something new, which decide is told the id of.
func Create[S any](ctx context.Context, t *Task, source Source[S], decide func(ctx context.Context, id uuid.UUID, s S) ([]any, error)) (Answer, error) {
	return t.create(ctx, source.Kind, source.Prefix, func(ctx context.Context, id uuid.UUID) (outcome, error) {
		_, events, err := decided(ctx, t, source.Load, func(ctx context.Context, s S) ([]any, error) { return decide(ctx, id, s) })
		return outcome{Revision: eventstore.NoRevision, Events: events}, err
	})
}
