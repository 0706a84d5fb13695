package commands_test

import (
	"slices"
	"testing"

	"guishu/commands"
	"guishu/domain"
	"guishu/domain/ownership"
	"guishu/eventstore"

	"github.com/google/uuid"
)

// a process whose kept state of the slot is behind the approval that it
// answers does not take the application for one without a phone.
func TestAClaimsPhoneIsKeptByAProcessThatIsBehind(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	ctx := t.Context()
	id := h.prospect(h.ann, h.north, person("王示例"))
	behind := h.process(func(c *commands.Config) { c.Store = deaf{c.Store} })
	withdrawn, err := behind.ClaimCustomer(ctx, h.as(h.bo), commands.ClaimCustomer{Customer: id})
	h.must(err)
	_, err = behind.WithdrawClaim(ctx, h.as(h.bo), commands.WithdrawClaim{Customer: id, Line: domain.SelfOperated, Application: domain.ApplicationID(withdrawn.ID)})
	h.must(err)

	filed, err := h.ledger.ClaimCustomer(ctx, h.as(h.ann), commands.ClaimCustomer{Customer: id, Phone: "13900139000"})
	h.must(err)
	application := domain.ApplicationID(filed.ID)
	_, err = h.ledger.ApproveClaim(ctx, h.as(h.northHead), commands.ApproveClaim{Customer: id, Line: domain.SelfOperated, Application: application})
	h.must(err)
	if stream := eventstore.Stream(ownership.StreamOf(id, domain.SelfOperated)); behind.CachedRevision(stream) != withdrawn.Revision+1 {
		t.Fatal("the process is not behind, so this proves nothing")
	}
	call := commands.ByTheLedger("record-claim-phone/1", uuid.Nil, uuid.Nil)
	_, err = behind.RecordClaimPhone(ctx, call, commands.RecordClaimPhone{Customer: id, Line: domain.SelfOperated, Application: application})
	h.must(err)
	if types := h.events(streamOfCustomer(id)); types[len(types)-1] != "customer.phone-recorded" {
		t.Errorf("the customer's events are %v", types)
	}
}

// a reaction that comes late, as after it was parked, does not put the
// claim's phone over one that was typed since the approval.
func TestAClaimsPhoneComesTooLateForANewerOne(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	ctx := t.Context()
	id := h.prospect(h.ann, h.north, person("王示例"))
	filed, err := h.ledger.ClaimCustomer(ctx, h.as(h.ann), commands.ClaimCustomer{Customer: id, Phone: "13900139000"})
	h.must(err)
	application := domain.ApplicationID(filed.ID)
	_, err = h.ledger.ApproveClaim(ctx, h.as(h.northHead), commands.ApproveClaim{Customer: id, Line: domain.SelfOperated, Application: application})
	h.must(err)
	_, err = h.ledger.SupplementCustomer(ctx, h.as(h.ann), commands.SupplementCustomer{Customer: id, Fields: commands.CustomerFields{Phone: "13700137000"}})
	h.must(err)
	for name, l := range map[string]*commands.Ledger{"this process": h.ledger, "another": h.process()} {
		call := commands.ByTheLedger("record-claim-phone/"+name, uuid.Nil, uuid.Nil)
		_, err = l.RecordClaimPhone(ctx, call, commands.RecordClaimPhone{Customer: id, Line: domain.SelfOperated, Application: application})
		h.must(err)
	}
	want := []string{"customer.registered", "customer.supplemented"}
	if types := h.events(streamOfCustomer(id)); !slices.Equal(types, want) {
		t.Errorf("the customer's events are %v, want %v", types, want)
	}
}
