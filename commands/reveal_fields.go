package commands

import (
	"context"

	"guishu/domain"
	"guishu/domain/customer"
	"guishu/domain/lookup"
	"guishu/domain/staff"
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
	values := map[staff.Field]string{}
	stream := streamOf(lookup.RevealStreamPrefix, c.Customer)
	answer, err := t.write(ctx, stream, t.made("reveal", 0), func(ctx context.Context) (outcome, error) {
		if err := t.authoriseSomewhere(staff.RevealFields); err != nil {
			return outcome{}, err
		}
		who, home, err := l.customerAt(ctx, c.Customer)
		if err != nil {
			return outcome{}, err
		}
		relation, err := t.relation(ctx, who.State, home)
		if err != nil {
			return outcome{}, err
		}
		mine := relation != customer.Relation{}
		if !t.who.MayFor(staff.ReadCustomers, home.Path, home.Line, mine) {
			return outcome{}, domain.ErrQueryNotFoundOrOutOfScope
		}
		if who.State.Erased {
			return outcome{}, domain.ErrCustomerErased
		}
		for _, field := range c.Fields {
			if !t.may(func(p staff.Principal) bool { return p.MayReveal(field, home.Path, home.Line, mine) }) {
				return outcome{}, domain.ErrAuthzDenied.At("fields")
			}
			values[field] = who.State.Profile.Reveal(string(field))
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
	return answer, values, nil
}

func fieldNames(fields []staff.Field) []string {
	names := make([]string, len(fields))
	for i, field := range fields {
		names[i] = string(field)
	}
	return names
}
