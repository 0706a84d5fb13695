package commands

import (
	"cmp"
	"context"
	"slices"
	"strings"

	"guishu/commands/ledger"
	"guishu/domain"
	"guishu/domain/customer"
	"guishu/domain/identity"
	"guishu/domain/lookup"
	"guishu/domain/organisation"
	"guishu/domain/ownership"
	"guishu/domain/policy"
	"guishu/domain/staff"
	"guishu/eventstore"
)

// LookUpCustomer asks whether a customer can be claimed: by customer number, or
// by document and name together.
type LookUpCustomer struct {
	CustomerNo     string                    `json:"customer_no,omitempty"`
	IdentityType   identity.DocumentType     `json:"identity_type,omitempty"`
	IdentityNumber string                    `json:"identity_number,omitempty"`
	Name           string                    `json:"name,omitempty"`
	Line           domain.BusinessLine       `json:"line,omitempty" doc:"业务条线；不填为查询人所在机构的条线。 Empty: the line of the asker's unit."`
	Kind           ownership.ApplicationKind `json:"kind,omitempty" doc:"CROSS_INSTITUTION 也可查到其他网点的客户。 CROSS_INSTITUTION also finds customers of other outlets."`
}

var lookUpCustomer = ledger.Verb{
	Name: "look-up-customer", Needs: staff.LookUpCustomer,
	Title: ledger.Say("申请前查询", "Look a customer up"),
	Does:  ledger.Say("认领前按客户号，或按证件加姓名查询客户能否认领；每次查询都留痕并计数。", "Asks whether a customer can be claimed, by customer number, or by document and name together. Every look-up is on record and counted."),
	Refuses: slices.Concat(illFormedDocument, []domain.Code{
		lookup.ErrKeysMissing, lookup.ErrNameIDMismatch, lookup.ErrNotClaimable, lookup.ErrLimit, customer.ErrNumberFormat,
		identity.ErrName, ownership.ErrLineMismatch, staff.ErrInactive,
	}),
}

// Verb is look-up-customer.
func (LookUpCustomer) Verb() ledger.Verb { return lookUpCustomer }

// Claimable is a customer that can be claimed.
type Claimable struct {
	ledger.Answer
	Customer domain.CustomerID
	Line     domain.BusinessLine
	Kind     ownership.ApplicationKind // to file
	Home     domain.UnitID
}

// Run puts the question on record, then answers it.
func (c LookUpCustomer) Run(ctx context.Context, t *ledger.Task) (Claimable, error) {
	if err := t.Permit(); err != nil {
		return Claimable{}, err
	}
	key, err := lookup.Keys{
		CustomerNo: c.CustomerNo, IdentityType: c.IdentityType, IdentityNumber: c.IdentityNumber, Name: c.Name,
	}.Read(t.Today())
	if err != nil {
		return Claimable{}, err
	}
	line := cmp.Or(c.Line, t.Who().Line)
	var found lookup.Found
	var verdict lookup.Answer
	var rules policy.Rules
	var asker ownership.Person
	answer, err := ledger.Write(ctx, t, lookUpsOfToday(t), func(ctx context.Context, today *lookup.State) ([]any, error) {
		var err error
		if rules, err = t.Rules(ctx); err != nil {
			return nil, err
		}
		if asker, err = owningPerson(ctx, t.Ledger(), t.Actor(), policy.ClaimRules{}); err != nil {
			return nil, err
		}
		if found, err = find(ctx, t.Ledger(), key, line); err != nil {
			return nil, err
		}
		events, judged, err := today.LookUp(lookup.Question{By: key.By(), Line: line, Kind: c.Kind}, found, asker, rules.Claim)
		verdict = judged
		return events, err
	})
	if err != nil {
		return Claimable{}, err
	}
	if answer.Repeated {
		if found, verdict, err = foundBefore(ctx, t.Ledger(), answer, found.Owner); err != nil {
			return Claimable{}, err
		}
	}
	approver := t.Who().Holds(staff.DecideClaim)
	if err := verdict.Refusal(found.Owner, approver, rules.Claim.Disclosure); err != nil {
		return Claimable{Answer: answer}, err
	}
	return Claimable{
		Answer: answer, Customer: found.Customer.Customer, Line: line,
		Kind: asker.KindFor(found.Customer.Home), Home: found.Customer.Home.ID,
	}, nil
}

// lookUpsOfToday is the record of what the actor has looked up today. Nobody is
// refused for where they are: what they may not claim they are told nothing of.
func lookUpsOfToday(t *ledger.Task) ledger.Target[*lookup.State] {
	stream := eventstore.Stream(lookup.StreamOf(t.Actor(), t.Today()))
	return ledger.StateOf(t.Made("look-up"), stream, func(*ledger.Task, *organisation.Tree, *lookup.State) (ledger.Where, error) {
		return ledger.Judged{}, nil
	})
}

// foundBefore is what a look-up found and was answered the first time, whatever
// became of the customer since.
func foundBefore(ctx context.Context, l *ledger.Ledger, first ledger.Answer, owner domain.StaffID) (lookup.Found, lookup.Answer, error) {
	looked, err := lookedUp(ctx, l, first)
	if err != nil || looked.Customer.IsZero() {
		return lookup.Found{}, lookup.Answer(looked.Answer), err
	}
	state, err := ledger.Load[customer.State](ctx, l, customerStream(looked.Customer))
	if err != nil {
		return lookup.Found{}, "", err
	}
	who, err := owningCustomer(ctx, l, state.State)
	return lookup.Found{Customer: who, Owner: owner}, lookup.Answer(looked.Answer), err
}

// lookedUp is the event that a look-up wrote the first time.
func lookedUp(ctx context.Context, l *ledger.Ledger, first ledger.Answer) (lookup.LookedUp, error) {
	query := eventstore.StreamQuery{Stream: first.Stream, From: first.Revision, Limit: 1}
	for read, err := range l.ReadStream(ctx, query) {
		if err != nil {
			return lookup.LookedUp{}, err
		}
		if looked, ok := read.Event.(lookup.LookedUp); ok {
			return looked, nil
		}
	}
	return lookup.LookedUp{}, domain.ErrLedgerUnavailable
}

// find is the customer a complete key belongs to.
func find(ctx context.Context, l *ledger.Ledger, key lookup.Key, line domain.BusinessLine) (lookup.Found, error) {
	unique := customer.CustomerNo.Key(key.CustomerNo)
	if key.By() == lookup.ByIdentity {
		unique = customer.Identity.Key(key.Identity.Canonical())
	}
	stream, known, err := l.Holder(ctx, unique)
	if err != nil || !known {
		return lookup.Found{}, err
	}
	id, err := domain.ParseCustomerID(strings.TrimPrefix(string(stream), customer.StreamPrefix))
	if err != nil {
		return lookup.Found{}, nil
	}
	state, err := ledger.Load[customer.State](ctx, l, stream)
	if err != nil {
		return lookup.Found{}, err
	}
	who, err := owningCustomer(ctx, l, state.State)
	if err != nil {
		return lookup.Found{}, err
	}
	found := lookup.Found{Customer: who}
	if key.By() == lookup.ByIdentity {
		name, err := identity.ParseName(state.State.Profile.Name.Reveal())
		found.NameDiffers = err != nil || name != key.Name
	}
	if line.Valid() {
		slot, err := slot(ctx, l, id, line)
		if err != nil {
			return lookup.Found{}, err
		}
		found.Owner = slot.State.Owner
	}
	return found, nil
}
