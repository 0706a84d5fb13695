package commands_test

import (
	"slices"
	"testing"

	"guishu/commands"
	"guishu/domain"
	"guishu/domain/ownership"
	"guishu/eventstore"
)

// a claim is filed, approved by the outlet head, and the
// applicant owns the slot; the log tells it in order.
func TestAClaimIsFiledAndApproved(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	customer := h.prospect(h.ann, h.north, person("王小明"))
	claim, err := h.ledger.ClaimCustomer(t.Context(), h.as(h.ann), commands.ClaimCustomer{Customer: customer})
	h.must(err)
	decision := commands.ApproveClaim{Customer: customer, Line: domain.SelfOperated, Application: domain.ApplicationID(claim.ID)}

	_, err = h.ledger.ApproveClaim(t.Context(), h.as(h.bo), decision)
	h.wants(err, domain.ErrAuthzDenied)
	_, err = h.ledger.ApproveClaim(t.Context(), h.as(h.southHead), decision)
	h.wants(err, ownership.ErrOutOfJurisdiction)
	_, err = h.ledger.ApproveClaim(t.Context(), h.as(h.northHead), decision)
	h.must(err)

	want := []string{"ownership.claim-filed", "ownership.claim-approved", "ownership.established"}
	if got := h.events(eventstore.Stream(ownership.StreamOf(customer, domain.SelfOperated))); !slices.Equal(got, want) {
		t.Errorf("the slot's log is %v, want %v", got, want)
	}
	_, err = h.ledger.ClaimCustomer(t.Context(), h.as(h.bo), commands.ClaimCustomer{Customer: customer})
	h.wants(err, ownership.ErrAlreadyOwned)
}

// the same key and body give the first answer again, also when the domain
// would refuse by now; the same key with another body is refused, on whatever
// stream.
func TestARetryGetsTheFirstAnswer(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	customer := h.prospect(h.ann, h.north, person("王小明"))
	other := h.prospect(h.ann, h.north, person("李小红"))
	call := h.as(h.ann)
	first, err := h.ledger.ClaimCustomer(t.Context(), call, commands.ClaimCustomer{Customer: customer})
	h.must(err)

	for name, ledger := range map[string]*commands.Ledger{"the same process": h.ledger, "another process": h.another()} {
		again, err := ledger.ClaimCustomer(t.Context(), call, commands.ClaimCustomer{Customer: customer})
		h.must(err)
		if again.ID != first.ID || again.Position != first.Position || again.Revision != first.Revision || !again.Repeated {
			t.Errorf("%s answered the retry with %+v, the first time with %+v", name, again, first)
		}
		_, err = ledger.ClaimCustomer(t.Context(), call, commands.ClaimCustomer{Customer: customer, Phone: "13900139000"})
		h.wants(err, domain.ErrIdempotencyKeyReused)
		_, err = ledger.ClaimCustomer(t.Context(), call, commands.ClaimCustomer{Customer: other})
		h.wants(err, domain.ErrIdempotencyKeyReused)
	}
	if got := h.events(eventstore.Stream(ownership.StreamOf(customer, domain.SelfOperated))); len(got) != 1 {
		t.Errorf("the retries left %v in the log", got)
	}
}
