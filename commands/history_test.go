package commands_test

import (
	"testing"
	"time"

	"guishu/commands"
	"guishu/commands/commandstest"
	"guishu/commands/ledger"
	"guishu/domain"
)

// approvedBatch is a batch of operations that the director approved.
func (h *house) approvedBatch() domain.BatchID {
	h.Helper()
	batch := h.Batch()
	_, err := h.Ledger.Do(h.Context(), h.As(h.Director), commands.ApproveMigration{Batch: batch})
	h.Must(err)
	return batch
}

// history is a call by somebody for what happened days ago.
func (h *house) history(who domain.StaffID, batch domain.BatchID, days int) ledger.Call {
	call := h.As(who)
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
	customer := h.Prospect(h.Dora, h.Wealth, commandstest.Complete("赵示例", "E84000001"))
	payment := h.Reserve(customer, h.Product("OWN"), h.Dora)
	own := h.Attach(customer, h.Dora)

	_, err := h.Ledger.Do(ctx, h.history(h.Emil, batch, 90), commands.AttachAdvisor{Customer: customer, Advisor: h.Emil})
	h.Wants(err, domain.ErrAuthzDenied)
	_, err = h.Ledger.Do(ctx, h.history(h.Dora, batch, 0), commands.EndAttachment{Customer: customer, Attachment: own, Reason: "改期"})
	h.Wants(err, domain.ErrAuthzDenied)
	gateless := h.As(h.Dora)
	gateless.Batch = batch
	_, err = h.Ledger.Do(ctx, gateless, commands.RegisterPayment{Payment: payment})
	h.Wants(err, domain.ErrAuthzDenied)

	_, err = h.Ledger.Do(ctx, h.history(h.Ops, batch, 90), commands.AttachAdvisor{Customer: customer, Advisor: h.Emil})
	h.Must(err)
}

// B-31: what has not happened yet is no history, whatever it is about.
func TestHistoryIsNotOfTheFuture(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	ctx := t.Context()
	batch := h.approvedBatch()
	register := commands.RegisterCustomer{Party: domain.Person, HomeUnit: h.Wealth, Fields: commandstest.Document("王示例", "E84000002"), Advisor: h.Dora}
	_, err := h.Ledger.Do(ctx, h.history(h.Ops, batch, -1), register)
	h.Wants(err, domain.ErrFormValue)
	if refusal, _ := domain.AsError(err); refusal.Field != "effective_at" {
		t.Errorf("%v is about %q", err, refusal.Field)
	}
	if left := h.Reservations(false) + h.Reservations(true); left != 0 {
		t.Errorf("%d reservations are left", left)
	}
	_, err = h.Ledger.Do(ctx, h.history(h.Ops, batch, 1), register)
	h.Must(err)
}
