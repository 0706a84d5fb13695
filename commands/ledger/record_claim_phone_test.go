package ledger_test

import (
	"slices"
	"testing"

	"guishu/commands"
	"guishu/commands/commandstest"
	"guishu/commands/ledger"
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
	id := h.Prospect(h.Ann, h.North, commandstest.Person("王示例"))
	behind := h.Process(func(c *ledger.Config) { c.Store = commandstest.Deaf{Store: c.Store} })
	withdrawn, err := behind.Do(ctx, h.As(h.Bo), commands.ClaimCustomer{Customer: id})
	h.Must(err)
	_, err = behind.Do(ctx, h.As(h.Bo), commands.WithdrawClaim{Customer: id, Line: domain.SelfOperated, Application: domain.ApplicationID(withdrawn.ID)})
	h.Must(err)

	filed, err := h.Ledger.Do(ctx, h.As(h.Ann), commands.ClaimCustomer{Customer: id, Phone: "13900139000"})
	h.Must(err)
	application := domain.ApplicationID(filed.ID)
	_, err = h.Ledger.Do(ctx, h.As(h.NorthHead), commands.ApproveClaim{Customer: id, Line: domain.SelfOperated, Application: application})
	h.Must(err)
	if stream := eventstore.Stream(ownership.StreamOf(id, domain.SelfOperated)); behind.CachedRevision(stream) != withdrawn.Revision+1 {
		t.Fatal("the process is not behind, so this proves nothing")
	}
	call := ledger.ByTheLedger("record-claim-phone/1", uuid.Nil, uuid.Nil)
	_, err = behind.Do(ctx, call, commands.RecordClaimPhone{Customer: id, Line: domain.SelfOperated, Application: application})
	h.Must(err)
	if types := h.Events(streamOfCustomer(id)); types[len(types)-1] != "customer.phone-recorded" {
		t.Errorf("the customer's events are %v", types)
	}
}

// a reaction that comes late, as after it was parked, does not put the
// claim's phone over one that was typed since the approval.
func TestAClaimsPhoneComesTooLateForANewerOne(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	ctx := t.Context()
	id := h.Prospect(h.Ann, h.North, commandstest.Person("王示例"))
	filed, err := h.Ledger.Do(ctx, h.As(h.Ann), commands.ClaimCustomer{Customer: id, Phone: "13900139000"})
	h.Must(err)
	application := domain.ApplicationID(filed.ID)
	_, err = h.Ledger.Do(ctx, h.As(h.NorthHead), commands.ApproveClaim{Customer: id, Line: domain.SelfOperated, Application: application})
	h.Must(err)
	_, err = h.Ledger.Do(ctx, h.As(h.Ann), commands.SupplementCustomer{Customer: id, Fields: commands.CustomerFields{Phone: "13700137000"}})
	h.Must(err)
	for name, l := range map[string]*ledger.Ledger{"this process": h.Ledger, "another": h.Process()} {
		call := ledger.ByTheLedger("record-claim-phone/"+name, uuid.Nil, uuid.Nil)
		_, err = l.Do(ctx, call, commands.RecordClaimPhone{Customer: id, Line: domain.SelfOperated, Application: application})
		h.Must(err)
	}
	want := []string{"customer.registered", "customer.supplemented"}
	if types := h.Events(streamOfCustomer(id)); !slices.Equal(types, want) {
		t.Errorf("the customer's events are %v, want %v", types, want)
	}
}
