package commands_test

import (
	"testing"

	"guishu/commands"
	"guishu/domain"
	"guishu/domain/identity"
	"guishu/domain/lookup"
)

// a look-up that is sent again is answered as it was the first time,
// whatever became of the customer since, and is not counted twice; under a new
// key it is a new question.
func TestALookUpSentAgainIsAnsweredAsItWas(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	ctx := t.Context()
	fields := person("王小明")
	fields.IdentityType, fields.IdentityNumber = identity.ResidentCard, "11010519491231002X"
	keys := commands.LookUpCustomer{IdentityType: fields.IdentityType, IdentityNumber: fields.IdentityNumber, Name: fields.Name}
	process := map[string]*commands.Ledger{"the same process": h.ledger, "another process": h.another()}

	early := h.as(h.ann)
	_, err := h.ledger.LookUpCustomer(ctx, early, keys)
	h.wants(err, lookup.ErrNotClaimable)
	customer := h.prospect(h.ann, h.north, fields)
	free := h.as(h.ann)
	first, err := h.ledger.LookUpCustomer(ctx, free, keys)
	h.must(err)

	claim, err := h.ledger.ClaimCustomer(ctx, h.as(h.bo), commands.ClaimCustomer{Customer: customer})
	h.must(err)
	_, err = h.ledger.ApproveClaim(ctx, h.as(h.northHead), commands.ApproveClaim{Customer: customer, Line: domain.SelfOperated, Application: domain.ApplicationID(claim.ID)})
	h.must(err)
	_, err = h.ledger.LookUpCustomer(ctx, h.as(h.ann), keys)
	h.wants(err, lookup.ErrNotClaimable)
	asBefore := func(when string) {
		t.Helper()
		for name, ledger := range process {
			again, err := ledger.LookUpCustomer(ctx, free, keys)
			h.must(err)
			want := first
			want.Answer.Repeated = true
			if again != want {
				t.Errorf("%s, %s: answered %+v, the first time %+v", when, name, again, first)
			}
			_, err = ledger.LookUpCustomer(ctx, early, keys)
			h.wants(err, lookup.ErrNotClaimable)
		}
	}
	asBefore("once somebody owns the customer")
	if looked := h.events(first.Answer.Stream); len(looked) != 3 {
		t.Errorf("the day's look-ups are %v", looked)
	}
	_, err = h.ledger.EraseCustomer(ctx, h.as(h.director), commands.EraseCustomer{Customer: customer, Basis: "客户要求删除"})
	h.must(err)
	asBefore("once the customer is erased")
}
