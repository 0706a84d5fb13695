package ledger_test

import (
	"testing"

	"guishu/commands"
	"guishu/commands/commandstest"
	"guishu/domain"
)

// a reply that was lost is given again, also when the customer has been
// erased since and nothing could be written for them any more.
func TestARetryAfterAnErasureIsAnsweredAsItWasThen(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	call := h.As(h.Ann)
	register := commands.RegisterCustomer{Party: domain.Person, Fields: commandstest.Person("曾安"), HomeUnit: h.North}
	first, err := h.Ledger.Do(t.Context(), call, register)
	h.Must(err)
	_, err = h.Ledger.Do(t.Context(), h.As(h.Director), commands.EraseCustomer{Customer: domain.CustomerID(first.ID), Basis: "本人撤回同意"})
	h.Must(err)

	again, err := h.Ledger.Do(t.Context(), call, register)
	h.Must(err)
	if !again.Repeated || again.ID != first.ID || again.Position != first.Position {
		t.Errorf("got %+v, want %+v again", again, first)
	}
	register.Fields.Phone = "13900139000"
	_, err = h.Ledger.Do(t.Context(), call, register)
	h.Wants(err, domain.ErrIdempotencyKeyReused)
}
