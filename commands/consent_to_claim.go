package commands

import (
	"context"

	"guishu/commands/ledger"
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

var consentToClaim = ledger.Verb{
	Name: "consent-to-claim", Needs: staff.ConsentToClaim, OwnName: true,
	Title:   ledger.Say("归属机构同意", "Consent"),
	Does:    ledger.Say("客户归属机构负责人同意其他机构的认领申请。", "Agrees, as head of the home outlet, to a claim from another institution."),
	Refuses: undecidable,
}

// Verb is consent-to-claim.
func (ConsentToClaim) Verb() ledger.Verb { return consentToClaim }

// Run carries it out.
func (c ConsentToClaim) Run(ctx context.Context, t *ledger.Task) (ledger.Answer, error) {
	return writeSlot(ctx, t, c.Customer, c.Line, uuid.UUID(c.Application), func(_ context.Context, s slotCase) ([]any, error) {
		heads := t.May(func(p staff.Principal) bool { return p.May(staff.ConsentToClaim, s.customer.Home.Path, c.Line) })
		return s.Consent(ownership.Consent{Application: c.Application, By: t.Actor(), HeadsHome: heads})
	})
}
