package commands

import (
	"context"

	"guishu/domain"
	"guishu/domain/ownership"
	"guishu/domain/staff"

	"github.com/google/uuid"
)

// ConsentToClaim is the home outlet head's agreement to a claim from another
// institution.
type ConsentToClaim struct {
	Customer    domain.CustomerID    `json:"customer"`
	Line        domain.BusinessLine  `json:"line"`
	Application domain.ApplicationID `json:"application"`
}

// ApproveClaim is the approver's yes.
type ApproveClaim struct {
	Customer    domain.CustomerID    `json:"customer"`
	Line        domain.BusinessLine  `json:"line"`
	Application domain.ApplicationID `json:"application"`
}

// RejectClaim is the approver's no, with its reason.
type RejectClaim struct {
	Customer    domain.CustomerID    `json:"customer"`
	Line        domain.BusinessLine  `json:"line"`
	Application domain.ApplicationID `json:"application"`
	Reason      string               `json:"reason"`
}

// WithdrawClaim takes an own application back while it is pending.
type WithdrawClaim struct {
	Customer    domain.CustomerID    `json:"customer"`
	Line        domain.BusinessLine  `json:"line"`
	Application domain.ApplicationID `json:"application"`
}

// ConsentToClaim consents. Errors: approval/out-of-jurisdiction,
// approval/not-pending, approval/self-approval.
func (l *Ledger) ConsentToClaim(ctx context.Context, call Call, c ConsentToClaim) (Answer, error) {
	t, err := l.begin(ctx, call, verb{"consent-to-claim", c})
	if err != nil {
		return Answer{}, err
	}
	return t.writeSlot(ctx, slotOf{c.Customer, c.Line, staff.ConsentToClaim}, uuid.UUID(c.Application), func(ctx context.Context, s slotCase) ([]any, error) {
		heads := t.may(func(p staff.Principal) bool { return p.May(staff.ConsentToClaim, s.customer.Home.Path, c.Line) })
		return s.slot.Consent(ownership.Consent{Application: c.Application, By: call.Actor, HeadsHome: heads})
	})
}

// ApproveClaim approves: the one owner of the slot is decided here, and every
// rival application superseded. Errors: claim/already-owned,
// approval/not-pending, approval/phone-required, approval/self-approval,
// approval/out-of-jurisdiction, approval/second-approver-required.
func (l *Ledger) ApproveClaim(ctx context.Context, call Call, c ApproveClaim) (Answer, error) {
	t, err := l.begin(ctx, call, verb{"approve-claim", c})
	if err != nil {
		return Answer{}, err
	}
	return t.writeSlot(ctx, slotOf{c.Customer, c.Line, staff.DecideClaim}, uuid.UUID(c.Application), func(ctx context.Context, s slotCase) ([]any, error) {
		application, err := t.inJurisdiction(s, c.Application)
		if err != nil {
			return nil, err
		}
		gains, err := l.owningPerson(ctx, application.Gains(), s.rules)
		if err != nil {
			return nil, err
		}
		return s.slot.Approve(ownership.Approval{Application: c.Application, Approver: call.Actor}, s.customer, gains, s.rules)
	})
}

// RejectClaim rejects. Errors: approval/reject-reason-required,
// approval/not-pending, approval/self-approval, approval/out-of-jurisdiction.
func (l *Ledger) RejectClaim(ctx context.Context, call Call, c RejectClaim) (Answer, error) {
	t, err := l.begin(ctx, call, verb{"reject-claim", c})
	if err != nil {
		return Answer{}, err
	}
	return t.writeSlot(ctx, slotOf{c.Customer, c.Line, staff.DecideClaim}, uuid.UUID(c.Application), func(ctx context.Context, s slotCase) ([]any, error) {
		if _, err := t.inJurisdiction(s, c.Application); err != nil {
			return nil, err
		}
		return s.slot.Reject(ownership.Rejection{Application: c.Application, Approver: call.Actor, Reason: c.Reason}, s.rules)
	})
}

// WithdrawClaim withdraws, whatever role the applicant has by now. Errors:
// claim/not-applicant, approval/not-pending.
func (l *Ledger) WithdrawClaim(ctx context.Context, call Call, c WithdrawClaim) (Answer, error) {
	t, err := l.begin(ctx, call, verb{"withdraw-claim", c})
	if err != nil {
		return Answer{}, err
	}
	return t.writeSlot(ctx, slotOf{c.Customer, c.Line, staff.ReadUnits}, uuid.UUID(c.Application), func(_ context.Context, s slotCase) ([]any, error) {
		application, _ := s.slot.Find(c.Application)
		at := place{path: s.tree.Path(application.Unit), line: c.Line, mine: application.Applicant == call.Actor}
		if !at.mine && !t.who.May(staff.ReadClaims, at.path, at.line) {
			return nil, domain.ErrQueryNotFoundOrOutOfScope
		}
		return s.slot.Withdraw(c.Application, call.Actor)
	})
}

// inJurisdiction is the application, if the actor decides for the applicant's
// unit and the line.
func (t *task) inJurisdiction(s slotCase, id domain.ApplicationID) (ownership.Application, error) {
	application, known := s.slot.Find(id)
	if !known {
		return application, domain.ErrQueryNotFoundOrOutOfScope
	}
	if !t.may(func(p staff.Principal) bool {
		return p.May(staff.DecideClaim, s.tree.Path(application.Unit), s.slot.Line)
	}) {
		return application, domain.ErrApprovalOutOfJurisdiction
	}
	return application, nil
}
