package commands

import (
	"context"
	"errors"

	"guishu/commands/ledger"
	"guishu/domain"
	"guishu/domain/attachment"
	"guishu/domain/customer"
	"guishu/domain/lookup"
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

// atTheAdvisors is where the advisor is, for what concerns the customer's home only by
// what the decision asks of it.
func atTheAdvisors(s attachmentCase) ledger.Where { return s.advisor.at }

// atBoth is where the advisor is and where the customer is at home: who acts for
// somebody else must reach both (S-01). Advisors act for themselves wherever the
// customer is; what they may is for the decision to say.
func atBoth(s attachmentCase) ledger.Where {
	if s.advisor.at.Own {
		return s.advisor.at
	}
	return ledger.Places{s.advisor.at, ledger.PlaceOf(s.home)}
}

// atEither is where the advisor is or where the customer is at home: the heads of
// both oversee what the advisor has with the customer.
func atEither(s attachmentCase) ledger.Where {
	return ledger.AnyOf{s.advisor.at, ledger.PlaceOf(s.home)}
}

// atHome is where the customer is at home.
func atHome(s attachmentCase) ledger.Where { return ledger.PlaceOf(s.home) }

// theAttachments are a customer's attachments, of which one is made or changed. The
// actor acts for an advisor: for themselves, or for one of their jurisdiction.
func theAttachments(id domain.CustomerID, made uuid.UUID, about func(*attachment.State) domain.StaffID, where func(attachmentCase) ledger.Where) ledger.Target[attachmentCase] {
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
			found = ledger.Found[attachmentCase]{State: attachmentCase{state.State, advisedCase{who.State, home, advisor}}, Revision: state.Revision}
			found.Where = where(found.State)
			return found, err
		},
	}
}

// known is nil when advisors who act for themselves know the customer: they may read
// them, were attached to them, or found them by a look-up of today. Otherwise the
// customer does not exist for them (A-77, B-30).
func (s attachmentCase) known(ctx context.Context, t *ledger.Task) error {
	if !s.advisor.at.Own || t.History().Approved() || s.EverAttached(t.Actor()) {
		return nil
	}
	_, err := readable(ctx, t, s.customer, s.home)
	if !errors.Is(err, domain.ErrQueryNotFoundOrOutOfScope) {
		return err
	}
	today, loading := ledger.Load[lookup.State](ctx, t.Ledger(), eventstore.Stream(lookup.StreamOf(t.Actor(), t.Today())))
	if loading != nil {
		return loading
	}
	if today.State.Found(s.customer.Customer) {
		return nil
	}
	return err
}

// attaching is what attaching the advisor would be, by the policy in force; an error
// when the advisor does not work here or the customer was erased.
func (s attachmentCase) attaching(ctx context.Context, t *ledger.Task, id domain.AttachmentID) (attachment.Attaching, error) {
	if err := s.advisor.act(t); err != nil {
		return attachment.Attaching{}, err
	}
	if s.customer.Erased {
		return attachment.Attaching{}, customer.ErrErased
	}
	rules, err := t.Rules(ctx)
	if err != nil {
		return attachment.Attaching{}, err
	}
	unit, advisor := s.advisor.unit, s.advisor.member.Staff
	return attachment.Attaching{
		Attachment: id, Customer: s.customer.Customer, Advisor: advisor,
		Unit: unit.ID, Model: unit.Model, Line: unit.Line, CustomerLine: s.home.Line, Home: s.home.ID, HomeModel: s.home.Model,
		Self: s.advisor.at.Own, Entered: s.customer.RegisteredBy == advisor || s.customer.Advisor == advisor,
		Rules: rules.Attachment, History: t.History(), Now: t.Now(),
	}, nil
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
