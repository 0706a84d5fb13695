package commands_test

import (
	"testing"

	"guishu/commands"
	"guishu/commands/commandstest"
	"guishu/commands/ledger"
	"guishu/domain"
	"guishu/domain/staff"
)

// B-20, B-35: who is named at entry has the customer among their own, and may do
// what that allows, while nobody owns or advises them.
func TestWhoIsNamedAtEntryLooksAfterTheCustomer(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	ctx := t.Context()
	made, err := h.Ledger.Do(ctx, h.As(h.Ops), commands.RegisterCustomer{
		Party: domain.Person, HomeUnit: h.Wealth, Fields: commandstest.Person("王示例"), Advisor: h.Dora,
	})
	h.Must(err)
	id := domain.CustomerID(made.ID)
	supplement := func(who domain.StaffID, address string) error {
		_, err := h.Ledger.Do(ctx, h.As(who), commands.SupplementCustomer{
			Customer: id, Fields: commands.CustomerFields{Address: address},
		})
		return err
	}
	h.Must(supplement(h.Dora, "示例路1号"))
	h.Wants(supplement(h.Emil, "示例路2号"), domain.ErrQueryNotFoundOrOutOfScope)
	shown, err := ledger.Ask(ctx, h.Ledger, h.As(h.Dora), commands.RevealFields{
		Customer: id, Fields: []staff.Field{staff.FieldPhone}, Purpose: "回访",
	})
	h.Must(err)
	if shown.Fields[staff.FieldPhone] == "" {
		t.Error("nothing was revealed")
	}
	h.Attach(id, h.Emil)
	h.Wants(supplement(h.Dora, "示例路3号"), domain.ErrQueryNotFoundOrOutOfScope)
}

// C-04, A-76: what a reveal shows when it is sent again is what is on record, not
// what the customer's fields have become.
func TestARepeatedRevealShowsWhatItShowedFirst(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	ctx := t.Context()
	id := h.Prospect(h.Dora, h.Wealth, commandstest.Person("王示例"))
	h.Attach(id, h.Dora)
	call := h.As(h.Dora)
	call.Key = "reveal-once"
	reveal := func() (ledger.Answer, string) {
		shown, err := ledger.Ask(ctx, h.Ledger, call, commands.RevealFields{
			Customer: id, Fields: []staff.Field{staff.FieldPhone}, Purpose: "回访",
		})
		h.Must(err)
		return shown.Answer, shown.Fields[staff.FieldPhone]
	}
	first, shown := reveal()
	_, err := h.Ledger.Do(ctx, h.As(h.Dora), commands.SupplementCustomer{
		Customer: id, Fields: commands.CustomerFields{Phone: "13900000009"},
	})
	h.Must(err)
	again, repeated := reveal()
	if !again.Repeated || again.Position != first.Position || shown == "" || repeated != shown || shown == "+8613900000009" {
		t.Errorf("%q at first, then %q", shown, repeated)
	}
	call.Key = "reveal-twice"
	if _, now := reveal(); now != "+8613900000009" {
		t.Errorf("a reveal of its own shows %q", now)
	}
}
