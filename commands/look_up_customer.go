package commands

import (
	"context"
	"strings"

	"guishu/domain"
	"guishu/domain/customer"
	"guishu/domain/identity"
	"guishu/domain/lookup"
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
	Line           domain.BusinessLine       `json:"line,omitempty" doc:"Empty: the line of the asker's unit."`
	Kind           ownership.ApplicationKind `json:"kind,omitempty" doc:"CROSS_INSTITUTION also finds customers of other outlets."`
}

// Claimable is a customer that can be claimed.
type Claimable struct {
	Answer   Answer
	Customer domain.CustomerID
	Line     domain.BusinessLine
	Kind     ownership.ApplicationKind // to file
	Home     domain.UnitID
}

// LookUpCustomer puts the question on record, then answers it. Errors:
// claim/not-claimable, claim/lookup-keys-missing, claim/name-id-mismatch,
// claim/lookup-limit, identity/id-checksum.
func (l *Ledger) LookUpCustomer(ctx context.Context, call Call, c LookUpCustomer) (Claimable, error) {
	t, err := l.begin(ctx, call, verb{"look-up-customer", c})
	if err != nil {
		return Claimable{}, err
	}
	if err := t.authoriseSomewhere(staff.LookUpCustomer); err != nil {
		return Claimable{}, err
	}
	key, err := lookup.Keys{
		CustomerNo: c.CustomerNo, IdentityType: c.IdentityType, IdentityNumber: c.IdentityNumber, Name: c.Name,
	}.Read(t.today())
	if err != nil {
		return Claimable{}, err
	}
	line := c.Line
	if line == "" {
		line = t.who.Line
	}
	var found lookup.Found
	var verdict lookup.Answer
	var rules policy.Rules
	var asker ownership.Person
	stream := eventstore.Stream(lookup.StreamOf(call.Actor, t.today()))
	answer, err := t.write(ctx, stream, t.made("look-up", 0), func(ctx context.Context) (outcome, error) {
		if rules, err = t.rules(ctx); err != nil {
			return outcome{}, err
		}
		if asker, err = l.owningPerson(ctx, call.Actor, policy.ClaimRules{}); err != nil {
			return outcome{}, err
		}
		if found, err = l.find(ctx, key, line); err != nil {
			return outcome{}, err
		}
		today, err := load[lookup.State](ctx, l, stream)
		if err != nil {
			return outcome{}, err
		}
		events, judged, err := today.State.LookUp(lookup.Question{By: key.By(), Line: line, Kind: c.Kind}, found, asker, rules.Claim)
		verdict = judged
		return outcome{Revision: today.Revision, Events: events}, err
	})
	if err != nil {
		return Claimable{}, err
	}
	if answer.Repeated {
		if found, verdict, err = l.foundBefore(ctx, answer, found.Owner); err != nil {
			return Claimable{}, err
		}
	}
	approver := t.who.Holds(staff.DecideClaim)
	if err := verdict.Refusal(found.Owner, approver, rules.Claim.Disclosure); err != nil {
		return Claimable{Answer: answer}, err
	}
	return Claimable{
		Answer: answer, Customer: found.Customer.Customer, Line: line,
		Kind: asker.KindFor(found.Customer.Home), Home: found.Customer.Home.ID,
	}, nil
}

// foundBefore is what a look-up found and was answered the first time, whatever
// became of the customer since.
func (l *Ledger) foundBefore(ctx context.Context, first Answer, owner domain.StaffID) (lookup.Found, lookup.Answer, error) {
	looked, err := l.lookedUp(ctx, first)
	if err != nil || looked.Customer.IsZero() {
		return lookup.Found{}, lookup.Answer(looked.Answer), err
	}
	state, err := load[customer.State](ctx, l, customerStream(looked.Customer))
	if err != nil {
		return lookup.Found{}, "", err
	}
	who, err := l.owningCustomer(ctx, state.State)
	return lookup.Found{Customer: who, Owner: owner}, lookup.Answer(looked.Answer), err
}

// lookedUp is the event that a look-up wrote the first time.
func (l *Ledger) lookedUp(ctx context.Context, first Answer) (lookup.LookedUp, error) {
	query := eventstore.StreamQuery{Stream: first.Stream, From: first.Revision, Limit: 1}
	for recorded, err := range l.store.ReadStream(ctx, query) {
		if err != nil {
			return lookup.LookedUp{}, unavailable("read an earlier look-up", err)
		}
		event, _, err := l.decode(ctx, recorded)
		if err != nil {
			return lookup.LookedUp{}, err
		}
		if looked, ok := event.(lookup.LookedUp); ok {
			return looked, nil
		}
	}
	return lookup.LookedUp{}, domain.ErrLedgerUnavailable
}

// find is the customer a complete key belongs to.
func (l *Ledger) find(ctx context.Context, key lookup.Key, line domain.BusinessLine) (lookup.Found, error) {
	kind, value := UniqueCustomerNo, []byte(key.CustomerNo)
	if key.By() == lookup.ByIdentity {
		unique := l.identityKey(key.Identity)
		kind, value = unique.kind, unique.key
	}
	stream, known, err := l.Holder(ctx, kind, value)
	if err != nil || !known {
		return lookup.Found{}, err
	}
	id, err := domain.ParseCustomerID(strings.TrimPrefix(string(stream), customer.StreamPrefix))
	if err != nil {
		return lookup.Found{}, nil
	}
	state, err := load[customer.State](ctx, l, stream)
	if err != nil {
		return lookup.Found{}, err
	}
	who, err := l.owningCustomer(ctx, state.State)
	if err != nil {
		return lookup.Found{}, err
	}
	found := lookup.Found{Customer: who}
	if key.By() == lookup.ByIdentity {
		name, err := identity.ParseName(state.State.Profile.Name.Reveal())
		found.NameDiffers = err != nil || name != key.Name
	}
	if line.Valid() {
		slot, err := l.slot(ctx, id, line)
		if err != nil {
			return lookup.Found{}, err
		}
		found.Owner = slot.State.Owner
	}
	return found, nil
}

// owningCustomer is what decisions about ownership know of a customer.
func (l *Ledger) owningCustomer(ctx context.Context, s *customer.State) (ownership.Customer, error) {
	tree, err := l.tree(ctx)
	if err != nil {
		return ownership.Customer{}, err
	}
	return ownership.Customer{
		Customer: s.Customer, Home: tree.State.Unit(s.HomeUnit), Phone: s.Profile.Phone, Erased: s.Erased,
	}, nil
}

// owningPerson is what decisions about ownership know of a member of staff; the
// zero Person for the zero id.
func (l *Ledger) owningPerson(ctx context.Context, id domain.StaffID, rules policy.ClaimRules) (ownership.Person, error) {
	if id.IsZero() {
		return ownership.Person{}, nil
	}
	member, err := l.member(ctx, id)
	if err != nil {
		return ownership.Person{}, err
	}
	tree, err := l.tree(ctx)
	if err != nil {
		return ownership.Person{}, err
	}
	person := ownership.Person{Staff: member.State.Staff, Unit: tree.State.Unit(member.State.Unit), Active: member.State.Active()}
	if rules.MaxOwned > 0 {
		if person.Owned, err = l.census.Owned(ctx, id); err != nil {
			return ownership.Person{}, unavailable("count owned customers", err)
		}
	}
	return person, nil
}
