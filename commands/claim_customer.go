package commands

import (
	"context"

	"guishu/domain"
	"guishu/domain/customer"
	"guishu/domain/organisation"
	"guishu/domain/ownership"
	"guishu/domain/policy"
	"guishu/domain/staff"
	"guishu/eventstore"

	"github.com/google/uuid"
)

// ClaimCustomer files an application to become the owner of a customer in a line
// (A-04 … A-09).
type ClaimCustomer struct {
	Customer domain.CustomerID         `json:"customer"`
	Line     domain.BusinessLine       `json:"line,omitempty" doc:"Empty: the line of the applicant's unit."`
	Kind     ownership.ApplicationKind `json:"kind,omitempty" doc:"ESTABLISH, or CROSS_INSTITUTION for a customer of another outlet; empty picks."`
	Phone    string                    `json:"phone,omitempty" doc:"The customer's mobile number, maintained with the application (A-09)."`
}

// ClaimCustomer files and answers with the application's id. Errors:
// claim/already-owned, claim/duplicate-pending, claim/scope-outlet,
// claim/scope-subtree, claim/cross-line, claim/line-mismatch,
// claim/cross-institution-disabled, claim/capacity, claim/daily-limit,
// contact/phone-format.
func (l *Ledger) ClaimCustomer(ctx context.Context, call Call, c ClaimCustomer) (Answer, error) {
	t, err := l.begin(ctx, call, verb{"claim-customer", c})
	if err != nil {
		return Answer{}, err
	}
	if c.Line == "" {
		c.Line = t.who.Line
	}
	id := t.made("application", 0)
	return t.writeSlot(ctx, slotOf{c.Customer, c.Line, staff.FileClaim}, id, func(ctx context.Context, s slotCase) ([]any, error) {
		applicant, err := l.owningPerson(ctx, call.Actor, s.rules)
		if err != nil {
			return nil, err
		}
		claim := ownership.Claim{Application: domain.ApplicationID(id), Kind: c.Kind, Line: c.Line, Phone: c.Phone}
		if s.rules.MaxClaimsPerDay > 0 {
			if claim.FiledToday, err = l.census.ClaimsOn(ctx, call.Actor, t.today()); err != nil {
				return nil, unavailable("count today's claims", err)
			}
		}
		return s.slot.File(claim, s.customer, applicant, s.rules)
	})
}

// slotOf names a slot, and the permission without which nobody gets to know
// whether its customer exists.
type slotOf struct {
	customer   domain.CustomerID
	line       domain.BusinessLine
	permission staff.Permission
}

// slotCase is what a decision about a slot rests on.
type slotCase struct {
	slot     *ownership.State
	customer ownership.Customer
	tree     *organisation.Tree
	rules    policy.ClaimRules
}

// writeSlot writes one decision about who owns a customer in a line.
func (t *task) writeSlot(ctx context.Context, of slotOf, made uuid.UUID, decide func(context.Context, slotCase) ([]any, error)) (Answer, error) {
	l, id, line := t.ledger, of.customer, of.line
	if !line.Valid() {
		return Answer{}, ownership.ErrLineMismatch.At("line")
	}
	stream := eventstore.Stream(ownership.StreamOf(id, line))
	return t.write(ctx, stream, made, func(ctx context.Context) (outcome, error) {
		if err := t.authoriseSomewhere(of.permission); err != nil {
			return outcome{}, err
		}
		who, err := load[customer.State](ctx, l, customerStream(id))
		if err != nil {
			return outcome{}, err
		}
		if !who.State.Exists() {
			return outcome{}, domain.ErrQueryNotFoundOrOutOfScope
		}
		owning, err := l.owningCustomer(ctx, who.State)
		if err != nil {
			return outcome{}, err
		}
		tree, err := l.tree(ctx)
		if err != nil {
			return outcome{}, err
		}
		rules, err := t.rules(ctx)
		if err != nil {
			return outcome{}, err
		}
		slot, err := l.slot(ctx, id, line)
		if err != nil {
			return outcome{}, err
		}
		events, err := decide(ctx, slotCase{slot: slot.State, customer: owning, tree: tree.State, rules: rules.Claim})
		return outcome{Revision: slot.Revision, Events: events}, err
	})
}
