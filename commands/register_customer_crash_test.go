package commands_test

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"testing"
	"time"

	"guishu/commands"
	"guishu/domain"
	"guishu/domain/customer"
	"guishu/domain/identity"
	"guishu/domain/lookup"
	"guishu/eventstore"
)

// document is the fields of a person with a passport.
func document(name, number string) commands.CustomerFields {
	f := person(name)
	f.IdentityType, f.IdentityNumber = identity.Passport, number
	return f
}

func (h *house) registering(number string) commands.RegisterCustomer {
	return commands.RegisterCustomer{Party: domain.Person, Fields: document("王示例", number), HomeUnit: h.north}
}

// holders counts the customers in the log that have the document by their last
// word on it, read afresh from the store.
func (h *house) holders(number string) int {
	h.t.Helper()
	owners := map[eventstore.Stream]bool{}
	for recorded, err := range h.store.ReadAll(h.t.Context(), eventstore.AllQuery{Filter: eventstore.Filter{StreamPrefixes: []string{"customer-"}}}) {
		h.must(err)
		decoded, err := h.codec.Decode(h.t.Context(), recorded)
		h.must(err)
		if has, said := documentIn(decoded.Event); said {
			owners[recorded.Stream] = has == number
		}
	}
	count := 0
	for _, owns := range owners {
		if owns {
			count++
		}
	}
	return count
}

// reservations counts the registry's rows for identity documents.
func (h *house) reservations(confirmed bool) int {
	h.t.Helper()
	var count int
	h.must(h.pool.QueryRow(h.t.Context(),
		"SELECT count(*) FROM registry.reservation WHERE kind = 'identity' AND confirmed = $1", confirmed).Scan(&count))
	return count
}

// B-09, design §2: whatever a crash or a lost reply does to the append behind a
// reservation, a retry with the same key finishes it and gets one customer.
func TestARetryFinishesWhatACrashCutOff(t *testing.T) {
	t.Parallel()
	for name, fault := range map[string]func(eventstore.Append, func() (eventstore.Appended, error)) (eventstore.Appended, error){
		"before the append": func(eventstore.Append, func() (eventstore.Appended, error)) (eventstore.Appended, error) {
			return eventstore.Appended{}, errWire
		},
		"its outcome unknown, not written": func(eventstore.Append, func() (eventstore.Appended, error)) (eventstore.Appended, error) {
			return eventstore.Appended{}, lost()
		},
		"its outcome unknown, written": func(_ eventstore.Append, pass func() (eventstore.Appended, error)) (eventstore.Appended, error) {
			if _, err := pass(); err != nil {
				return eventstore.Appended{}, err
			}
			return eventstore.Appended{}, lost()
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			h := newHouse(t)
			first, store := h.faultyProcess()
			store.set(fault)
			call := h.as(h.ann)
			_, err := first.RegisterCustomer(t.Context(), call, h.registering("E10000001"))
			if err == nil {
				t.Fatal("the fault was not noticed")
			}
			if kind := domain.CodeOf(err).Kind(); kind != domain.Unavailable {
				t.Errorf("a lost store answers %v, want a code that says to try again", err)
			}
			first.Close()

			second := h.another()
			answer, err := second.RegisterCustomer(t.Context(), call, h.registering("E10000001"))
			h.must(err)
			again, err := second.RegisterCustomer(t.Context(), call, h.registering("E10000001"))
			h.must(err)
			if again.ID != answer.ID || again.Position != answer.Position || !again.Repeated {
				t.Errorf("the retries were answered with %+v and %+v", answer, again)
			}
			if h.holders("E10000001") != 1 || h.reservations(true) != 1 || h.reservations(false) != 0 {
				t.Errorf("%d customers, %d confirmed and %d open reservations", h.holders("E10000001"), h.reservations(true), h.reservations(false))
			}
		})
	}
}

// B-09: a rival gets the document only when the first can never take it. A
// command that was cut off before its append is settled by closing its stream;
// when it wakes up after all, it goes on under its next id and is refused.
func TestASlowCommandThatWakesUpNeverMakesASecondCustomer(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	slow, store := h.faultyProcess()
	asleep, wake := make(chan struct{}), make(chan struct{})
	var once sync.Once
	store.set(func(_ eventstore.Append, pass func() (eventstore.Appended, error)) (eventstore.Appended, error) {
		once.Do(func() { close(asleep); <-wake })
		return pass()
	})
	call := h.as(h.ann)
	done := make(chan error, 1)
	go func() {
		_, err := slow.RegisterCustomer(t.Context(), call, h.registering("E10000002"))
		done <- err
	}()
	<-asleep

	rival := h.another()
	rival.SetCourtesy(0)
	_, err := rival.RegisterCustomer(t.Context(), h.as(h.bo), h.registering("E10000002"))
	h.must(err)
	close(wake)
	h.wants(<-done, customer.ErrDuplicateIdentity)
	if h.holders("E10000002") != 1 {
		t.Errorf("%d customers have the document", h.holders("E10000002"))
	}
	if got := h.reservations(false); got != 0 {
		t.Errorf("%d reservations were left open", got)
	}
}

// The same, where the rival is refused for another reason and leaves the document
// free: the slow command then takes it under its next id.
func TestASlowCommandGoesOnUnderItsNextID(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	slow, store := h.faultyProcess()
	asleep, wake := make(chan struct{}), make(chan struct{})
	var once sync.Once
	store.set(func(_ eventstore.Append, pass func() (eventstore.Appended, error)) (eventstore.Appended, error) {
		once.Do(func() { close(asleep); <-wake })
		return pass()
	})
	call := h.as(h.ann)
	answers := make(chan commands.Answer, 1)
	go func() {
		answer, err := slow.RegisterCustomer(t.Context(), call, h.registering("E10000003"))
		if err != nil {
			t.Error(err)
		}
		answers <- answer
	}()
	<-asleep
	freed, confirmed, err := h.ledger.SettleReservations(t.Context(), 0)
	h.must(err)
	if freed != 1 || confirmed != 0 {
		t.Errorf("settling freed %d and confirmed %d", freed, confirmed)
	}
	close(wake)
	answer := <-answers
	again, err := h.ledger.RegisterCustomer(t.Context(), call, h.registering("E10000003"))
	h.must(err)
	if again.ID != answer.ID || again.Stream != answer.Stream || !again.Repeated {
		t.Errorf("the retry was answered with %+v, the first with %+v", again, answer)
	}
	if h.holders("E10000003") != 1 || h.reservations(true) != 1 || h.reservations(false) != 0 {
		t.Errorf("%d customers, %d confirmed and %d open reservations", h.holders("E10000003"), h.reservations(true), h.reservations(false))
	}
}

// A process that died behind its append leaves a reservation open: settling
// confirms it, and a rival that meets it is refused.
func TestSettlingConfirmsWhatWasWritten(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	for i := range 3 {
		dying, store := h.faultyProcess()
		store.set(func(_ eventstore.Append, pass func() (eventstore.Appended, error)) (eventstore.Appended, error) {
			if i < 2 {
				if _, err := pass(); err != nil {
					return eventstore.Appended{}, err
				}
			}
			return eventstore.Appended{}, lost()
		})
		_, err := dying.RegisterCustomer(t.Context(), h.as(h.ann), h.registering(fmt.Sprintf("E2000000%d", i)))
		h.wants(err, domain.ErrLedgerOutcomeUnknown)
		dying.Close()
	}
	h.ledger.SetCourtesy(0)
	_, err := h.ledger.RegisterCustomer(t.Context(), h.as(h.bo), h.registering("E20000000"))
	h.wants(err, customer.ErrDuplicateIdentity)
	freed, confirmed, err := h.ledger.SettleReservations(t.Context(), 0)
	h.must(err)
	if freed != 1 || confirmed != 1 {
		t.Errorf("settling freed %d and confirmed %d, want 1 and 1", freed, confirmed)
	}
	if h.reservations(false) != 0 || h.reservations(true) != 2 {
		t.Errorf("%d open and %d confirmed reservations are left", h.reservations(false), h.reservations(true))
	}
}

// Supplements of two customers with one document, by two processes each, all at
// once and without courtesy: one customer has it in the end.
func TestSupplementsRaceForOneDocument(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.ledger.SetCourtesy(0)
	rival := h.another()
	rival.SetCourtesy(0)
	for i := range 15 {
		number := fmt.Sprintf("E3%07d", i)
		one, two := h.prospect(h.ann, h.north, person("王示例")), h.prospect(h.bo, h.north, person("李示例"))
		start := make(chan struct{})
		var wg sync.WaitGroup
		errs := make([]error, 4)
		supplement := func(n int, l *commands.Ledger, who domain.StaffID, id domain.CustomerID) {
			wg.Go(func() {
				<-start
				_, errs[n] = l.SupplementCustomer(t.Context(), h.as(who), commands.SupplementCustomer{
					Customer: id, Fields: commands.CustomerFields{IdentityType: identity.Passport, IdentityNumber: number},
				})
			})
		}
		supplement(0, h.ledger, h.ann, one)
		supplement(1, rival, h.bo, two)
		supplement(2, rival, h.ann, one)
		supplement(3, h.ledger, h.bo, two)
		close(start)
		wg.Wait()
		if got := h.holders(number); got != 1 {
			t.Fatalf("round %d: %d customers have the document", i, got)
		}
		for n, err := range errs {
			if err != nil && !errors.Is(err, customer.ErrDuplicateIdentity) && !errors.Is(err, domain.ErrLedgerBusy) {
				t.Errorf("round %d: supplement %d answered %v", i, n, err)
			}
		}
	}
}

// A document that was mistyped and corrected belongs to nobody again.
func TestACorrectedDocumentIsFreeAgain(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	mistyped := h.prospect(h.ann, h.north, document("王示例", "E40000001"))
	_, err := h.ledger.RegisterCustomer(t.Context(), h.as(h.bo), h.registering("E40000001"))
	h.wants(err, customer.ErrDuplicateIdentity)
	_, err = h.ledger.SupplementCustomer(t.Context(), h.as(h.ann), commands.SupplementCustomer{
		Customer: mistyped, Fields: commands.CustomerFields{IdentityType: identity.Passport, IdentityNumber: "E40000002"},
	})
	h.must(err)
	_, err = h.ledger.LookUpCustomer(t.Context(), h.as(h.ann), commands.LookUpCustomer{
		IdentityType: identity.Passport, IdentityNumber: "E40000001", Name: "王示例",
	})
	h.wants(err, lookup.ErrNotClaimable)
	_, err = h.another().RegisterCustomer(t.Context(), h.as(h.bo), h.registering("E40000001"))
	h.must(err)
	_, err = h.ledger.RegisterCustomer(t.Context(), h.as(h.bo), h.registering("E40000002"))
	h.wants(err, customer.ErrDuplicateIdentity)
}

// The registry's connection dies while a command rests on it: the command fails
// with a code that says to try again, and a retry finishes it.
func TestAKilledRegistryIsSurvived(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	process, store := h.faultyProcess()
	store.set(func(_ eventstore.Append, pass func() (eventstore.Appended, error)) (eventstore.Appended, error) {
		// Between reservation and confirmation every connection of the pool dies.
		_, err := h.store.LastPosition(t.Context())
		if err != nil {
			return eventstore.Appended{}, err
		}
		_, err = h.pool.Exec(context.WithoutCancel(t.Context()), `
			SELECT pg_terminate_backend(pid) FROM pg_stat_activity
			WHERE datname = current_database() AND pid <> pg_backend_pid() AND application_name NOT LIKE 'guishu ledger%'`)
		if err != nil {
			return eventstore.Appended{}, err
		}
		return pass()
	})
	call := h.as(h.ann)
	answer, err := process.RegisterCustomer(t.Context(), call, h.registering("E50000001"))
	if err != nil {
		t.Logf("the first try: %v", err)
	}
	store.set(nil)
	var again commands.Answer
	deadline := time.Now().Add(20 * time.Second)
	for {
		again, err = process.RegisterCustomer(t.Context(), call, h.registering("E50000001"))
		if err == nil || time.Now().After(deadline) {
			break
		}
	}
	h.must(err)
	if answer.ID != again.ID && answer.Stream != "" {
		t.Errorf("the retry was answered with %+v, the first with %+v", again, answer)
	}
	_, _, err = h.ledger.SettleReservations(t.Context(), 0)
	h.must(err)
	if h.holders("E50000001") != 1 || h.reservations(true) != 1 || h.reservations(false) != 0 {
		t.Errorf("%d customers, %d confirmed and %d open reservations", h.holders("E50000001"), h.reservations(true), h.reservations(false))
	}
}

// The same, step by step: the supplement sleeps before its append; the rival
// closes its revision; the supplement wakes, loses, reserves again and sleeps
// before its second append; only then does the rival free what it had seen.
func TestFreeingAnOldAttemptSparesTheNewOne(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	one := h.prospect(h.ann, h.north, person("王示例"))
	slow, slowStore := h.faultyProcess()
	rival, rivalStore := h.faultyProcess()
	rival.SetCourtesy(0)
	asleep, wake, again, settled := make(chan struct{}), make(chan struct{}), make(chan struct{}), make(chan struct{})
	tries := 0
	slowStore.set(func(_ eventstore.Append, pass func() (eventstore.Appended, error)) (eventstore.Appended, error) {
		switch tries++; tries {
		case 1:
			close(asleep)
			<-wake
		case 2:
			close(again)
			<-settled
		}
		return pass()
	})
	closed := false
	rivalStore.set(func(a eventstore.Append, pass func() (eventstore.Appended, error)) (eventstore.Appended, error) {
		done, err := pass()
		if !closed && a.Events[0].Type == "ledger.reservation-abandoned" {
			closed = true
			close(wake)
			<-again
		}
		return done, err
	})
	supplemented := make(chan error, 1)
	go func() {
		_, err := slow.SupplementCustomer(t.Context(), h.as(h.ann), commands.SupplementCustomer{
			Customer: one, Fields: commands.CustomerFields{IdentityType: identity.Passport, IdentityNumber: "E60000001"},
		})
		supplemented <- err
	}()
	<-asleep
	_, err := rival.RegisterCustomer(t.Context(), h.as(h.bo), h.registering("E60000001"))
	h.must(err)
	close(settled)
	h.wants(<-supplemented, customer.ErrDuplicateIdentity)
	if got := h.holders("E60000001"); got != 1 {
		t.Errorf("%d customers have the document", got)
	}
}

// B-09: a document is its type and its number, so a type that is corrected alone is
// another document, which only one customer can have.
func TestATypeCorrectedAloneIsAnotherDocument(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	ctx := t.Context()
	pass := person("王示例")
	pass.IdentityType, pass.IdentityNumber = identity.HongKongMacauPass, "H12345678"
	holder := h.prospect(h.ann, h.north, document("李示例", "H12345678"))
	other := h.prospect(h.ann, h.north, pass)
	correct := func(id domain.CustomerID, to identity.DocumentType) error {
		_, err := h.ledger.SupplementCustomer(ctx, h.as(h.ann), commands.SupplementCustomer{
			Customer: id, Fields: commands.CustomerFields{IdentityType: to},
		})
		return err
	}
	h.wants(correct(other, identity.Passport), customer.ErrDuplicateIdentity)
	_, err := h.ledger.SupplementCustomer(ctx, h.as(h.ann), commands.SupplementCustomer{
		Customer: holder, Cleared: []string{"identity_number"},
	})
	h.must(err)
	h.must(correct(other, identity.Passport))
	_, err = h.ledger.RegisterCustomer(ctx, h.as(h.bo), h.registering("H12345678"))
	h.wants(err, customer.ErrDuplicateIdentity)
}

// a customer number that a command reserved and never linked is nobody's.
func TestANumberThatWasOnlyReservedFindsNobody(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	ctx := t.Context()
	customer := h.prospect(h.ann, h.north, person("王示例"))
	process, store := h.faultyProcess()
	store.set(func(eventstore.Append, func() (eventstore.Appended, error)) (eventstore.Appended, error) {
		return eventstore.Appended{}, lost()
	})
	_, err := process.LinkCustomer(ctx, h.as(h.ann), commands.LinkCustomer{Customer: customer, CustomerNo: "CN900001"})
	h.wants(err, domain.ErrLedgerOutcomeUnknown)
	_, err = h.ledger.LookUpCustomer(ctx, h.as(h.ann), commands.LookUpCustomer{CustomerNo: "CN900001"})
	h.wants(err, lookup.ErrNotClaimable)
	if _, found, err := h.ledger.Holder(ctx, commands.UniqueCustomerNo, []byte("CN900001")); found || err != nil {
		t.Errorf("somebody holds it: %v, %v", found, err)
	}
	_, err = h.ledger.LinkCustomer(ctx, h.as(h.ann), commands.LinkCustomer{Customer: customer, CustomerNo: "CN900001"})
	h.must(err)
	_, err = h.ledger.LookUpCustomer(ctx, h.as(h.ann), commands.LookUpCustomer{CustomerNo: "CN900001"})
	h.must(err)
}
