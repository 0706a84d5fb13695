package commands

import (
	"context"

	"guishu/commands/ledger"
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

var revealFields = ledger.Verb{
	Name: "reveal-fields", Needs: staff.RevealFields,
	Title:   ledger.Say("查看完整信息", "Reveal masked fields"),
	Does:    ledger.Say("留痕后显示客户的脱敏信息全文，须说明用途。", "Shows masked fields of a customer in full, after it is on record who saw what and what for."),
	Refuses: []domain.Code{lookup.ErrPurposeRequired, customer.ErrErased},
}

// Verb is reveal-fields.
func (RevealFields) Verb() ledger.Verb { return revealFields }

// Revealed is fields in the clear, once the reveal is on record.
type Revealed struct {
	ledger.Answer
	Fields map[staff.Field]string `json:"fields"`
}

// Run records the reveal, then gives the values by field.
func (c RevealFields) Run(ctx context.Context, t *ledger.Task) (Revealed, error) {
	stream := ledger.StreamOf(lookup.RevealStreamPrefix, c.Customer)
	answer, err := ledger.Write(ctx, t, c.target(t, stream), func(ctx context.Context, s revealCase) ([]any, error) {
		own, err := readable(ctx, t, s.State, s.home)
		if err != nil {
			return nil, err
		}
		if s.Erased {
			return nil, customer.ErrErased
		}
		for _, field := range c.Fields {
			if !t.May(func(p staff.Principal) bool { return p.MayReveal(field, s.home.Path, s.home.Line, own) }) {
				return nil, domain.ErrAuthzDenied.At("fields")
			}
		}
		rules, err := t.Rules(ctx)
		if err != nil {
			return nil, err
		}
		return lookup.Reveal(c.Customer, t.Actor(), fieldNames(c.Fields), c.Purpose, rules.Masking)
	})
	if err != nil {
		return Revealed{}, err
	}
	// What is on record is what stood there then: a repetition shows no more.
	shown, err := customerBefore(ctx, t.Ledger(), c.Customer, answer.Position)
	if err != nil {
		return Revealed{}, err
	}
	if shown.Erased { // this process had not heard of it
		return Revealed{}, customer.ErrErased
	}
	values := make(map[staff.Field]string, len(c.Fields))
	for _, field := range c.Fields {
		values[field] = shown.Profile.Reveal(string(field))
	}
	return Revealed{Answer: answer, Fields: values}, nil
}

// revealCase is what a reveal rests on.
type revealCase struct {
	*customer.State
	home organisation.Unit
}

// target is the record of what was revealed of the customer. Anyone who cannot read
// the customer is told that there is none.
func (c RevealFields) target(t *ledger.Task, stream eventstore.Stream) ledger.Target[revealCase] {
	return ledger.Target[revealCase]{
		ID: t.Made("reveal"), Stream: stream,
		Load: func(ctx context.Context, t *ledger.Task) (found ledger.Found[revealCase], err error) {
			who, home, err := customerAt(ctx, t.Ledger(), c.Customer)
			if err != nil {
				return found, err
			}
			last, err := t.Ledger().LastRevision(ctx, stream)
			return ledger.Found[revealCase]{State: revealCase{who.State, home}, Revision: last, Where: ledger.Judged{}}, err
		},
	}
}

// customerBefore is a customer as they stood before a position.
func customerBefore(ctx context.Context, l *ledger.Ledger, id domain.CustomerID, position eventstore.Position) (*customer.State, error) {
	state := new(customer.State)
	for read, err := range l.ReadStream(ctx, eventstore.StreamQuery{Stream: customerStream(id)}) {
		if err != nil {
			return nil, err
		}
		if eventstore.Position(read.Fact.Position) > position {
			break
		}
		state.Apply(read.Event, read.Fact)
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
