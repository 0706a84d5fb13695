package commands_test

import (
	"testing"
	"time"

	"guishu/commands"
	"guishu/domain"
	"guishu/domain/attachment"
	"guishu/domain/attribution"
	"guishu/domain/migration"
	"guishu/domain/policy"
	"guishu/eventstore"
)

// decisions are those of a payment in the log, in order.
func (h *house) decisions(payment domain.PaymentID) []attribution.Decided {
	h.t.Helper()
	var all []attribution.Decided
	stream := eventstore.Stream(attribution.StreamPrefix + payment.String())
	for event, err := range h.store.ReadStream(h.t.Context(), eventstore.StreamQuery{Stream: stream}) {
		h.must(err)
		decoded, err := h.codec.Decode(h.t.Context(), event)
		h.must(err)
		if decided, ok := decoded.Event.(attribution.Decided); ok {
			all = append(all, decided)
		}
	}
	return all
}

// decide decides as operations would by hand.
func (h *house) decide(payment domain.PaymentID) attribution.Decided {
	h.t.Helper()
	_, err := h.ledger.DecideAttribution(h.t.Context(), h.as(h.director), commands.DecideAttribution{Payment: payment})
	h.must(err)
	all := h.decisions(payment)
	return all[len(all)-1]
}

// B-30, T1: without a communication the advisor entered first earns it, whoever
// handles the deal.
func TestTheEarliestEntryEarnsIt(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	product := h.product("T1")
	customer := h.prospect(h.dora, h.wealth, complete("赵示例", "E81000001"))
	h.attach(customer, h.dora)
	h.attach(customer, h.emil)
	payment := h.reserve(customer, product, h.emil)
	_, err := h.ledger.DecideAttribution(t.Context(), h.as(h.director), commands.DecideAttribution{Payment: payment})
	h.wants(err, attribution.ErrNotConfirmed)
	_, err = h.ledger.Attribute(t.Context(), payment)
	h.wants(err, attribution.ErrNotConfirmed)
	h.confirm(payment, h.emil)
	found := h.decide(payment)
	if found.Winner != h.dora || found.Handler != h.emil || found.Ground != attribution.GroundTime || len(found.Candidates) != 2 || found.HandlerRank != 2 {
		t.Errorf("decided %+v", found)
	}
	computed, err := h.process().Attribute(t.Context(), payment)
	h.must(err)
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
			product := h.product("E2")
			customer := h.prospect(h.dora, h.wealth, complete("赵示例", "E82000001"))
			h.attach(customer, h.dora)
			h.attach(customer, h.emil)
			contact := func() {
				_, err := h.ledger.RecordContact(t.Context(), h.as(h.emil), commands.RecordContact{
					Customer: customer, Advisor: h.emil, OccurredOn: h.ledger.Today(), Method: attachment.ContactByPhone, Product: product, TwoWay: true,
				})
				h.must(err)
			}
			if early {
				contact()
			}
			payment := h.reserve(customer, product, h.dora)
			if !early {
				contact()
			}
			h.confirm(payment, h.dora)
			winner, ground := h.dora, attribution.GroundTime
			if early {
				winner, ground = h.emil, attribution.GroundCommunicated
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
	behind := h.another(func(c *commands.Config) { c.Store = deaf{h.store} })
	before := h.sale("before")
	h.confirm(before.payment, h.dora)
	if early, err := behind.Attribute(t.Context(), before.payment); err != nil || early.PolicyVersion != 0 {
		t.Fatalf("decided %+v, %v", early, err)
	}
	_, err := h.ledger.PublishPolicy(t.Context(), h.as(h.director), commands.PublishPolicy{EffectiveOn: h.ledger.Today(), Rules: policy.Default()})
	h.must(err)
	after := h.sale("after")
	h.confirm(after.payment, h.dora)
	found := h.decide(after.payment)
	computed, err := behind.Attribute(t.Context(), after.payment)
	h.must(err)
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
	product := h.product("MIG")
	long := func(days int) time.Time { return time.Now().AddDate(0, 0, -days).Truncate(time.Second) }
	in := func(who domain.StaffID, batch domain.BatchID, at time.Time) commands.Call {
		call := h.as(who)
		call.Batch, call.EffectiveAt = batch, at
		return call
	}
	batch := h.batch()
	customer := h.prospect(h.dora, h.wealth, complete("赵示例", "E83000001"))

	_, err := h.ledger.AttachAdvisor(ctx, in(h.dora, domain.BatchID{}, long(90)), commands.AttachAdvisor{Customer: customer, Advisor: h.dora})
	h.wants(err, migration.ErrNotApproved)
	_, err = h.ledger.AttachAdvisor(ctx, in(h.ops, batch, long(90)), commands.AttachAdvisor{Customer: customer, Advisor: h.dora})
	h.wants(err, migration.ErrNotApproved)
	_, err = h.ledger.ApproveMigration(ctx, h.as(h.ops), commands.ApproveMigration{Batch: batch})
	h.wants(err, domain.ErrAuthzDenied)
	_, err = h.ledger.ApproveMigration(ctx, h.as(h.director), commands.ApproveMigration{Batch: batch, Note: "已核对"})
	h.must(err)

	// Imported: emil's entry of 60 days ago, and a payment confirmed 10 days ago.
	imported := in(h.ops, batch, long(60))
	_, err = h.ledger.AttachAdvisor(ctx, imported, commands.AttachAdvisor{Customer: customer, Advisor: h.emil})
	h.must(err)
	changed := imported
	changed.EffectiveAt = long(61)
	_, err = h.ledger.AttachAdvisor(ctx, changed, commands.AttachAdvisor{Customer: customer, Advisor: h.emil})
	h.wants(err, domain.ErrIdempotencyKeyReused) // another stated time is another request
	reserved, err := h.ledger.ReservePayment(ctx, in(h.ops, batch, long(12)), h.reserving(customer, product, h.emil))
	h.must(err)
	payment := domain.PaymentID(reserved.ID)
	_, err = h.ledger.RegisterPayment(ctx, in(h.ops, batch, long(11)), commands.RegisterPayment{Payment: payment})
	h.must(err)
	confirmed, err := h.ledger.ConfirmPayment(ctx, in(h.ops, batch, long(10)), commands.ConfirmPayment{Payment: payment})
	h.must(err)
	if meta := h.metadata(confirmed); !meta.Asserted || meta.MigrationBatch != [16]byte(batch) || !meta.EffectiveAt.Equal(long(10).UTC()) && meta.EffectiveAt.IsZero() {
		t.Errorf("the confirmation says %+v", meta)
	}
	first := h.decide(payment)
	if first.Winner != h.emil || first.Candidates[0].TimeBasis != attribution.BasisApproved {
		t.Fatalf("decided %+v", first)
	}

	// The late fact: dora had been entered 90 days ago.
	late := in(h.ops, batch, long(90))
	attached, err := h.ledger.AttachAdvisor(ctx, late, commands.AttachAdvisor{Customer: customer, Advisor: h.dora})
	h.must(err)
	second := h.decide(payment)
	if second.Winner != h.dora || second.Supersedes != first.Decision || second.Decision == first.Decision {
		t.Errorf("after the late fact decided %+v", second)
	}
	if delta := attribution.Delta(first, second); len(delta) != 2 || delta[0].AmountFen+delta[1].AmountFen != 0 {
		t.Errorf("the delta is %+v", delta)
	}
	if third := h.decide(payment); third.Decision != second.Decision || len(h.decisions(payment)) != 2 {
		t.Errorf("deciding once more wrote %+v", third)
	}

	// Closed: nothing more comes in, but what came in is still answered.
	_, err = h.ledger.CloseMigration(ctx, h.as(h.ops), commands.CloseMigration{Batch: batch, Imported: 5})
	h.must(err)
	_, err = h.ledger.AttachAdvisor(ctx, in(h.ops, batch, long(5)), commands.AttachAdvisor{Customer: customer, Advisor: h.dora})
	h.wants(err, migration.ErrState)
	again, err := h.ledger.AttachAdvisor(ctx, late, commands.AttachAdvisor{Customer: customer, Advisor: h.dora})
	h.must(err)
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
	customer := h.prospect(h.dora, h.wealth, complete("赵示例", "E85000001"))
	batch := h.approvedBatch()
	enter := func(advisor domain.StaffID, days int) {
		_, err := h.ledger.AttachAdvisor(ctx, h.history(h.ops, batch, days), commands.AttachAdvisor{Customer: customer, Advisor: advisor})
		h.must(err)
	}
	enter(h.emil, 60)
	reserved, err := h.ledger.ReservePayment(ctx, h.history(h.ops, batch, 12), h.reserving(customer, h.product("RACE"), h.emil))
	h.must(err)
	payment := domain.PaymentID(reserved.ID)
	_, err = h.ledger.RegisterPayment(ctx, h.history(h.ops, batch, 11), commands.RegisterPayment{Payment: payment})
	h.must(err)
	_, err = h.ledger.ConfirmPayment(ctx, h.history(h.ops, batch, 10), commands.ConfirmPayment{Payment: payment})
	h.must(err)

	// Between its reading who was attached and its writing, dora's entry comes in and
	// is decided on.
	slow := h.another(func(c *commands.Config) {
		c.Store = &interrupted{Store: h.store, at: eventstore.Stream(attachment.ContactStreamPrefix + customer.String()), do: func() {
			enter(h.dora, 90)
			h.decide(payment)
		}}
	})
	_, err = slow.DecideAttribution(ctx, h.as(h.director), commands.DecideAttribution{Payment: payment})
	h.must(err)
	all := h.decisions(payment)
	if last := all[len(all)-1]; len(all) != 1 || last.Winner != h.dora {
		t.Errorf("%d decisions, the last for %s; dora is %s, emil %s", len(all), last.Winner, h.dora, h.emil)
	}
}
