package commands

import (
	"context"

	"guishu/commands/ledger"
	"guishu/domain"
	"guishu/domain/customer"
	"guishu/domain/ownership"
	"guishu/domain/staff"

	"github.com/google/uuid"
)

// DissolveUntenable takes a customer from an owner who became it after leaving, or after
// the customer was erased: the reaction to every new ownership, never asked for by a
// person (L-04).
type DissolveUntenable struct {
	Customer domain.CustomerID
	Line     domain.BusinessLine
}

var dissolveUntenable = ledger.Verb{
	Name: "dissolve-untenable-ownership", ByLedger: true,
	Title: ledger.Say("解除不能成立的客户关系", "Dissolve an untenable ownership"),
	Does:  ledger.Say("客户关系建立时客户经理已离职，或客户信息已删除的，由系统解除。", "Takes a customer from an owner who became it after leaving, or after the customer was erased."),
}

// Verb is dissolve-untenable-ownership.
func (DissolveUntenable) Verb() ledger.Verb { return dissolveUntenable }

// Run dissolves; an ownership that may stand is left as it is.
func (c DissolveUntenable) Run(ctx context.Context, t *ledger.Task) (ledger.Answer, error) {
	return writeSlot(ctx, t, c.Customer, c.Line, uuid.UUID(c.Customer), func(ctx context.Context, s slotCase) ([]any, error) {
		if !s.Owned() {
			return nil, nil
		}
		owner, err := t.Ledger().Member(ctx, s.Owner)
		if err != nil {
			return nil, err
		}
		return s.DissolveUntenable(owner.LeftAt, s.customer.ErasedAt), nil
	})
}

// Settled says whether nobody owns the customer in the line who became it too late, by
// what the ledger holds.
func (c DissolveUntenable) Settled(ctx context.Context, l *ledger.Ledger) (bool, error) {
	slot, err := ledger.Fold[ownership.State](ctx, l, slotStream(c.Customer, c.Line))
	if err != nil || !slot.State.Owned() {
		return err == nil, err
	}
	left, erased, err := ends(ctx, l, slot.State.Owner, c.Customer)
	if err != nil {
		return false, err
	}
	_, untenable := slot.State.Untenable(left, erased)
	return !untenable, nil
}

// ends are the positions of a departure and of an erasure by what the ledger holds, zero
// for none.
func ends(ctx context.Context, l *ledger.Ledger, who domain.StaffID, whose domain.CustomerID) (left, erased domain.Position, err error) {
	member, err := ledger.Fold[staff.State](ctx, l, ledger.StreamOf(staff.StreamPrefix, who))
	if err != nil {
		return 0, 0, err
	}
	client, err := ledger.Fold[customer.State](ctx, l, customerStream(whose))
	if err != nil {
		return 0, 0, err
	}
	return member.State.LeftAt, client.State.ErasedAt, nil
}
