package reactions_test

import (
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"strings"
	"sync/atomic"
	"testing"

	"guishu/commands"
	"guishu/commands/ledger"
	"guishu/domain"
	"guishu/domain/attribution"
	"guishu/domain/customer"
	"guishu/domain/payment"
	"guishu/eventstore"
	"guishu/internal/waiting"
	"guishu/reactions"

	"github.com/google/uuid"
)

// B-14, B-31: a confirmed payment makes the customer formal and its commission is
// attributed, once; the second payment attributes and promotes nobody.
func TestAConfirmedPaymentPromotesAndAttributes(t *testing.T) {
	onEachStore(t, func(t *testing.T, h *house) {
		r, _ := h.react()
		b := h.purchase(1)
		h.await(streamOf(attribution.StreamPrefix, b.payment), "attribution.decided", 1)
		h.await(streamOf(customer.StreamPrefix, b.customer), "customer.became-formal", 1)
		second := h.pay(b.customer)
		h.await(streamOf(attribution.StreamPrefix, second), "attribution.decided", 1)
		h.answered(r)

		want := []string{"customer.registered", "customer.became-formal"}
		if got := h.Events(streamOf(customer.StreamPrefix, b.customer)); !slices.Equal(got, want) {
			t.Errorf("the customer's log is %v, want %v", got, want)
		}
		h.causedBy(streamOf(attribution.StreamPrefix, b.payment), h.event(paymentStream(b.payment), "payment.confirmed"))
	})
}

// B-28: a departure ends what the leaver signs in with, and nobody else's.
func TestADepartureEndsTheSignIn(t *testing.T) {
	onEachStore(t, func(t *testing.T, h *house) {
		r, _ := h.react()
		_, err := h.Ledger.Do(t.Context(), h.As(h.Admin), commands.RecordDeparture{Staff: h.emil, On: h.Ledger.Today(), Reason: "离职"})
		h.Must(err)
		h.answered(r)
		for who, want := range map[domain.StaffID]bool{h.emil: true, h.dora: false} {
			if _, ended := h.locked.all.Load(who); ended != want {
				t.Errorf("the sign-in of %s has ended: %v, want %v", who, ended, want)
			}
		}
	})
}

// event is the first event of a type on a stream.
func (h *house) event(stream eventstore.Stream, kind string) eventstore.Event {
	h.Helper()
	for event, err := range h.Store.ReadStream(h.Context(), eventstore.StreamQuery{Stream: stream}) {
		h.Must(err)
		if event.Type == kind {
			return event
		}
	}
	h.Fatalf("%s has no %s", stream, kind)
	return eventstore.Event{}
}

// causedBy checks that a stream's events name their cause and its correlation, and
// no person (C-01).
func (h *house) causedBy(stream eventstore.Stream, cause eventstore.Event) {
	h.Helper()
	of, err := eventstore.DecodeMetadata(cause.Metadata)
	h.Must(err)
	for event, err := range h.Store.ReadStream(h.Context(), eventstore.StreamQuery{Stream: stream}) {
		h.Must(err)
		meta, err := eventstore.DecodeMetadata(event.Metadata)
		h.Must(err)
		if meta.CausationID != cause.ID || meta.CorrelationID != of.CommandID || meta.Actor != uuid.Nil {
			h.Errorf("%s says %+v, its cause is %s", event.Type, meta, cause.ID)
		}
	}
}

// B-14: the same confirmation delivered again, because the process died before it
// saved its checkpoint, changes nothing.
func TestAConfirmationThatComesAgainChangesNothing(t *testing.T) {
	onEachStore(t, func(t *testing.T, h *house) {
		b := h.purchase(1)
		r, stop := h.react()
		h.answered(r)
		stop()
		before, err := h.Store.LastPosition(t.Context())
		h.Must(err)
		_, err = h.Pool.Exec(t.Context(), "UPDATE reaction.consumer SET position = 0")
		h.Must(err)
		again, _ := h.react()
		h.answered(again)
		after, err := h.Store.LastPosition(t.Context())
		h.Must(err)
		if after != before {
			t.Errorf("%d events came of hearing the same twice", after-before)
		}
		if got := h.Events(streamOf(attribution.StreamPrefix, b.payment)); len(got) != 1 {
			t.Errorf("the attribution's log is %v", got)
		}
		counts, err := again.CountParked(t.Context())
		h.Must(err)
		for name, count := range counts {
			if count != 0 {
				t.Errorf("%s parked %d", name, count)
			}
		}
	})
}

// C-02: a payment that was confirmed and reversed before any reaction ran gets
// its decision and its counter-entry, in this order, whoever comes first.
func TestAReversalThatOvertakesIsCountered(t *testing.T) {
	onEachStore(t, func(t *testing.T, h *house) {
		b := h.purchase(1)
		_, err := h.Ledger.Do(t.Context(), h.As(h.ops), commands.ReversePayment{Payment: b.payment, Reason: "退款"})
		h.Must(err)
		stream := streamOf(attribution.StreamPrefix, b.payment)
		_, err = h.Ledger.Do(t.Context(), ledger.ByTheLedger("early", uuid.Nil, uuid.Nil), commands.CounterAttribution{Payment: b.payment})
		if !errors.Is(err, domain.ErrLedgerBusy) {
			t.Errorf("a counter-entry before its decision: %v", err)
		}
		h.react(func(c *reactions.Config) {
			c.Log = slog.New(slog.NewTextHandler(t.Output(), &slog.HandlerOptions{Level: slog.LevelWarn}))
		})
		want := []string{"attribution.decided", "attribution.countered"}
		if got := h.await(stream, "attribution.countered", 1); !slices.Equal(got, want) {
			t.Errorf("the attribution's log is %v, want %v", got, want)
		}
	})
}

// A reaction that fails for good parks its event with the reason, goes on with
// the others, and answers it on Retry once the cause is gone.
func TestAPoisonousEventIsParkedAndRetried(t *testing.T) {
	onEachStore(t, func(t *testing.T, h *house) {
		b := h.purchase(1)
		// A confirmation of a payment that is nobody's: attributing it is refused.
		stray := payment.Deal{Payment: domain.PaymentID(uuid.New()), Customer: b.customer, Product: h.fund, Advisor: h.dora, Unit: h.branch, AmountFen: 1}
		stream := streamOf("stray-", stray.Payment)
		h.appendEvent(stream, payment.Confirmed{Deal: stray, ConfirmedBy: h.ops, RegisteredBy: h.dora})
		later := h.purchase(2)

		r, _ := h.react()
		h.answered(r)
		h.await(streamOf(attribution.StreamPrefix, later.payment), "attribution.decided", 1)
		parked, err := r.Parked(t.Context())
		h.Must(err)
		if len(parked) != 1 || parked[0].Consumer != "attribute-commission" || !strings.Contains(parked[0].Reason, domain.ErrQueryNotFoundOrOutOfScope.Name()) {
			t.Fatalf("parked are %+v", parked)
		}
		counts, err := r.CountParked(t.Context())
		h.Must(err)
		if counts["attribute-commission"] != 1 || counts["promote-customer"] != 0 || len(counts) != len(r.Consumers()) {
			t.Errorf("the metrics would show %v", counts)
		}

		answered, remaining, err := r.Retry(t.Context())
		h.Must(err)
		if answered != 0 || remaining != 1 {
			t.Errorf("a retry without any change answered %d and left %d", answered, remaining)
		}
		// The payment turns up after all.
		h.appendEvent(paymentStream(stray.Payment), payment.Reserved{Deal: stray})
		h.appendEvent(paymentStream(stray.Payment), payment.Confirmed{Deal: stray, ConfirmedBy: h.ops, RegisteredBy: h.dora})
		h.answered(r)
		answered, remaining, err = r.Retry(t.Context())
		h.Must(err)
		if answered != 1 || remaining != 0 {
			t.Errorf("the retry answered %d and left %d", answered, remaining)
		}
		if parked, err = r.Parked(t.Context()); err != nil || len(parked) != 0 {
			t.Errorf("still parked: %+v, %v", parked, err)
		}
	})
}

// appendEvent writes an event past the commands.
func (h *house) appendEvent(stream eventstore.Stream, event any) {
	h.Helper()
	encoded, err := h.Codec.Encode(h.Context(), stream, uuid.New(), event, eventstore.Metadata{Command: "test"})
	h.Must(err)
	_, err = h.Store.Append(h.Context(), eventstore.Append{Stream: stream, Expected: eventstore.AnyRevision, Events: []eventstore.NewEvent{encoded}})
	h.Must(err)
}

// While nothing can be decided at all, it is not the events that fail (C-10).
func TestNothingIsParkedWhileNothingCanBeDecided(t *testing.T) {
	onEachStore(t, func(t *testing.T, h *house) {
		var held atomic.Bool
		held.Store(true)
		asked := make(chan struct{}, 1000)
		l := h.Another(func(c *ledger.Config) {
			c.Hold = func() error {
				if !held.Load() {
					return nil
				}
				select {
				case asked <- struct{}{}:
				default:
				}
				return domain.ErrLedgerKeysMissing
			}
		})
		b := h.purchase(1)
		r, _ := h.react(func(c *reactions.Config) { c.Ledger, c.Retries = l, 1 })
		for range 10 {
			waiting.For(t, "a reaction to be tried again", asked)
		}
		if parked, err := r.Parked(t.Context()); err != nil || len(parked) != 0 {
			t.Errorf("parked: %+v, %v", parked, err)
		}
		held.Store(false)
		h.await(streamOf(attribution.StreamPrefix, b.payment), "attribution.decided", 1)
	})
}

// When the process that holds the reactions dies, another takes over behind the
// last checkpoint, and the dead one's late save is refused.
func TestAnotherProcessTakesOver(t *testing.T) {
	onEachStore(t, func(t *testing.T, h *house) {
		first, _ := h.react()
		one := h.purchase(1)
		h.await(streamOf(attribution.StreamPrefix, one.payment), "attribution.decided", 1)
		h.answered(first)
		h.react() // the second waits
		epochs := h.epochs()
		var killed int
		h.Must(h.Pool.QueryRow(t.Context(), `
		SELECT count(pg_terminate_backend(pid)) FROM pg_locks
		WHERE locktype = 'advisory' AND granted AND database = (SELECT oid FROM pg_database WHERE datname = current_database())
		AND pid <> pg_backend_pid()`).Scan(&killed))
		if killed < 5 {
			t.Fatalf("only %d sessions held locks", killed)
		}
		two := h.purchase(2)
		h.await(streamOf(attribution.StreamPrefix, two.payment), "attribution.decided", 1)
		h.await(streamOf(customer.StreamPrefix, two.customer), "customer.became-formal", 1)
		h.until("every consumer begins a new epoch", func() bool {
			for name, epoch := range h.epochs() {
				if epoch <= epochs[name] {
					return false
				}
			}
			return true
		})
		if got := h.Events(streamOf(attribution.StreamPrefix, two.payment)); len(got) != 1 {
			t.Errorf("the attribution's log is %v", got)
		}
	})
}

func (h *house) epochs() map[string]int64 {
	h.Helper()
	rows, err := h.Pool.Query(h.Context(), "SELECT name, epoch FROM reaction.consumer")
	h.Must(err)
	epochs := map[string]int64{}
	for rows.Next() {
		var name string
		var epoch int64
		h.Must(rows.Scan(&name, &epoch))
		epochs[name] = epoch
	}
	h.Must(rows.Err())
	return epochs
}

// The reactions leave the pool's connections to others: with as few as one they
// still work.
func TestReactionsDoNotExhaustThePool(t *testing.T) {
	onEachStore(t, func(t *testing.T, h *house) {
		b := h.purchase(1)
		small := h.Pool.Config()
		small.MaxConns = 1
		pool := h.open(small)
		r, stop := h.react(func(c *reactions.Config) { c.Pool = pool })
		h.await(streamOf(attribution.StreamPrefix, b.payment), "attribution.decided", 1)
		if _, err := r.Positions(t.Context()); err != nil {
			t.Error(err)
		}
		stop()
		h.until("no session of the reactions is left", func() bool {
			var held int
			h.Must(h.Pool.QueryRow(t.Context(), `
			SELECT count(*) FROM pg_locks WHERE locktype = 'advisory'
			AND database = (SELECT oid FROM pg_database WHERE datname = current_database())`).Scan(&held))
			return held == 0
		})
	})
}

// An erasure that was cut off behind its event is finished by the reaction.
func TestAnErasureIsFinished(t *testing.T) {
	onEachStore(t, func(t *testing.T, h *house) {
		b := h.purchase(1)
		h.appendEvent(streamOf(customer.StreamPrefix, b.customer), customer.Erased{Customer: b.customer, Basis: "pipl-47"})
		r, _ := h.react()
		h.answered(r)
		if _, erased, err := h.Ring.Erasure(t.Context(), uuid.UUID(b.customer)); err != nil || !erased {
			t.Errorf("the key is still there (%v)", err)
		}
	})
}

// B-14: of many payments confirmed at once the first one made the customer formal,
// however many are answered at the same time.
func TestTheFirstConfirmedPaymentMakesTheCustomerFormal(t *testing.T) {
	onEachStore(t, func(t *testing.T, h *house) {
		var first []bought
		for n := range 6 {
			b := h.purchase(n)
			first = append(first, b)
			for range 4 {
				h.pay(b.customer)
			}
		}
		r, _ := h.react()
		h.answered(r)
		promoted := 0
		for _, b := range first {
			for recorded, err := range h.Store.ReadStream(t.Context(), eventstore.StreamQuery{Stream: streamOf(customer.StreamPrefix, b.customer)}) {
				h.Must(err)
				decoded, err := h.Codec.Decode(t.Context(), recorded)
				h.Must(err)
				if formal, is := decoded.Event.(customer.BecameFormal); is {
					promoted++
					if formal.Payment != b.payment {
						t.Errorf("customer %s is formal by %s, want %s", b.customer, formal.Payment, b.payment)
					}
				}
			}
		}
		if promoted != len(first) {
			t.Errorf("%d customers are formal, want %d", promoted, len(first))
		}
	})
}

// where two lines' claims each brought a phone, the one approved last
// stays, however many approvals are answered at the same time.
func TestTheLastApprovedPhoneStays(t *testing.T) {
	onEachStore(t, func(t *testing.T, h *house) {
		ctx := t.Context()
		tree, err := h.Ledger.Tree(ctx)
		h.Must(err)
		root := tree.Root().ID
		managers := map[domain.BusinessLine]domain.StaffID{
			domain.SelfOperated: h.Hire("first", root, domain.RoleCountyManager, root),
			domain.Agency:       h.Hire("second", root, domain.RoleCountyManager, root),
		}
		last := map[domain.CustomerID]domain.ApplicationID{}
		for n := range 12 {
			made, err := h.Ledger.Do(ctx, h.As(h.dora), commands.RegisterCustomer{
				Party: domain.Person, HomeUnit: h.branch, Advisor: h.dora,
				Fields: commands.CustomerFields{Name: "王示例", Phone: "13800138000", Source: customer.SourceOwn},
			})
			h.Must(err)
			id := domain.CustomerID(made.ID)
			for line, phone := range map[domain.BusinessLine]string{domain.SelfOperated: "1390013%04d", domain.Agency: "1370013%04d"} {
				filed, err := h.Ledger.Do(ctx, h.As(managers[line]), commands.ClaimCustomer{Customer: id, Line: line, Phone: fmt.Sprintf(phone, n)})
				h.Must(err)
				last[id] = domain.ApplicationID(filed.ID)
				_, err = h.Ledger.Do(ctx, h.As(h.director), commands.ApproveClaim{Customer: id, Line: line, Application: last[id]})
				h.Must(err)
			}
		}
		r, _ := h.react()
		h.answered(r)
		for id, want := range last {
			var got domain.ApplicationID
			for recorded, err := range h.Store.ReadStream(ctx, eventstore.StreamQuery{Stream: streamOf(customer.StreamPrefix, id)}) {
				h.Must(err)
				decoded, err := h.Codec.Decode(ctx, recorded)
				h.Must(err)
				if phone, is := decoded.Event.(customer.PhoneRecorded); is {
					got = phone.Application
				}
			}
			if got != want {
				t.Errorf("customer %s has the phone of application %s, want that of %s", id, got, want)
			}
		}
	})
}
