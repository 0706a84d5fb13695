package commands_test

import (
	"testing"

	"guishu/commands"
	"guishu/commands/commandstest"
	"guishu/commands/ledger"
	"guishu/domain"
	"guishu/domain/identity"
	"guishu/domain/lookup"
	"guishu/eventstore"
)

// a look-up that is sent again is answered as it was the first time,
// whatever became of the customer since, and is not counted twice; under a new
// key it is a new question.
func TestALookUpSentAgainIsAnsweredAsItWas(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	ctx := t.Context()
	fields := commandstest.Person("王小明")
	fields.IdentityType, fields.IdentityNumber = identity.ResidentCard, "11010519491231002X"
	keys := commands.LookUpCustomer{IdentityType: fields.IdentityType, IdentityNumber: fields.IdentityNumber, Name: fields.Name}
	process := map[string]*ledger.Ledger{"the same process": h.Ledger, "another process": h.Another()}

	early := h.As(h.Ann)
	_, err := ledger.Ask(ctx, h.Ledger, early, keys)
	h.Wants(err, lookup.ErrNotClaimable)
	customer := h.Prospect(h.Ann, h.North, fields)
	free := h.As(h.Ann)
	first, err := ledger.Ask(ctx, h.Ledger, free, keys)
	h.Must(err)

	claim, err := h.Ledger.Do(ctx, h.As(h.Bo), commands.ClaimCustomer{Customer: customer})
	h.Must(err)
	_, err = h.Ledger.Do(ctx, h.As(h.NorthHead), commands.ApproveClaim{Customer: customer, Line: domain.SelfOperated, Application: domain.ApplicationID(claim.ID)})
	h.Must(err)
	_, err = ledger.Ask(ctx, h.Ledger, h.As(h.Ann), keys)
	h.Wants(err, lookup.ErrNotClaimable)
	asBefore := func(when string) {
		t.Helper()
		for name, l := range process {
			again, err := ledger.Ask(ctx, l, free, keys)
			h.Must(err)
			want := first
			want.Answer.Repeated = true
			if again != want {
				t.Errorf("%s, %s: answered %+v, the first time %+v", when, name, again, first)
			}
			_, err = ledger.Ask(ctx, l, early, keys)
			h.Wants(err, lookup.ErrNotClaimable)
		}
	}
	asBefore("once somebody owns the customer")
	if looked := h.Events(first.Answer.Stream); len(looked) != 3 {
		t.Errorf("the day's look-ups are %v", looked)
	}
	_, err = h.Ledger.Do(ctx, h.As(h.Director), commands.EraseCustomer{Customer: customer, Basis: "客户要求删除"})
	h.Must(err)
	asBefore("once the customer is erased")
}

// a look-up that is answered with a refusal counts once, also when nobody gave it
// a key by which a repetition is known.
func TestARefusedLookUpCountsOnce(t *testing.T) {
	t.Parallel()
	b := commandstest.NewBank(t)
	b.Prospect(b.Cy, b.South, commandstest.Document("王示例", "E00000009"))
	question := commands.LookUpCustomer{Name: "王示例", IdentityType: identity.Passport, IdentityNumber: "E00000009"}
	call := b.As(b.Ann)
	call.Key = ""
	_, err := ledger.Ask(t.Context(), b.Ledger, call, question)
	if domain.CodeOf(err).IsZero() {
		t.Fatalf("it is answered with %v", err)
	}
	stream := eventstore.Stream(lookup.StreamOf(b.Ann, b.Ledger.Today()))
	if events := b.Events(stream); len(events) != 1 {
		t.Errorf("one look-up is on record as %v", events)
	}
}
