package commands_test

import (
	"testing"

	"guishu/commands"
	"guishu/domain"
	"guishu/domain/staff"
)

// B-20, B-35: who is named at entry has the customer among their own, and may do
// what that allows, while nobody owns or advises them.
func TestWhoIsNamedAtEntryLooksAfterTheCustomer(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	ctx := t.Context()
	made, err := h.ledger.RegisterCustomer(ctx, h.as(h.ops), commands.RegisterCustomer{
		Party: domain.Person, HomeUnit: h.wealth, Fields: person("王示例"), Advisor: h.dora,
	})
	h.must(err)
	id := domain.CustomerID(made.ID)
	supplement := func(who domain.StaffID, address string) error {
		_, err := h.ledger.SupplementCustomer(ctx, h.as(who), commands.SupplementCustomer{
			Customer: id, Fields: commands.CustomerFields{Address: address},
		})
		return err
	}
	h.must(supplement(h.dora, "示例路1号"))
	h.wants(supplement(h.emil, "示例路2号"), domain.ErrQueryNotFoundOrOutOfScope)
	_, values, err := h.ledger.RevealFields(ctx, h.as(h.dora), commands.RevealFields{
		Customer: id, Fields: []staff.Field{staff.FieldPhone}, Purpose: "回访",
	})
	h.must(err)
	if values[staff.FieldPhone] == "" {
		t.Error("nothing was revealed")
	}
	h.attach(id, h.emil)
	h.wants(supplement(h.dora, "示例路3号"), domain.ErrQueryNotFoundOrOutOfScope)
}

// C-04, A-76: what a reveal shows when it is sent again is what is on record, not
// what the customer's fields have become.
func TestARepeatedRevealShowsWhatItShowedFirst(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	ctx := t.Context()
	id := h.prospect(h.dora, h.wealth, person("王示例"))
	h.attach(id, h.dora)
	call := h.as(h.dora)
	call.Key = "reveal-once"
	reveal := func() (commands.Answer, string) {
		answer, values, err := h.ledger.RevealFields(ctx, call, commands.RevealFields{
			Customer: id, Fields: []staff.Field{staff.FieldPhone}, Purpose: "回访",
		})
		h.must(err)
		return answer, values[staff.FieldPhone]
	}
	first, shown := reveal()
	_, err := h.ledger.SupplementCustomer(ctx, h.as(h.dora), commands.SupplementCustomer{
		Customer: id, Fields: commands.CustomerFields{Phone: "13900000009"},
	})
	h.must(err)
	again, repeated := reveal()
	if !again.Repeated || again.Position != first.Position || shown == "" || repeated != shown || shown == "+8613900000009" {
		t.Errorf("%q at first, then %q", shown, repeated)
	}
	call.Key = "reveal-twice"
	if _, now := reveal(); now != "+8613900000009" {
		t.Errorf("a reveal of its own shows %q", now)
	}
}
