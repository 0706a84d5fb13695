package ledger_test

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"testing"

	"guishu/commands"
	"guishu/commands/commandstest"
	"guishu/commands/ledger"
	"guishu/domain"
	"guishu/domain/customer"
	"guishu/domain/identity"
	"guishu/domain/lookup"
	"guishu/eventstore"
	"guishu/internal/waiting"
)

func (h *house) registering(number string) commands.RegisterCustomer {
	return commands.RegisterCustomer{Party: domain.Person, Fields: commandstest.Document("王示例", number), HomeUnit: h.North}
}

// holders counts the customers in the log that have the document by their last
// word on it, read afresh from the store.
func (h *house) holders(number string) int {
	h.Helper()
	owners := map[eventstore.Stream]bool{}
	for recorded, err := range h.Store.ReadAll(h.Context(), eventstore.AllQuery{Filter: eventstore.Filter{StreamPrefixes: []string{"customer-"}}}) {
		h.Must(err)
		decoded, err := h.Codec.Decode(h.Context(), recorded)
		h.Must(err)
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
			call := h.As(h.Ann)
			_, err := first.Do(t.Context(), call, h.registering("E10000001"))
			if err == nil {
				t.Fatal("the fault was not noticed")
			}
			if kind := domain.CodeOf(err).Kind(); kind != domain.Unavailable {
				t.Errorf("a lost store answers %v, want a code that says to try again", err)
			}
			first.Close()

			second := h.Another()
			answer, err := second.Do(t.Context(), call, h.registering("E10000001"))
			h.Must(err)
			again, err := second.Do(t.Context(), call, h.registering("E10000001"))
			h.Must(err)
			if again.ID != answer.ID || again.Position != answer.Position || !again.Repeated {
				t.Errorf("the retries were answered with %+v and %+v", answer, again)
			}
			if h.holders("E10000001") != 1 || h.Reservations(true) != 1 || h.Reservations(false) != 0 {
				t.Errorf("%d customers, %d confirmed and %d open reservations", h.holders("E10000001"), h.Reservations(true), h.Reservations(false))
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
	call := h.As(h.Ann)
	done := make(chan error, 1)
	go func() {
		_, err := slow.Do(t.Context(), call, h.registering("E10000002"))
		done <- err
	}()
	<-asleep

	rival := h.Another()
	rival.SetCourtesy(0)
	_, err := rival.Do(t.Context(), h.As(h.Bo), h.registering("E10000002"))
	h.Must(err)
	close(wake)
	h.Wants(<-done, customer.ErrDuplicateIdentity)
	if h.holders("E10000002") != 1 {
		t.Errorf("%d customers have the document", h.holders("E10000002"))
	}
	if got := h.Reservations(false); got != 0 {
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
	call := h.As(h.Ann)
	answers := make(chan ledger.Answer, 1)
	go func() {
		answer, err := slow.Do(t.Context(), call, h.registering("E10000003"))
		if err != nil {
			t.Error(err)
		}
		answers <- answer
	}()
	<-asleep
	freed, confirmed, err := h.Ledger.SettleReservations(t.Context(), 0)
	h.Must(err)
	if freed != 1 || confirmed != 0 {
		t.Errorf("settling freed %d and confirmed %d", freed, confirmed)
	}
	close(wake)
	answer := <-answers
	again, err := h.Ledger.Do(t.Context(), call, h.registering("E10000003"))
	h.Must(err)
	if again.ID != answer.ID || again.Stream != answer.Stream || !again.Repeated {
		t.Errorf("the retry was answered with %+v, the first with %+v", again, answer)
	}
	if h.holders("E10000003") != 1 || h.Reservations(true) != 1 || h.Reservations(false) != 0 {
		t.Errorf("%d customers, %d confirmed and %d open reservations", h.holders("E10000003"), h.Reservations(true), h.Reservations(false))
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
		_, err := dying.Do(t.Context(), h.As(h.Ann), h.registering(fmt.Sprintf("E2000000%d", i)))
		h.Wants(err, domain.ErrLedgerOutcomeUnknown)
		dying.Close()
	}
	h.Ledger.SetCourtesy(0)
	_, err := h.Ledger.Do(t.Context(), h.As(h.Bo), h.registering("E20000000"))
	h.Wants(err, customer.ErrDuplicateIdentity)
	freed, confirmed, err := h.Ledger.SettleReservations(t.Context(), 0)
	h.Must(err)
	if freed != 1 || confirmed != 1 {
		t.Errorf("settling freed %d and confirmed %d, want 1 and 1", freed, confirmed)
	}
	if h.Reservations(false) != 0 || h.Reservations(true) != 2 {
		t.Errorf("%d open and %d confirmed reservations are left", h.Reservations(false), h.Reservations(true))
	}
}

// Supplements of two customers with one document, by two processes each, all at
// once and without courtesy: one customer has it in the end.
func TestSupplementsRaceForOneDocument(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.Ledger.SetCourtesy(0)
	rival := h.Another()
	rival.SetCourtesy(0)
	for i := range 15 {
		number := fmt.Sprintf("E3%07d", i)
		one, two := h.Prospect(h.Ann, h.North, commandstest.Person("王示例")), h.Prospect(h.Bo, h.North, commandstest.Person("李示例"))
		start := make(chan struct{})
		var wg sync.WaitGroup
		errs := make([]error, 4)
		supplement := func(n int, l *ledger.Ledger, who domain.StaffID, id domain.CustomerID) {
			wg.Go(func() {
				<-start
				_, errs[n] = l.Do(t.Context(), h.As(who), commands.SupplementCustomer{
					Customer: id, Fields: commands.CustomerFields{IdentityType: identity.Passport, IdentityNumber: number},
				})
			})
		}
		supplement(0, h.Ledger, h.Ann, one)
		supplement(1, rival, h.Bo, two)
		supplement(2, rival, h.Ann, one)
		supplement(3, h.Ledger, h.Bo, two)
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
	mistyped := h.Prospect(h.Ann, h.North, commandstest.Document("王示例", "E40000001"))
	_, err := h.Ledger.Do(t.Context(), h.As(h.Bo), h.registering("E40000001"))
	h.Wants(err, customer.ErrDuplicateIdentity)
	_, err = h.Ledger.Do(t.Context(), h.As(h.Ann), commands.SupplementCustomer{
		Customer: mistyped, Fields: commands.CustomerFields{IdentityType: identity.Passport, IdentityNumber: "E40000002"},
	})
	h.Must(err)
	_, err = ledger.Ask(t.Context(), h.Ledger, h.As(h.Ann), commands.LookUpCustomer{
		IdentityType: identity.Passport, IdentityNumber: "E40000001", Name: "王示例",
	})
	h.Wants(err, lookup.ErrNotClaimable)
	_, err = h.Another().Do(t.Context(), h.As(h.Bo), h.registering("E40000001"))
	h.Must(err)
	_, err = h.Ledger.Do(t.Context(), h.As(h.Bo), h.registering("E40000002"))
	h.Wants(err, customer.ErrDuplicateIdentity)
}

// The registry's connection dies while a command rests on it: the command fails
// with a code that says to try again, and a retry finishes it.
func TestAKilledRegistryIsSurvived(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	process, store := h.faultyProcess()
	store.set(func(_ eventstore.Append, pass func() (eventstore.Appended, error)) (eventstore.Appended, error) {
		// Between reservation and confirmation every connection of the pool dies.
		_, err := h.Store.LastPosition(t.Context())
		if err != nil {
			return eventstore.Appended{}, err
		}
		_, err = h.Pool.Exec(context.WithoutCancel(t.Context()), `
			SELECT pg_terminate_backend(pid) FROM pg_stat_activity
			WHERE datname = current_database() AND pid <> pg_backend_pid() AND application_name NOT LIKE 'guishu ledger%'`)
		if err != nil {
			return eventstore.Appended{}, err
		}
		return pass()
	})
	call := h.As(h.Ann)
	answer, err := process.Do(t.Context(), call, h.registering("E50000001"))
	if err != nil {
		t.Logf("the first try: %v", err)
	}
	store.set(nil)
	var again ledger.Answer
	defer func() {
		if err != nil {
			t.Logf("the last try: %v", err)
		}
	}()
	waiting.Until(t, "the retry to be answered", func() bool {
		again, err = process.Do(t.Context(), call, h.registering("E50000001"))
		return err == nil
	})
	if answer.ID != again.ID && answer.Stream != "" {
		t.Errorf("the retry was answered with %+v, the first with %+v", again, answer)
	}
	_, _, err = h.Ledger.SettleReservations(t.Context(), 0)
	h.Must(err)
	if h.holders("E50000001") != 1 || h.Reservations(true) != 1 || h.Reservations(false) != 0 {
		t.Errorf("%d customers, %d confirmed and %d open reservations", h.holders("E50000001"), h.Reservations(true), h.Reservations(false))
	}
}

// The same, step by step: the supplement sleeps before its append; the rival
// closes its revision; the supplement wakes, loses, reserves again and sleeps
// before its second append; only then does the rival free what it had seen.
func TestFreeingAnOldAttemptSparesTheNewOne(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	one := h.Prospect(h.Ann, h.North, commandstest.Person("王示例"))
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
		_, err := slow.Do(t.Context(), h.As(h.Ann), commands.SupplementCustomer{
			Customer: one, Fields: commands.CustomerFields{IdentityType: identity.Passport, IdentityNumber: "E60000001"},
		})
		supplemented <- err
	}()
	<-asleep
	_, err := rival.Do(t.Context(), h.As(h.Bo), h.registering("E60000001"))
	h.Must(err)
	close(settled)
	h.Wants(<-supplemented, customer.ErrDuplicateIdentity)
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
	pass := commandstest.Person("王示例")
	pass.IdentityType, pass.IdentityNumber = identity.HongKongMacauPass, "H12345678"
	holder := h.Prospect(h.Ann, h.North, commandstest.Document("李示例", "H12345678"))
	other := h.Prospect(h.Ann, h.North, pass)
	correct := func(id domain.CustomerID, to identity.DocumentType) error {
		_, err := h.Ledger.Do(ctx, h.As(h.Ann), commands.SupplementCustomer{
			Customer: id, Fields: commands.CustomerFields{IdentityType: to},
		})
		return err
	}
	h.Wants(correct(other, identity.Passport), customer.ErrDuplicateIdentity)
	_, err := h.Ledger.Do(ctx, h.As(h.Ann), commands.SupplementCustomer{
		Customer: holder, Cleared: []string{"identity_number"},
	})
	h.Must(err)
	h.Must(correct(other, identity.Passport))
	_, err = h.Ledger.Do(ctx, h.As(h.Bo), h.registering("H12345678"))
	h.Wants(err, customer.ErrDuplicateIdentity)
}

// a customer number that a command reserved and never linked is nobody's.
func TestANumberThatWasOnlyReservedFindsNobody(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	ctx := t.Context()
	of := h.Prospect(h.Ann, h.North, commandstest.Person("王示例"))
	process, store := h.faultyProcess()
	store.set(func(eventstore.Append, func() (eventstore.Appended, error)) (eventstore.Appended, error) {
		return eventstore.Appended{}, lost()
	})
	_, err := process.Do(ctx, h.As(h.Ann), commands.LinkCustomer{Customer: of, CustomerNo: "CN900001"})
	h.Wants(err, domain.ErrLedgerOutcomeUnknown)
	_, err = ledger.Ask(ctx, h.Ledger, h.As(h.Ann), commands.LookUpCustomer{CustomerNo: "CN900001"})
	h.Wants(err, lookup.ErrNotClaimable)
	if _, found, err := h.Ledger.Holder(ctx, customer.CustomerNo.Key("CN900001")); found || err != nil {
		t.Errorf("somebody holds it: %v, %v", found, err)
	}
	_, err = h.Ledger.Do(ctx, h.As(h.Ann), commands.LinkCustomer{Customer: of, CustomerNo: "CN900001"})
	h.Must(err)
	_, err = ledger.Ask(ctx, h.Ledger, h.As(h.Ann), commands.LookUpCustomer{CustomerNo: "CN900001"})
	h.Must(err)
}
