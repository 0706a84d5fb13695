package ledger

import (
	"context"

	"guishu/domain"
	"guishu/domain/migration"
	"guishu/domain/organisation"
	"guishu/domain/staff"
	"guishu/eventstore"
)

// StreamOf names the stream of one thing of a category.
func StreamOf[ID ~[16]byte](prefix string, id ID) eventstore.Stream {
	return eventstore.Stream(prefix + domain.CustomerID(id).String())
}

// Principal is who a member of staff is now: unit, roles and what they cover.
// Somebody unknown or departed may do nothing (B-28). It costs no round trip
// once the member of staff is known to this process.
func (l *Ledger) Principal(ctx context.Context, id domain.StaffID) (staff.Principal, error) {
	if id.IsZero() {
		return staff.Principal{}, nil
	}
	member, err := l.Member(ctx, id)
	if err != nil {
		return staff.Principal{}, err
	}
	tree, err := l.Tree(ctx)
	if err != nil {
		return staff.Principal{}, err
	}
	return staff.NewPrincipal(member, tree), nil
}

// Tree is the organisation as it is now. It is shared and must not be changed.
func (l *Ledger) Tree(ctx context.Context) (*organisation.Tree, error) {
	tree, err := Load[organisation.Tree](ctx, l, organisation.Stream)
	return tree.State, err
}

// Member is a member of staff as they are now; a state that does not exist when
// there is none. It is shared and must not be changed.
func (l *Ledger) Member(ctx context.Context, id domain.StaffID) (*staff.State, error) {
	member, err := Load[staff.State](ctx, l, StreamOf(staff.StreamPrefix, id))
	return member.State, err
}

func (l *Ledger) batch(ctx context.Context, id domain.BatchID) (*migration.State, error) {
	batch, err := Load[migration.State](ctx, l, StreamOf(migration.StreamPrefix, id))
	return batch.State, err
}

// ByTheLedger says that no person asks: a reaction does, or the first start.
func (t *Task) ByTheLedger() bool { return t.call.ledger }

// May says whether the actor is allowed something, and notes the first of their
// roles that allows it: that is the role in which they act (C-01).
func (t *Task) May(allowed func(staff.Principal) bool) bool {
	if t.ByTheLedger() {
		return true
	}
	for i, grant := range t.who.Grants {
		alone := t.who
		alone.Grants = t.who.Grants[i : i+1]
		if allowed(alone) {
			t.role = grant.Role
			return true
		}
	}
	return allowed(t.who)
}

// Permit is nil when the actor has the verb's permission at all. It comes before
// anything is looked for, so that anyone who lacks it cannot tell what exists from
// what does not; how far it goes is decided with the thing at hand.
func (t *Task) Permit() error {
	if t.May(func(p staff.Principal) bool { return p.Holds(t.verb.Needs) }) {
		return nil
	}
	return domain.ErrAuthzDenied
}

// Authorise is nil when the actor's permission reaches a place. Anyone who lacks it
// altogether is denied; anyone who has it elsewhere is told that there is no such
// thing, because what is out of scope does not exist for them.
func (t *Task) Authorise(at Place) error {
	if t.May(func(p staff.Principal) bool { return p.MayFor(t.verb.Needs, at.Path, at.Line, at.Own) }) {
		return nil
	}
	if t.who.Holds(t.verb.Needs) {
		return domain.ErrQueryNotFoundOrOutOfScope
	}
	return domain.ErrAuthzDenied
}

// authoriseAtRoot is nil when the actor's permission is for the firm as a whole.
func (t *Task) authoriseAtRoot(ctx context.Context) error {
	tree, err := t.ledger.Tree(ctx)
	if err != nil {
		return err
	}
	if t.May(func(p staff.Principal) bool { return p.May(t.verb.Needs, tree.Root().Path, "") }) {
		return nil
	}
	return domain.ErrAuthzDenied
}
