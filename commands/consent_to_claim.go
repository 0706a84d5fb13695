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
