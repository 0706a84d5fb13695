package commands_test

import (
	"testing"
	"time"

	"guishu/commands"
	"guishu/commands/commandstest"
	"guishu/commands/ledger"
	"guishu/domain"
	"guishu/domain/attachment"
	"guishu/domain/attribution"
	"guishu/domain/migration"
	"guishu/domain/policy"
	"guishu/eventstore"
)

// decisions are those of a payment in the log, in order.
func (h *house) decisions(payment domain.PaymentID) []attribution.Decided {
	h.Helper()
	var all []attribution.Decided
	stream := eventstore.Stream(attribution.StreamPrefix + payment.String())
	for event, err := range h.Store.ReadStream(h.Context(), eventstore.StreamQuery{Stream: stream}) {
		h.Must(err)
		decoded, err := h.Codec.Decode(h.Context(), event)
		h.Must(err)
		if decided, ok := decoded.Event.(attribution.Decided); ok {
			all = append(all, decided)
		}
	}
	return all
}

// decide decides as operations would by hand.
func (h *house) decide(payment domain.PaymentID) attribution.Decided {
	h.Helper()
	_, err := h.Ledger.Do(h.Context(), h.As(h.Director), commands.DecideAttribution{Payment: payment})
	h.Must(err)
	all := h.decisions(payment)
	return all[len(all)-1]
}

// B-30, T1: without a communication the advisor entered first earns it, whoever
// handles the deal.
func TestTheEarliestEntryEarnsIt(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	product := h.Product("T1")
	customer := h.Prospect(h.Dora, h.Wealth, commandstest.Complete("赵示例", "E81000001"))
	h.Attach(customer, h.Dora)
	h.Attach(customer, h.Emil)
	payment := h.Reserve(customer, product, h.Emil)
	_, err := h.Ledger.Do(t.Context(), h.As(h.Director), commands.DecideAttribution{Payment: payment})
	h.Wants(err, attribution.ErrNotConfirmed)
	_, err = commands.Attribute(t.Context(), h.Ledger, payment)
	h.Wants(err, attribution.ErrNotConfirmed)
	h.Confirm(payment, h.Emil)
	found := h.decide(payment)
	if found.Winner != h.Dora || found.Handler != h.Emil || found.Ground != attribution.GroundTime || len(found.Candidates) != 2 || found.HandlerRank != 2 {
		t.Errorf("decided %+v", found)
	}
	computed, err := commands.Attribute(t.Context(), h.Process(), payment)
	h.Must(err)
	if !attribution.Same(found, computed) {
		t.Errorf("another process computes %+v, stored is %+v", computed, found)
	}
}

// B-31 其二, E2: who communicated about the product before the reservation earns
// it, ahead of the earlier entry; what is recorded after it does not count.
func TestCommunicatedThenBoughtEarnsIt(t *testing.T) {
	t.Parallel()
	for name, early := range map[string]bool{"recorded before the reservation": true, "recorded after it": false} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			h := newHouse(t)
			product := h.Product("E2")
			customer := h.Prospect(h.Dora, h.Wealth, commandstest.Complete("赵示例", "E82000001"))
			h.Attach(customer, h.Dora)
			h.Attach(customer, h.Emil)
			contact := func() {
				_, err := h.Ledger.Do(t.Context(), h.As(h.Emil), commands.RecordContact{
					Customer: customer, Advisor: h.Emil, OccurredOn: h.Ledger.Today(), Method: attachment.ContactByPhone, Product: product, TwoWay: true,
				})
				h.Must(err)
			}
			if early {
				contact()
			}
			payment := h.Reserve(customer, product, h.Dora)
			if !early {
				contact()
			}
			h.Confirm(payment, h.Dora)
			winner, ground := h.Dora, attribution.GroundTime
			if early {
				winner, ground = h.Emil, attribution.GroundCommunicated
			}
			if found := h.decide(payment); found.Winner != winner || found.Ground != ground {
				t.Errorf("decided %s by %s", found.Winner, found.Ground)
			}
		})
	}
}

// C-07, design §7: a decision is computed from the log, also by a process that has
// not heard of a policy that was published before the confirmation.
func TestAProcessThatIsBehindDecidesTheSame(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	behind := h.Another(func(c *ledger.Config) { c.Store = commandstest.Deaf{Store: h.Store} })
	before := h.Sale("before")
	h.Confirm(before.Payment, h.Dora)
	if early, err := commands.Attribute(t.Context(), behind, before.Payment); err != nil || early.PolicyVersion != 0 {
		t.Fatalf("decided %+v, %v", early, err)
	}
	_, err := h.Ledger.Do(t.Context(), h.As(h.Director), commands.PublishPolicy{EffectiveOn: h.Ledger.Today(), Rules: commands.Rules(policy.Default())})
	h.Must(err)
	after := h.Sale("after")
	h.Confirm(after.Payment, h.Dora)
	found := h.decide(after.Payment)
	computed, err := commands.Attribute(t.Context(), behind, after.Payment)
	h.Must(err)
	if found.PolicyVersion != 1 || !attribution.Same(found, computed) {
		t.Errorf("the process that is behind computes %+v, stored is %+v", computed, found)
	}
}

// B-31, design §7: imported history counts with its stated times only under an
// approved batch, and a late fact gives a decision that supersedes the first,
// which stays readable.
func TestALateFactSupersedesADecision(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	ctx := t.Context()
	product := h.Product("MIG")
	long := func(days int) time.Time { return time.Now().AddDate(0, 0, -days).Truncate(time.Second) }
	in := func(who domain.StaffID, batch domain.BatchID, at time.Time) ledger.Call {
		call := h.As(who)
		call.Batch, call.EffectiveAt = batch, at
		return call
	}
	batch := h.Batch()
	customer := h.Prospect(h.Dora, h.Wealth, commandstest.Complete("赵示例", "E83000001"))

	_, err := h.Ledger.Do(ctx, in(h.Dora, domain.BatchID{}, long(90)), commands.AttachAdvisor{Customer: customer, Advisor: h.Dora})
	h.Wants(err, migration.ErrNotApproved)
	_, err = h.Ledger.Do(ctx, in(h.Ops, batch, long(90)), commands.AttachAdvisor{Customer: customer, Advisor: h.Dora})
	h.Wants(err, migration.ErrNotApproved)
	_, err = h.Ledger.Do(ctx, h.As(h.Ops), commands.ApproveMigration{Batch: batch})
	h.Wants(err, domain.ErrAuthzDenied)
	_, err = h.Ledger.Do(ctx, h.As(h.Director), commands.ApproveMigration{Batch: batch, Note: "已核对"})
	h.Must(err)

	// Imported: emil's entry of 60 days ago, and a payment confirmed 10 days ago.
	imported := in(h.Ops, batch, long(60))
	_, err = h.Ledger.Do(ctx, imported, commands.AttachAdvisor{Customer: customer, Advisor: h.Emil})
	h.Must(err)
	changed := imported
	changed.EffectiveAt = long(61)
	_, err = h.Ledger.Do(ctx, changed, commands.AttachAdvisor{Customer: customer, Advisor: h.Emil})
	h.Wants(err, domain.ErrIdempotencyKeyReused) // another stated time is another request
	reserved, err := h.Ledger.Do(ctx, in(h.Ops, batch, long(12)), h.Reserving(customer, product, h.Emil))
	h.Must(err)
	payment := domain.PaymentID(reserved.ID)
	_, err = h.Ledger.Do(ctx, in(h.Ops, batch, long(11)), commands.RegisterPayment{Payment: payment})
	h.Must(err)
	confirmed, err := h.Ledger.Do(ctx, in(h.Ops, batch, long(10)), commands.ConfirmPayment{Payment: payment})
	h.Must(err)
	if meta := h.Metadata(confirmed); !meta.Asserted || meta.MigrationBatch != [16]byte(batch) || !meta.EffectiveAt.Equal(long(10).UTC()) && meta.EffectiveAt.IsZero() {
		t.Errorf("the confirmation says %+v", meta)
	}
	first := h.decide(payment)
	if first.Winner != h.Emil || first.Candidates[0].TimeBasis != attribution.BasisApproved {
		t.Fatalf("decided %+v", first)
	}

	// The late fact: dora had been entered 90 days ago.
	late := in(h.Ops, batch, long(90))
	attached, err := h.Ledger.Do(ctx, late, commands.AttachAdvisor{Customer: customer, Advisor: h.Dora})
	h.Must(err)
	second := h.decide(payment)
	if second.Winner != h.Dora || second.Supersedes != first.Decision || second.Decision == first.Decision {
		t.Errorf("after the late fact decided %+v", second)
	}
	if delta := attribution.Delta(first, second); len(delta) != 2 || delta[0].AmountFen+delta[1].AmountFen != 0 {
		t.Errorf("the delta is %+v", delta)
	}
	if third := h.decide(payment); third.Decision != second.Decision || len(h.decisions(payment)) != 2 {
		t.Errorf("deciding once more wrote %+v", third)
	}

	// Closed: nothing more comes in, but what came in is still answered.
	_, err = h.Ledger.Do(ctx, h.As(h.Ops), commands.CloseMigration{Batch: batch, Imported: 5})
	h.Must(err)
	_, err = h.Ledger.Do(ctx, in(h.Ops, batch, long(5)), commands.AttachAdvisor{Customer: customer, Advisor: h.Dora})
	h.Wants(err, migration.ErrState)
	again, err := h.Ledger.Do(ctx, late, commands.AttachAdvisor{Customer: customer, Advisor: h.Dora})
	h.Must(err)
	if again.ID != attached.ID || !again.Repeated {
		t.Errorf("the retry was answered with %+v, the first with %+v", again, attached)
	}
}

// B-31, C-06: who decides while somebody else decides on more never supersedes that
// with what was found in less.
func TestAnOlderFindingNeverSupersedesANewer(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	ctx := t.Context()
	customer := h.Prospect(h.Dora, h.Wealth, commandstest.Complete("赵示例", "E85000001"))
	batch := h.approvedBatch()
	enter := func(advisor domain.StaffID, days int) {
		_, err := h.Ledger.Do(ctx, h.history(h.Ops, batch, days), commands.AttachAdvisor{Customer: customer, Advisor: advisor})
		h.Must(err)
	}
	enter(h.Emil, 60)
	reserved, err := h.Ledger.Do(ctx, h.history(h.Ops, batch, 12), h.Reserving(customer, h.Product("RACE"), h.Emil))
	h.Must(err)
	payment := domain.PaymentID(reserved.ID)
	_, err = h.Ledger.Do(ctx, h.history(h.Ops, batch, 11), commands.RegisterPayment{Payment: payment})
	h.Must(err)
	_, err = h.Ledger.Do(ctx, h.history(h.Ops, batch, 10), commands.ConfirmPayment{Payment: payment})
	h.Must(err)

	// Between its reading who was attached and its writing, dora's entry comes in and
	// is decided on.
	slow := h.Another(func(c *ledger.Config) {
		c.Store = &commandstest.Interrupted{Store: h.Store, At: eventstore.Stream(attachment.ContactStreamPrefix + customer.String()), Do: func() {
			enter(h.Dora, 90)
			h.decide(payment)
		}}
	})
	_, err = slow.Do(ctx, h.As(h.Director), commands.DecideAttribution{Payment: payment})
	h.Must(err)
	all := h.decisions(payment)
	if last := all[len(all)-1]; len(all) != 1 || last.Winner != h.Dora {
		t.Errorf("%d decisions, the last for %s; dora is %s, emil %s", len(all), last.Winner, h.Dora, h.Emil)
	}
}
