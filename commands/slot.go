package commands

import (
	"context"
	"slices"

	"guishu/commands/ledger"
	"guishu/domain"
	"guishu/domain/customer"
	"guishu/domain/organisation"
	"guishu/domain/ownership"
	"guishu/domain/policy"
	"guishu/domain/staff"
	"guishu/eventstore"

	"github.com/google/uuid"
)

// What commands about a slot are refused with: undecidable, an application that
// cannot be decided by this person, now; unchangeable, an ownership that they cannot
// ask to change; unfitOwner, somebody who cannot become the customer's owner.
var (
	undecidable = []domain.Code{
		ownership.ErrLineMismatch, ownership.ErrOutOfJurisdiction, ownership.ErrSelfApproval, ownership.ErrAlreadyOwned, ownership.ErrNotPending,
	}
	unchangeable = []domain.Code{
		ownership.ErrLineMismatch, ownership.ErrNotOwned, ownership.ErrNotOwner, ownership.ErrDuplicatePending,
	}
	unfitOwner = slices.Concat(unusableUnit, absentStaff, []domain.Code{
		ownership.ErrScopeOutlet, ownership.ErrScopeSubtree, ownership.ErrCrossLine,
		ownership.ErrCrossInstitutionDisabled, ownership.ErrCapacity, customer.ErrErased,
	})
)

// slotCase is what a decision about a slot rests on.
type slotCase struct {
	*ownership.State
	customer ownership.Customer
	tree     *organisation.Tree
	rules    policy.ClaimRules
}

// writeSlot writes one decision about who owns a customer in a line. How far the
// permission must reach is for the decision to say: an application is where its
// applicant is, and its refusals name the rule.
func writeSlot(ctx context.Context, t *ledger.Task, id domain.CustomerID, line domain.BusinessLine, made uuid.UUID, decide func(context.Context, slotCase) ([]any, error)) (ledger.Answer, error) {
	if !line.Valid() {
		return ledger.Answer{}, ownership.ErrLineMismatch.At("line")
	}
	return ledger.Write(ctx, t, ledger.Target[slotCase]{
		ID: made, Stream: slotStream(id, line),
		Load: func(ctx context.Context, t *ledger.Task) (found ledger.Found[slotCase], err error) {
			found.Where = ledger.Judged{}
			who, _, err := customerAt(ctx, t.Ledger(), id)
			if err != nil {
				return found, err
			}
			if found.State.customer, err = owningCustomer(ctx, t.Ledger(), who.State); err != nil {
				return found, err
			}
			if found.State.tree, err = t.Ledger().Tree(ctx); err != nil {
				return found, err
			}
			rules, err := t.Rules(ctx)
			if err != nil {
				return found, err
			}
			slot, err := slot(ctx, t.Ledger(), id, line)
			found.State.State, found.State.rules, found.Revision = slot.State, rules.Claim, slot.Revision
			return found, err
		},
	}, decide)
}

func slotStream(id domain.CustomerID, line domain.BusinessLine) eventstore.Stream {
	return eventstore.Stream(ownership.StreamOf(id, line))
}

func slot(ctx context.Context, l *ledger.Ledger, id domain.CustomerID, line domain.BusinessLine) (ledger.Snapshot[ownership.State], error) {
	return ledger.Load[ownership.State](ctx, l, slotStream(id, line))
}

// inJurisdiction is the application, if the actor decides for the applicant's
// unit and the line.
func inJurisdiction(t *ledger.Task, s slotCase, id domain.ApplicationID) (ownership.Application, error) {
	application, known := s.Find(id)
	if !known {
		return application, domain.ErrQueryNotFoundOrOutOfScope
	}
	if !t.May(func(p staff.Principal) bool { return p.May(staff.DecideClaim, s.tree.Path(application.Unit), s.Line) }) {
		return application, ownership.ErrOutOfJurisdiction
	}
	return application, nil
}

// change is an application to change an ownership that is the actor's own or in
// their jurisdiction; any other slot does not exist for them.
func change(ctx context.Context, t *ledger.Task, s slotCase, id domain.ApplicationID, reason string) (ownership.Change, ownership.Person, error) {
	at := ledger.Place{Path: s.tree.Path(s.Unit), Line: s.Line, Own: s.Owned() && s.Owner == t.Actor()}
	if !s.Owned() {
		at.Path = s.customer.Home.Path
	}
	if err := t.Authorise(at); err != nil {
		return ownership.Change{}, ownership.Person{}, err
	}
	applicant, err := owningPerson(ctx, t.Ledger(), t.Actor(), s.rules)
	supervises := t.Who().May(staff.FileChange, at.Path, at.Line)
	return ownership.Change{Application: id, Reason: reason, Supervises: supervises}, applicant, err
}

// owningCustomer is what decisions about ownership know of a customer.
func owningCustomer(ctx context.Context, l *ledger.Ledger, s *customer.State) (ownership.Customer, error) {
	tree, err := l.Tree(ctx)
	if err != nil {
		return ownership.Customer{}, err
	}
	return ownership.Customer{
		Customer: s.Customer, Home: tree.Unit(s.HomeUnit), Phone: s.Profile.Phone, Erased: s.Erased, ErasedAt: s.ErasedAt,
	}, nil
}

// owningPerson is what decisions about ownership know of a member of staff; the
// zero Person for the zero id.
func owningPerson(ctx context.Context, l *ledger.Ledger, id domain.StaffID, rules policy.ClaimRules) (ownership.Person, error) {
	if id.IsZero() {
		return ownership.Person{}, nil
	}
	member, err := l.Member(ctx, id)
	if err != nil {
		return ownership.Person{}, err
	}
	tree, err := l.Tree(ctx)
	if err != nil {
		return ownership.Person{}, err
	}
	person := ownership.Person{Staff: member.Staff, Unit: tree.Unit(member.Unit), Active: member.Active()}
	if rules.MaxOwned > 0 {
		if person.Owned, err = l.Census().Owned(ctx, id); err != nil {
			return ownership.Person{}, ledger.Unavailable("count owned customers", err)
		}
	}
	return person, nil
}
