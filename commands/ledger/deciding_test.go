package ledger_test

import (
	"context"
	"iter"
	"testing"

	"guishu/commands"
	"guishu/commands/commandstest"
	"guishu/commands/ledger"
	"guishu/domain"
	"guishu/domain/ownership"
	"guishu/domain/product"
	"guishu/eventstore"
)

// deaf is a store whose process hears of nothing that others append, as one whose
// connection for notifications is cut.
type deaf struct{ eventstore.Store }

func (deaf) SubscribeAll(ctx context.Context, _ eventstore.Position, _ eventstore.Filter) iter.Seq2[eventstore.Delivery, error] {
	return func(yield func(eventstore.Delivery, error) bool) {
		<-ctx.Done()
		yield(eventstore.Delivery{}, ctx.Err())
	}
}

// L-02: a refusal is never decided on what is over, nor is it said that all is as
// wanted, whatever a process has heard of the others.
func TestNoAnswerRestsOnAStateThatIsOver(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	id := h.Prospect(h.Ann, h.North, commandstest.Person("王示例"))
	behind := h.Process(func(c *ledger.Config) { c.Store = deaf{c.Store} })
	do := func(who domain.StaffID, c ledger.Command) ledger.Answer {
		t.Helper()
		answer, err := behind.Do(t.Context(), h.As(who), c)
		h.Must(err)
		return answer
	}

	t.Run("a slot that is free again", func(t *testing.T) {
		claim := commands.ClaimCustomer{Customer: id, Line: domain.SelfOperated}
		filed := h.Do(h.Ann, claim)
		_, err := behind.Do(t.Context(), h.As(h.Ann), claim)
		h.Wants(err, ownership.ErrDuplicatePending)
		h.Do(h.Ann, commands.WithdrawClaim{Customer: id, Line: domain.SelfOperated, Application: domain.ApplicationID(filed.ID)})
		do(h.Ann, claim)
	})
	t.Run("a right that was given meanwhile", func(t *testing.T) {
		launch := commands.LaunchProduct{Code: "F9", Name: "示例九号", Supplier: "示例基金"}
		_, err := behind.Do(t.Context(), h.As(h.Bo), launch)
		h.Wants(err, domain.ErrAuthzDenied)
		h.Grant(h.Bo, domain.RoleOperations, h.Root)
		do(h.Bo, launch)
	})
	t.Run("somebody who was hired meanwhile", func(t *testing.T) {
		other := h.Prospect(h.Bo, h.North, commandstest.Person("李示例"))
		fay := h.Hire("fay", h.North, domain.RoleRelationshipManager, h.North)
		do(fay, commands.ClaimCustomer{Customer: other, Line: domain.SelfOperated})
	})
	t.Run("what is as wanted no more", func(t *testing.T) {
		h.supplement(behind, id, "示例路2号")
		h.supplement(h.Ledger, id, "示例路3号")
		if again := h.supplement(behind, id, "示例路2号"); again.Repeated {
			t.Errorf("what another process has changed is said to be as wanted: %+v", again)
		}
	})
	t.Run("and what is refused still is", func(t *testing.T) {
		_, err := behind.Do(t.Context(), h.As(h.Bo), commands.CloseSubscription{Product: domain.ProductID{1}})
		h.Wants(err, product.ErrUnknown)
	})
}
