package commands

import (
	"context"

	"guishu/domain"
	"guishu/domain/attachment"
	"guishu/domain/customer"
	"guishu/domain/organisation"
	"guishu/domain/staff"
	"guishu/eventstore"

	"github.com/google/uuid"
)

// AttachAdvisor enters an advisor for a customer (下挂); the entry's position
// decides priority (B-29 … B-31).
type AttachAdvisor struct {
	Customer domain.CustomerID `json:"customer"`
	Advisor  domain.StaffID    `json:"advisor"`
}

// AttachAdvisor attaches and answers with the attachment's id. Errors:
// attachment/already-attached, attachment/model, unit/line, staff/unknown,
// staff/inactive, customer/erased.
func (l *Ledger) AttachAdvisor(ctx context.Context, call Call, c AttachAdvisor) (Answer, error) {
	t, err := l.begin(ctx, call, verb{"attach-advisor", c})
	if err != nil {
		return Answer{}, err
	}
	id := t.made("attachment", 0)
	return t.writeAttachment(ctx, c.Customer, id, func(who *customer.State, state *attachment.State, home, own organisation.Unit) ([]any, error) {
		if who.Erased {
			return nil, customer.ErrErased
		}
		return state.Attach(attachment.Attaching{
			Attachment: domain.AttachmentID(id), Customer: c.Customer, Advisor: c.Advisor,
			Unit: own.ID, Model: own.Model, Line: own.Line, CustomerLine: home.Line,
			History: t.history, Now: t.now,
		})
	}, staff.AttachAdvisor, func(*attachment.State) domain.StaffID { return c.Advisor })
}

func (l *Ledger) attachments(ctx context.Context, id domain.CustomerID) (snapshot[attachment.State], error) {
	return load[attachment.State](ctx, l, attachmentStream(id))
}

func attachmentStream(id domain.CustomerID) eventstore.Stream {
	return streamOf(attachment.StreamPrefix, id)
}

// writeAttachment writes one decision about a customer's attachments. The actor
// acts for an advisor: for themselves, or for one of their jurisdiction.
func (t *task) writeAttachment(ctx context.Context, id domain.CustomerID, made uuid.UUID,
	decide func(who *customer.State, state *attachment.State, home, own organisation.Unit) ([]any, error),
	permission staff.Permission, about func(*attachment.State) domain.StaffID,
) (Answer, error) {
	l := t.ledger
	return t.write(ctx, attachmentStream(id), made, func(ctx context.Context) (outcome, error) {
		if err := t.authoriseSomewhere(permission); err != nil {
			return outcome{}, err
		}
		who, home, err := l.customerAt(ctx, id)
		if err != nil {
			return outcome{}, err
		}
		state, err := l.attachments(ctx, id)
		if err != nil {
			return outcome{}, err
		}
		unit, err := t.actFor(ctx, permission, about(state.State))
		if err != nil {
			return outcome{}, err
		}
		events, err := decide(who.State, state.State, home, unit)
		return outcome{Revision: state.Revision, Events: events}, err
	})
}

// actFor authorises an act for a member of staff, the actor or somebody of the
// actor's jurisdiction, and gives that person's unit. History may name people
// who have left.
func (t *task) actFor(ctx context.Context, permission staff.Permission, who domain.StaffID) (organisation.Unit, error) {
	member, err := t.ledger.member(ctx, who)
	if err != nil {
		return organisation.Unit{}, err
	}
	tree, err := t.ledger.tree(ctx)
	if err != nil {
		return organisation.Unit{}, err
	}
	unit := tree.State.Unit(member.State.Unit)
	at := placeOf(unit)
	at.mine = who == t.call.Actor && !who.IsZero()
	if err := t.authorise(permission, at); err != nil {
		return organisation.Unit{}, err
	}
	switch {
	case !member.State.Exists():
		return organisation.Unit{}, staff.ErrUnknown.At("advisor")
	case !member.State.Active() && !t.history.Approved():
		return organisation.Unit{}, staff.ErrInactive.At("advisor")
	}
	return unit, nil
}

// customerAt is a customer and the unit they belong to; not found when there is
// none such.
func (l *Ledger) customerAt(ctx context.Context, id domain.CustomerID) (snapshot[customer.State], organisation.Unit, error) {
	state, err := load[customer.State](ctx, l, customerStream(id))
	if err != nil {
		return state, organisation.Unit{}, err
	}
	if !state.State.Exists() {
		return state, organisation.Unit{}, domain.ErrQueryNotFoundOrOutOfScope
	}
	tree, err := l.tree(ctx)
	if err != nil {
		return state, organisation.Unit{}, err
	}
	return state, tree.State.Unit(state.State.HomeUnit), nil
}

func customerStream(id domain.CustomerID) eventstore.Stream {
	return streamOf(customer.StreamPrefix, id)
}
