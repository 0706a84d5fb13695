package commands_test

import (
	"testing"

	"guishu/commands"
	"guishu/domain"
)

// a reply that was lost is given again, also when the customer has been
// erased since and nothing could be written for them any more.
func TestARetryAfterAnErasureIsAnsweredAsItWasThen(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	call := h.as(h.ann)
	register := commands.RegisterCustomer{Party: domain.Person, Fields: person("曾安"), HomeUnit: h.north}
	first, err := h.ledger.RegisterCustomer(t.Context(), call, register)
	h.must(err)
	_, err = h.ledger.EraseCustomer(t.Context(), h.as(h.director), commands.EraseCustomer{Customer: domain.CustomerID(first.ID), Basis: "本人撤回同意"})
	h.must(err)

	again, err := h.ledger.RegisterCustomer(t.Context(), call, register)
	h.must(err)
	if !again.Repeated || again.ID != first.ID || again.Position != first.Position {
		t.Errorf("got %+v, want %+v again", again, first)
	}
	register.Fields.Phone = "13900139000"
	_, err = h.ledger.RegisterCustomer(t.Context(), call, register)
	h.wants(err, domain.ErrIdempotencyKeyReused)
}
