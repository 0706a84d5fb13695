package commands_test

import (
	"slices"
	"testing"

	"guishu/commands"
	"guishu/commands/commandstest"
	"guishu/commands/ledger"
	"guishu/domain"
	"guishu/domain/ownership"
	"guishu/eventstore"
)

// a claim is filed, approved by the outlet head, and the
// applicant owns the slot; the log tells it in order.
func TestAClaimIsFiledAndApproved(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	customer := h.Prospect(h.Ann, h.North, commandstest.Person("王小明"))
	claim, err := h.Ledger.Do(t.Context(), h.As(h.Ann), commands.ClaimCustomer{Customer: customer})
	h.Must(err)
	decision := commands.ApproveClaim{Customer: customer, Line: domain.SelfOperated, Application: domain.ApplicationID(claim.ID)}

	_, err = h.Ledger.Do(t.Context(), h.As(h.Bo), decision)
	h.Wants(err, domain.ErrAuthzDenied)
	_, err = h.Ledger.Do(t.Context(), h.As(h.SouthHead), decision)
	h.Wants(err, ownership.ErrOutOfJurisdiction)
	_, err = h.Ledger.Do(t.Context(), h.As(h.NorthHead), decision)
	h.Must(err)

	want := []string{"ownership.claim-filed", "ownership.claim-approved", "ownership.established"}
	if got := h.Events(eventstore.Stream(ownership.StreamOf(customer, domain.SelfOperated))); !slices.Equal(got, want) {
		t.Errorf("the slot's log is %v, want %v", got, want)
	}
	_, err = h.Ledger.Do(t.Context(), h.As(h.Bo), commands.ClaimCustomer{Customer: customer})
	h.Wants(err, ownership.ErrAlreadyOwned)
}

// the same key and body give the first answer again, also when the domain
// would refuse by now; the same key with another body is refused, on whatever
// stream.
func TestARetryGetsTheFirstAnswer(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	customer := h.Prospect(h.Ann, h.North, commandstest.Person("王小明"))
	other := h.Prospect(h.Ann, h.North, commandstest.Person("李小红"))
	call := h.As(h.Ann)
	first, err := h.Ledger.Do(t.Context(), call, commands.ClaimCustomer{Customer: customer})
	h.Must(err)

	for name, ledger := range map[string]*ledger.Ledger{"the same process": h.Ledger, "another process": h.Another()} {
		again, err := ledger.Do(t.Context(), call, commands.ClaimCustomer{Customer: customer})
		h.Must(err)
		if again.ID != first.ID || again.Position != first.Position || again.Revision != first.Revision || !again.Repeated {
			t.Errorf("%s answered the retry with %+v, the first time with %+v", name, again, first)
		}
		_, err = ledger.Do(t.Context(), call, commands.ClaimCustomer{Customer: customer, Phone: "13900139000"})
		h.Wants(err, domain.ErrIdempotencyKeyReused)
		_, err = ledger.Do(t.Context(), call, commands.ClaimCustomer{Customer: other})
		h.Wants(err, domain.ErrIdempotencyKeyReused)
	}
	if got := h.Events(eventstore.Stream(ownership.StreamOf(customer, domain.SelfOperated))); len(got) != 1 {
		t.Errorf("the retries left %v in the log", got)
	}
}
