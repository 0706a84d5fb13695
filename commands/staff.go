package commands

import (
	"context"

	"guishu/commands/ledger"
	"guishu/domain"
	"guishu/domain/organisation"
	"guishu/domain/staff"

	"github.com/google/uuid"
)

// absentStaff is what a command about somebody who does not work here is refused with.
var absentStaff = []domain.Code{staff.ErrUnknown, staff.ErrInactive}

// memberCase is what a decision about a member of staff rests on.
type memberCase struct {
	*staff.State
	tree *organisation.Tree
}

// theMember is a member of staff; made is what the command makes or changes of
// theirs, and where says at which units it does.
func theMember(id domain.StaffID, made uuid.UUID, where func(memberCase) ledger.Where) ledger.Target[memberCase] {
	stream := ledger.StreamOf(staff.StreamPrefix, id)
	return ledger.Target[memberCase]{
		ID: made, Stream: stream,
		Load: func(ctx context.Context, t *ledger.Task) (found ledger.Found[memberCase], err error) {
			member, err := ledger.Load[staff.State](ctx, t.Ledger(), stream)
			if err != nil {
				return found, err
			}
			tree, err := t.Ledger().Tree(ctx)
			if err != nil {
				return found, err
			}
			m := memberCase{member.State, tree}
			return ledger.Found[memberCase]{State: m, Revision: member.Revision, Where: where(m)}, nil
		},
	}
}

// theRequest is a member of staff for whom a role is asked, of everything that the
// role would cover: who gives it covers that too, so that the head of a department
// gives nobody more than they have (B-28, S-03).
func theRequest(id domain.StaffID, request domain.RequestID) ledger.Target[memberCase] {
	return theMember(id, uuid.UUID(request), func(m memberCase) ledger.Where {
		asked, _ := m.Request(request)
		unit := m.tree.Unit(asked.Unit)
		return ledger.Place{Path: unit.Jurisdiction(asked.Role), Line: unit.Line}
	})
}

// asked is the unit that a request names.
func (m memberCase) asked(id domain.RequestID) organisation.Unit {
	request, _ := m.Request(id)
	return m.tree.Unit(request.Unit)
}

// StaffByLogin is the member of staff a sign-in name belongs to; false when
// there is none.
func StaffByLogin(ctx context.Context, l *ledger.Ledger, login string) (domain.StaffID, bool, error) {
	stream, found, err := l.Holder(ctx, staff.Login.Key(staff.FoldLogin(login)))
	if err != nil || !found {
		return domain.StaffID{}, false, err
	}
	member, err := ledger.Load[staff.State](ctx, l, stream)
	if err != nil {
		return domain.StaffID{}, false, err
	}
	return member.State.Staff, true, nil
}

// person is what other decisions need to know of a member of staff; the zero
// Person for the zero id.
func person(ctx context.Context, l *ledger.Ledger, id domain.StaffID) (staff.Person, error) {
	if id.IsZero() {
		return staff.Person{}, nil
	}
	member, err := l.Member(ctx, id)
	if err != nil {
		return staff.Person{}, err
	}
	return staff.Person{Staff: member.Staff, Active: member.Active()}, nil
}
