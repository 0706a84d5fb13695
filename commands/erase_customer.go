package commands

import (
	"context"

	"guishu/domain"
	"guishu/domain/customer"
	"guishu/domain/staff"

	"github.com/google/uuid"
)

// EraseCustomer makes a customer's personal data unreadable for ever; what
// happened stays on record (china-specifics §9).
type EraseCustomer struct {
	Customer domain.CustomerID `json:"customer"`
	Basis    string            `json:"basis" doc:"The legal ground."`
}

// EraseCustomer erases and answers when the data can no longer be read. Errors:
// form/required, query/not-found-or-out-of-scope.
func (l *Ledger) EraseCustomer(ctx context.Context, call Call, c EraseCustomer) (Answer, error) {
	t, err := l.begin(ctx, call, verb{"erase-customer", c})
	if err != nil {
		return Answer{}, err
	}
	answer, err := t.writeCustomer(ctx, c.Customer, staff.EraseCustomer, func(s *customer.State, _ customer.Relation) ([]any, error) {
		return s.Erase(c.Basis)
	})
	if err != nil {
		return answer, err
	}
	return answer, l.destroyKey(ctx, c.Customer)
}

// destroyKey carries out an erasure that is in the ledger: by the command that
// wrote it, by the reaction to it, and by every process that hears of it, so that
// none keeps what it knew. It is done as often as it is asked for.
func (l *Ledger) destroyKey(ctx context.Context, id domain.CustomerID) error {
	if err := l.eraser.Destroy(ctx, uuid.UUID(id), erasureBasis); err != nil {
		return unavailable("destroy a key", err)
	}
	if err := l.registry.forget(ctx, customerStream(id), UniqueIdentity, UniqueCustomerNo); err != nil {
		return unavailable("forget an erased customer's keys", err)
	}
	// Folded states of the customer's other streams hold what was sealed. What is
	// loaded from now on finds the key gone.
	l.states.entries.Purge()
	return nil
}

// erasureBasis is what the key ring records: a code, because the legal ground in
// words is in the ledger.
const erasureBasis = "customer-erased"
