package commands

import (
	"context"

	"guishu/domain"
	"guishu/domain/organisation"
	"guishu/domain/staff"
	"guishu/eventstore"
)

// streamOf names the stream of one thing of a category.
func streamOf[ID ~[16]byte](prefix string, id ID) eventstore.Stream {
	return eventstore.Stream(prefix + domain.CustomerID(id).String())
}

func staffStream(id domain.StaffID) eventstore.Stream { return streamOf(staff.StreamPrefix, id) }

func (l *Ledger) tree(ctx context.Context) (snapshot[organisation.Tree], error) {
	return load[organisation.Tree](ctx, l, organisation.Stream)
}

func (l *Ledger) member(ctx context.Context, id domain.StaffID) (snapshot[staff.State], error) {
	return load[staff.State](ctx, l, staffStream(id))
}

// Principal is who a member of staff is now: place, roles and what they cover.
// Somebody unknown or departed may do nothing (B-28). It costs no round trip
// once the member of staff is known to this process.
func (l *Ledger) Principal(ctx context.Context, id domain.StaffID) (staff.Principal, error) {
	if id.IsZero() {
		return staff.Principal{}, nil
	}
	member, err := l.member(ctx, id)
	if err != nil {
		return staff.Principal{}, err
	}
	tree, err := l.tree(ctx)
	if err != nil {
		return staff.Principal{}, err
	}
	return staff.NewPrincipal(member.State, tree.State), nil
}

// Tree is the organisation as it is now. It is shared and must not be changed.
func (l *Ledger) Tree(ctx context.Context) (*organisation.Tree, error) {
	tree, err := l.tree(ctx)
	return tree.State, err
}

// place is where in the organisation, and in which line, a command acts, and
// whether on something that is the actor's own.
type place struct {
	path domain.Path
	line domain.BusinessLine
	mine bool
}

// byTheLedger says that no person asks: a reaction, or the first start.
func (t *task) byTheLedger() bool { return t.call.ledger }

// may says whether the actor is allowed something, and notes the first of their
// roles that allows it: that is the role in which they act (C-01).
func (t *task) may(allowed func(staff.Principal) bool) bool {
	if t.byTheLedger() {
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

// authorise is nil when the actor may do this there. Who lacks the permission
// altogether is denied; who has it elsewhere is told that there is no such
// thing, because what is out of scope does not exist for them.
func (t *task) authorise(permission staff.Permission, at place) error {
	if t.may(func(p staff.Principal) bool { return p.MayFor(permission, at.path, at.line, at.mine) }) {
		return nil
	}
	if t.who.Holds(permission) {
		return domain.ErrQueryNotFoundOrOutOfScope
	}
	return domain.ErrAuthzDenied
}

// authoriseSomewhere is nil when the actor has the permission at all. It comes
// before anything is looked for, so that who lacks it cannot tell what exists
// from what does not; how far it goes is decided with the thing at hand.
func (t *task) authoriseSomewhere(permission staff.Permission) error {
	if t.may(func(p staff.Principal) bool { return p.Holds(permission) }) {
		return nil
	}
	return domain.ErrAuthzDenied
}

// placeOf is a unit's place in its line.
func placeOf(unit organisation.Unit) place { return place{path: unit.Path, line: unit.Line} }

// Member is a member of staff as they are now; a state that does not exist when
// there is none. It is shared and must not be changed.
func (l *Ledger) Member(ctx context.Context, id domain.StaffID) (*staff.State, error) {
	member, err := l.member(ctx, id)
	return member.State, err
}
