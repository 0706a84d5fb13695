package commands

import (
	"context"

	"guishu/domain"
	"guishu/domain/customer"
	"guishu/domain/lookup"
	"guishu/domain/organisation"
	"guishu/domain/staff"
	"guishu/eventstore"
)

// RevealFields shows masked fields of a customer in full, after it is on record
// who saw what and what for (C-04).
type RevealFields struct {
	Customer domain.CustomerID `json:"customer"`
	Fields   []staff.Field     `json:"fields"`
	Purpose  string            `json:"purpose"`
}

// RevealFields records the reveal, then gives the values by field. Errors:
// authz/denied, reveal/purpose-required, query/not-found-or-out-of-scope.
func (l *Ledger) RevealFields(ctx context.Context, call Call, c RevealFields) (Answer, map[staff.Field]string, error) {
	t, err := l.begin(ctx, call, verb{"reveal-fields", c})
	if err != nil {
		return Answer{}, nil, err
	}
	stream := streamOf(lookup.RevealStreamPrefix, c.Customer)
	answer, err := t.write(ctx, stream, t.made("reveal", 0), func(ctx context.Context) (outcome, error) {
		if err := t.authoriseSomewhere(staff.RevealFields); err != nil {
			return outcome{}, err
		}
		who, home, err := l.customerAt(ctx, c.Customer)
		if err != nil {
			return outcome{}, err
		}
		mine, err := t.readable(ctx, who.State, home)
		if err != nil {
			return outcome{}, err
		}
		if who.State.Erased {
			return outcome{}, customer.ErrErased
		}
		for _, field := range c.Fields {
			if !t.may(func(p staff.Principal) bool { return p.MayReveal(field, home.Path, home.Line, mine) }) {
				return outcome{}, domain.ErrAuthzDenied.At("fields")
			}
		}
		rules, err := t.rules(ctx)
		if err != nil {
			return outcome{}, err
		}
		events, err := lookup.Reveal(c.Customer, call.Actor, fieldNames(c.Fields), c.Purpose, rules.Masking)
		if err != nil {
			return outcome{}, err
		}
		last, err := l.lastRevision(ctx, stream)
		return outcome{Revision: last, Events: events}, err
	})
	if err != nil {
		return Answer{}, nil, err
	}
	// What is on record is what stood there then: a repetition shows no more.
	shown, err := l.customerBefore(ctx, c.Customer, answer.Position)
	if err != nil {
		return Answer{}, nil, err
	}
	if shown.Erased { // this process had not heard of it
		return Answer{}, nil, customer.ErrErased
	}
	values := make(map[staff.Field]string, len(c.Fields))
	for _, field := range c.Fields {
		values[field] = shown.Profile.Reveal(string(field))
	}
	return answer, values, nil
}

// readable is nil when the actor may read the customer, and says whether the
// customer is their own; otherwise the customer does not exist for them (A-41, B-35).
func (t *task) readable(ctx context.Context, s *customer.State, home organisation.Unit) (mine bool, err error) {
	relation, err := t.relation(ctx, s, home)
	if err != nil {
		return false, err
	}
	mine = relation != customer.Relation{}
	if !t.who.MayFor(staff.ReadCustomers, home.Path, home.Line, mine) {
		return mine, domain.ErrQueryNotFoundOrOutOfScope
	}
	return mine, nil
}

// customerBefore is a customer as they stood before a position.
func (l *Ledger) customerBefore(ctx context.Context, id domain.CustomerID, position eventstore.Position) (*customer.State, error) {
	state := new(customer.State)
	for recorded, err := range l.store.ReadStream(ctx, eventstore.StreamQuery{Stream: customerStream(id)}) {
		if err != nil {
			return nil, unavailable("read a customer", err)
		}
		if recorded.Position > position {
			break
		}
		event, fact, err := l.decode(ctx, recorded)
		if err != nil {
			return nil, err
		}
		state.Apply(event, fact)
	}
	return state, nil
}

func fieldNames(fields []staff.Field) []string {
	names := make([]string, len(fields))
	for i, field := range fields {
		names[i] = string(field)
	}
	return names
}
