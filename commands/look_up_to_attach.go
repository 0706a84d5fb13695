package commands

import (
	"context"
	"slices"

	"guishu/commands/ledger"
	"guishu/domain"
	"guishu/domain/customer"
	"guishu/domain/identity"
	"guishu/domain/lookup"
	"guishu/domain/policy"
	"guishu/domain/staff"
)

// LookUpToAttach asks whether there is a customer whom the actor may ask to be attached
// to: by customer number, or by document and name together (A-77, B-30).
type LookUpToAttach struct {
	CustomerNo     string                `json:"customer_no,omitempty"`
	IdentityType   identity.DocumentType `json:"identity_type,omitempty"`
	IdentityNumber string                `json:"identity_number,omitempty"`
	Name           string                `json:"name,omitempty"`
}

var lookUpToAttach = ledger.Verb{
	Name: "look-up-to-attach", Needs: staff.RequestAttachment,
	Title: ledger.Say("申请下挂前查询", "Look a customer up to be attached"),
	Does:  ledger.Say("申请下挂前按客户号，或按证件加姓名查询客户；每次查询都留痕并计数，当日可据此申请下挂。", "Finds a customer to ask to be attached to, by customer number, or by document and name together. Every look-up is on record and counted; the request follows on the same day."),
	Refuses: slices.Concat(illFormedDocument, []domain.Code{
		lookup.ErrKeysMissing, lookup.ErrNameIDMismatch, lookup.ErrNotAttachable, lookup.ErrLimit, customer.ErrNumberFormat,
		identity.ErrName, staff.ErrInactive,
	}),
}

// Verb is look-up-to-attach.
func (LookUpToAttach) Verb() ledger.Verb { return lookUpToAttach }

// Attachable is a customer whom the actor may ask to be attached to.
type Attachable struct {
	ledger.Answer
	Customer domain.CustomerID
	Home     domain.UnitID
}

// Run puts the question on record, then answers it.
func (c LookUpToAttach) Run(ctx context.Context, t *ledger.Task) (Attachable, error) {
	if err := t.Permit(); err != nil {
		return Attachable{}, err
	}
	key, err := lookup.Keys(c).Read(t.Today())
	if err != nil {
		return Attachable{}, err
	}
	var found lookup.Found
	var verdict lookup.Answer
	answer, err := ledger.Write(ctx, t, lookUpsOfToday(t), func(ctx context.Context, today *lookup.State) ([]any, error) {
		rules, err := t.Rules(ctx)
		if err != nil {
			return nil, err
		}
		asker, err := owningPerson(ctx, t.Ledger(), t.Actor(), policy.ClaimRules{})
		if err != nil {
			return nil, err
		}
		if found, err = find(ctx, t.Ledger(), key, ""); err != nil {
			return nil, err
		}
		events, judged, err := today.LookUpToAttach(key.By(), found, asker, rules.Claim)
		verdict = judged
		return events, err
	})
	if err != nil {
		return Attachable{}, err
	}
	if answer.Repeated {
		if found, verdict, err = foundBefore(ctx, t.Ledger(), answer, domain.StaffID{}); err != nil {
			return Attachable{}, err
		}
	}
	if err := verdict.RefusalToAttach(); err != nil {
		return Attachable{Answer: answer}, err
	}
	return Attachable{Answer: answer, Customer: found.Customer.Customer, Home: found.Customer.Home.ID}, nil
}
