package commands

import (
	"context"

	"guishu/commands/ledger"
	"guishu/domain"
	"guishu/domain/attachment"
	"guishu/domain/customer"
	"guishu/domain/organisation"
	"guishu/domain/staff"
	"guishu/eventstore"

	"github.com/google/uuid"
)

// advisedCase is a customer and an advisor for whom somebody acts.
type advisedCase struct {
	customer *customer.State
	home     organisation.Unit // the customer's
	advisor  advising
}

// attachmentCase is what a decision about a customer's attachments rests on.
type attachmentCase struct {
	*attachment.State
	advisedCase
}

// theAttachments are a customer's attachments, of which one is made or changed. The
// actor acts for an advisor: for themselves, or for one of their jurisdiction.
func theAttachments(id domain.CustomerID, made uuid.UUID, about func(*attachment.State) domain.StaffID) ledger.Target[attachmentCase] {
	return ledger.Target[attachmentCase]{
		ID: made, Stream: attachmentStream(id),
		Load: func(ctx context.Context, t *ledger.Task) (found ledger.Found[attachmentCase], err error) {
			who, home, err := customerAt(ctx, t.Ledger(), id)
			if err != nil {
				return found, err
			}
			state, err := attachments(ctx, t.Ledger(), id)
			if err != nil {
				return found, err
			}
			advisor, err := advisor(ctx, t, about(state.State))
			return ledger.Found[attachmentCase]{
				State: attachmentCase{state.State, advisedCase{who.State, home, advisor}}, Revision: state.Revision, Where: advisor.at,
			}, err
		},
	}
}

func attachments(ctx context.Context, l *ledger.Ledger, id domain.CustomerID) (ledger.Snapshot[attachment.State], error) {
	return ledger.Load[attachment.State](ctx, l, attachmentStream(id))
}

func attachmentStream(id domain.CustomerID) eventstore.Stream {
	return ledger.StreamOf(attachment.StreamPrefix, id)
}

func contactStream(id domain.CustomerID) eventstore.Stream {
	return ledger.StreamOf(attachment.ContactStreamPrefix, id)
}

// advising is an advisor for whom somebody acts.
type advising struct {
	member *staff.State
	unit   organisation.Unit
	at     ledger.Place // the actor's own when they act for themselves
}

func advisor(ctx context.Context, t *ledger.Task, id domain.StaffID) (advising, error) {
	member, err := t.Ledger().Member(ctx, id)
	if err != nil {
		return advising{}, err
	}
	tree, err := t.Ledger().Tree(ctx)
	if err != nil {
		return advising{}, err
	}
	unit := tree.Unit(member.Unit)
	return advising{member, unit, ledger.PlaceOf(unit).IfOwn(id == t.Actor() && !id.IsZero())}, nil
}

// act is nil when something can be done for the advisor. History may name people
// who have left.
func (a advising) act(t *ledger.Task) error {
	switch {
	case !a.member.Exists():
		return staff.ErrUnknown.At("advisor")
	case !a.member.Active() && !t.History().Approved():
		return staff.ErrInactive.At("advisor")
	}
	return nil
}
