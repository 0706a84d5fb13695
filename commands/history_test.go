package commands_test

import (
	"testing"
	"time"

	"guishu/commands"
	"guishu/domain"
)

// approvedBatch is a batch of operations that the director approved.
func (h *house) approvedBatch() domain.BatchID {
	h.t.Helper()
	batch := h.batch()
	_, err := h.ledger.ApproveMigration(h.t.Context(), h.as(h.director), commands.ApproveMigration{Batch: batch})
	h.must(err)
	return batch
}

// history is a call by somebody for what happened days ago.
func (h *house) history(who domain.StaffID, batch domain.BatchID, days int) commands.Call {
	call := h.as(who)
	call.Batch, call.EffectiveAt = batch, time.Now().AddDate(0, 0, -days).Truncate(time.Second)
	return call
}

// B-31: a supervisor approved the import of certain files, not that an advisor
// states when they came first, or passes a gate, while the import goes on.
func TestOnlyWhoImportsBringsHistoryIn(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	ctx := t.Context()
	batch := h.approvedBatch()
	customer := h.prospect(h.dora, h.wealth, complete("赵示例", "E84000001"))
	payment := h.reserve(customer, h.product("OWN"), h.dora)
	own := h.attach(customer, h.dora)

	_, err := h.ledger.AttachAdvisor(ctx, h.history(h.emil, batch, 90), commands.AttachAdvisor{Customer: customer, Advisor: h.emil})
	h.wants(err, domain.ErrAuthzDenied)
	_, err = h.ledger.EndAttachment(ctx, h.history(h.dora, batch, 0), commands.EndAttachment{Customer: customer, Attachment: own, Reason: "改期"})
	h.wants(err, domain.ErrAuthzDenied)
	gateless := h.as(h.dora)
	gateless.Batch = batch
	_, err = h.ledger.RegisterPayment(ctx, gateless, commands.RegisterPayment{Payment: payment})
	h.wants(err, domain.ErrAuthzDenied)

	_, err = h.ledger.AttachAdvisor(ctx, h.history(h.ops, batch, 90), commands.AttachAdvisor{Customer: customer, Advisor: h.emil})
	h.must(err)
}

// B-31: what has not happened yet is no history, whatever it is about.
func TestHistoryIsNotOfTheFuture(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	ctx := t.Context()
	batch := h.approvedBatch()
	register := commands.RegisterCustomer{Party: domain.Person, HomeUnit: h.wealth, Fields: document("王示例", "E84000002"), Advisor: h.dora}
	_, err := h.ledger.RegisterCustomer(ctx, h.history(h.ops, batch, -1), register)
	h.wants(err, domain.ErrFormValue)
	if refusal, _ := domain.AsError(err); refusal.Field != "effective_at" {
		t.Errorf("%v is about %q", err, refusal.Field)
	}
	if left := h.reservations(false) + h.reservations(true); left != 0 {
		t.Errorf("%d reservations are left", left)
	}
	_, err = h.ledger.RegisterCustomer(ctx, h.history(h.ops, batch, 1), register)
	h.must(err)
}
