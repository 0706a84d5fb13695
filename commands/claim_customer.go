package commands

import (
	"context"
	"slices"

	"guishu/commands/ledger"
	"guishu/domain"
	"guishu/domain/identity"
	"guishu/domain/ownership"
	"guishu/domain/staff"
)

// ClaimCustomer files an application to become the owner of a customer in a line
// (A-04 … A-09).
type ClaimCustomer struct {
	Customer domain.CustomerID         `json:"customer"`
	Line     domain.BusinessLine       `json:"line,omitempty" doc:"业务条线；不填为申请人所在机构的条线。 Empty: the line of the applicant's unit."`
	Kind     ownership.ApplicationKind `json:"kind,omitempty" doc:"申请事项：ESTABLISH，或对其他网点的客户为 CROSS_INSTITUTION；不填自动判断。 ESTABLISH, or CROSS_INSTITUTION for a customer of another outlet; empty picks."`
	Phone    string                    `json:"phone,omitempty" doc:"客户的手机号码，随申请维护（A-09）。 The customer's mobile number, maintained with the application (A-09)."`
}

var claimCustomer = ledger.Verb{
	Name: "claim-customer", Needs: staff.FileClaim, OwnName: true,
	Title: ledger.Say("认领客户", "Claim a customer"),
	Does:  ledger.Say("申请成为客户在某条线的归属客户经理。", "Files an application to become the owner of a customer in a line."),
	Refuses: slices.Concat(unfitOwner, []domain.Code{
		ownership.ErrLineMismatch, ownership.ErrAlreadyOwned, ownership.ErrDuplicatePending, ownership.ErrPendingByOther,
		ownership.ErrDailyLimit, identity.ErrPhoneFormat,
	}),
}

// Verb is claim-customer.
func (ClaimCustomer) Verb() ledger.Verb { return claimCustomer }

// Run files and answers with the application's id.
func (c ClaimCustomer) Run(ctx context.Context, t *ledger.Task) (ledger.Answer, error) {
	if c.Line == "" {
		c.Line = t.Who().Line
	}
	id := t.Made("application")
	return writeSlot(ctx, t, c.Customer, c.Line, id, func(ctx context.Context, s slotCase) ([]any, error) {
		applicant, err := owningPerson(ctx, t.Ledger(), t.Actor(), s.rules)
		if err != nil {
			return nil, err
		}
		claim := ownership.Claim{Application: domain.ApplicationID(id), Kind: c.Kind, Line: c.Line, Phone: c.Phone}
		if s.rules.MaxClaimsPerDay > 0 {
			if claim.FiledToday, err = t.Ledger().Census().ClaimsOn(ctx, t.Actor(), t.Today()); err != nil {
				return nil, ledger.Unavailable("count today's claims", err)
			}
		}
		return s.File(claim, s.customer, applicant, s.rules)
	})
}
