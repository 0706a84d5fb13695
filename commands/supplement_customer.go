package commands

import (
	"bytes"
	"context"

	"guishu/domain"
	"guishu/domain/customer"
	"guishu/domain/organisation"
	"guishu/domain/ownership"
	"guishu/domain/staff"
	"guishu/eventstore"

	"github.com/google/uuid"
)

// SupplementCustomer fills in or corrects fields while the customer is potential
// (B-20).
type SupplementCustomer struct {
	Customer domain.CustomerID `json:"customer"`
	Fields   CustomerFields    `json:"fields"`
	Cleared  []string          `json:"cleared,omitempty" doc:"Names of fields to empty."`
}

// SupplementCustomer saves. Errors: customer/locked-use-modification,
// customer/required, customer/duplicate-identity, and those of the fields.
func (l *Ledger) SupplementCustomer(ctx context.Context, call Call, c SupplementCustomer) (Answer, error) {
	t, err := l.begin(ctx, call, verb{"supplement-customer", c})
	if err != nil {
		return Answer{}, err
	}
	return t.writeCustomer(ctx, c.Customer, staff.SupplementCustomer, func(s *customer.State, relation customer.Relation) ([]any, error) {
		return s.Supplement(customer.Supplement{Fields: customer.Fields(c.Fields), Cleared: c.Cleared}, relation, t.today())
	})
}

// writeCustomer writes one decision about a customer within the actor's reach.
func (t *task) writeCustomer(ctx context.Context, id domain.CustomerID, permission staff.Permission,
	decide func(*customer.State, customer.Relation) ([]any, error),
) (Answer, error) {
	l := t.ledger
	return t.write(ctx, customerStream(id), uuid.UUID(id), func(ctx context.Context) (outcome, error) {
		if err := t.authoriseSomewhere(permission); err != nil {
			return outcome{}, err
		}
		state, home, err := l.customerAt(ctx, id)
		if err != nil {
			return outcome{}, err
		}
		relation, err := t.relation(ctx, state.State, home)
		if err != nil {
			return outcome{}, err
		}
		at := placeOf(home)
		at.mine = relation != customer.Relation{}
		if err := t.authorise(permission, at); err != nil {
			return outcome{}, err
		}
		events, err := decide(state.State, relation)
		return outcome{Revision: state.Revision, Events: events, Keys: l.newKeys(state.State, events)}, err
	})
}

// newKeys are what must be unique of a customer and was not theirs before a
// decision. A document is its type and its number, whichever of them changed.
func (l *Ledger) newKeys(before *customer.State, events []any) []uniqueKey {
	after := before.Clone()
	for _, event := range events {
		after.Apply(event, domain.Fact{})
	}
	var keys []uniqueKey
	if document := after.Identity(); !document.IsZero() && document != before.Identity() {
		keys = append(keys, l.identityKey(document))
	}
	if after.CustomerNo != "" && after.CustomerNo != before.CustomerNo {
		keys = append(keys, customerNoKey(after.CustomerNo))
	}
	return keys
}

// relation is how the actor stands to a customer (B-20).
func (t *task) relation(ctx context.Context, s *customer.State, home organisation.Unit) (customer.Relation, error) {
	if t.byTheLedger() {
		return customer.Relation{Owner: true}, nil
	}
	return t.ledger.relationOf(ctx, t.call.Actor, s, home)
}

func (l *Ledger) relationOf(ctx context.Context, who domain.StaffID, s *customer.State, home organisation.Unit) (customer.Relation, error) {
	var relation customer.Relation
	if who.IsZero() {
		return relation, nil
	}
	attached, err := l.attachments(ctx, s.Customer)
	if err != nil {
		return customer.Relation{}, err
	}
	_, relation.Attached = attached.State.Of(who)
	related := len(attached.State.Active()) > 0
	for _, line := range domain.BusinessLines.Values() {
		if !home.Serves(line) {
			continue
		}
		slot, err := l.slot(ctx, s.Customer, line)
		if err != nil {
			return customer.Relation{}, err
		}
		relation.Owner = relation.Owner || slot.State.Owner == who
		related = related || slot.State.Owned()
	}
	relation.Entrant = !related && (s.RegisteredBy == who || s.Advisor == who)
	return relation, nil
}

// relatedTo is nil when the advisor has to do with the customer; otherwise the
// customer does not exist for them (B-35). History names who it names.
func (t *task) relatedTo(ctx context.Context, id domain.CustomerID, advisor domain.StaffID) error {
	if t.history.Approved() {
		return nil
	}
	state, home, err := t.ledger.customerAt(ctx, id)
	if err != nil {
		return err
	}
	relation, err := t.ledger.relationOf(ctx, advisor, state.State, home)
	if err != nil {
		return err
	}
	if relation == (customer.Relation{}) {
		return domain.ErrQueryNotFoundOrOutOfScope
	}
	return nil
}

func (l *Ledger) slot(ctx context.Context, id domain.CustomerID, line domain.BusinessLine) (snapshot[ownership.State], error) {
	return load[ownership.State](ctx, l, eventstore.Stream(ownership.StreamOf(id, line)))
}

// hasIdentity says whether the customer's document has that lookup hash.
func (l *Ledger) hasIdentity(s *customer.State, hash []byte) bool {
	document := s.Identity()
	return !document.IsZero() && bytes.Equal(l.identityKey(document).key, hash)
}
