package ledger_test

import (
	"errors"
	"fmt"
	"sync"
	"sync/atomic"
	"testing"

	"guishu/commands"
	"guishu/commands/commandstest"
	"guishu/commands/ledger"
	"guishu/domain"
	"guishu/domain/customer"
	"guishu/domain/identity"
	"guishu/domain/ownership"
	"guishu/eventstore"

	"github.com/google/uuid"
)

// crowd hires many relationship managers of the north outlet at once.
func (h *house) crowd(size int) []domain.StaffID {
	h.Helper()
	managers := make([]domain.StaffID, size)
	var wg sync.WaitGroup
	for i := range managers {
		wg.Go(func() {
			ctx := h.Context()
			hired, err := h.Ledger.Do(ctx, ledger.ByTheLedger(fmt.Sprintf("crowd-%d", i), uuid.Nil, uuid.Nil), commands.HireStaff{
				EmployeeNo: fmt.Sprintf("M-%03d", i), Login: fmt.Sprintf("m%03d", i), Name: "客户经理", Unit: h.North,
			})
			if err != nil {
				h.Error(err)
				return
			}
			managers[i] = domain.StaffID(hired.ID)
			asked, err := h.Ledger.Do(ctx, h.As(managers[i]), commands.RequestAccess{
				Staff: managers[i], Role: domain.RoleRelationshipManager, Unit: h.North,
			})
			if err == nil {
				_, err = h.Ledger.Do(ctx, h.As(h.Admin), commands.GrantAccess{Staff: managers[i], Request: domain.RequestID(asked.ID)})
			}
			if err != nil {
				h.Error(err)
			}
		})
	}
	wg.Wait()
	if h.Failed() {
		h.FailNow()
	}
	return managers
}

// A-13, C-06: 200 people claim one customer over two processes while three
// approvers approve whatever they find: one owner, everybody else a clear refusal,
// and the log tells it all.
func TestOnlyOneOfTwoHundredOwnsTheSlot(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	applicants := h.crowd(200)
	approvers := []domain.StaffID{h.NorthHead, h.Director, h.Hire("deputy", h.North, domain.RoleOutletHead, h.North)}
	processes := []*ledger.Ledger{h.Ledger, h.Process()}
	customer := h.Prospect(h.Ann, h.North, commandstest.Person("王小明"))
	line := domain.SelfOperated

	filed := make(chan domain.ApplicationID, len(applicants))
	var filing, approving sync.WaitGroup
	var owned, won, late atomic.Int64
	for i, who := range applicants {
		filing.Go(func() {
			answer, err := processes[i%2].Do(t.Context(), h.As(who), commands.ClaimCustomer{Customer: customer, Line: line})
			switch {
			case err == nil:
				filed <- domain.ApplicationID(answer.ID)
			case errors.Is(err, ownership.ErrAlreadyOwned):
				owned.Add(1)
			default:
				t.Errorf("a claim was answered with %v", err)
			}
		})
	}
	for i, who := range approvers {
		approving.Go(func() {
			for application := range filed {
				for p := range processes {
					_, err := processes[(i+p)%2].Do(t.Context(), h.As(who), commands.ApproveClaim{Customer: customer, Line: line, Application: application})
					switch domain.CodeOf(err) {
					case domain.Code{}:
						won.Add(1)
					case ownership.ErrAlreadyOwned, ownership.ErrNotPending:
						late.Add(1)
					default:
						t.Errorf("an approval was answered with %v", err)
					}
				}
			}
		})
	}
	filing.Wait()
	close(filed)
	approving.Wait()

	if won.Load() != 1 {
		t.Errorf("%d approvals succeeded, want 1", won.Load())
	}
	counts := map[string]int{}
	for _, kind := range h.Events(eventstore.Stream(ownership.StreamOf(customer, line))) {
		counts[kind]++
	}
	claims := counts["ownership.claim-filed"]
	switch {
	case counts["ownership.established"] != 1 || counts["ownership.claim-approved"] != 1:
		t.Errorf("the log has %v", counts)
	case counts["ownership.claim-superseded"] != claims-1:
		t.Errorf("of %d claims %d were superseded, want all but one", claims, counts["ownership.claim-superseded"])
	case claims+int(owned.Load()) != len(applicants):
		t.Errorf("%d claims filed and %d refused, of %d", claims, owned.Load(), len(applicants))
	}
	t.Logf("%d claims filed, %d refused as owned; of the approvals one won and %d came late", claims, owned.Load(), late.Load())
}

// B-09, C-06: 100 people register one identity document over two processes: one
// customer, every other told that there is one.
func TestOneDocumentMakesOneCustomer(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	processes := []*ledger.Ledger{h.Ledger, h.Process()}
	var wg sync.WaitGroup
	var made atomic.Int64
	for i := range 100 {
		wg.Go(func() {
			who := []domain.StaffID{h.Ann, h.Bo}[i/2%2]
			_, err := processes[i%2].Do(t.Context(), h.As(who), h.registering("E70000001"))
			switch {
			case err == nil:
				made.Add(1)
			case !errors.Is(err, customer.ErrDuplicateIdentity):
				t.Errorf("a registration was answered with %v", err)
			}
		})
	}
	wg.Wait()
	if made.Load() != 1 || h.holders("E70000001") != 1 || h.Reservations(true) != 1 || h.Reservations(false) != 0 {
		t.Errorf("%d succeeded, %d customers, %d confirmed and %d open reservations",
			made.Load(), h.holders("E70000001"), h.Reservations(true), h.Reservations(false))
	}
}

// one idempotency key sent 50 times at once over two processes takes effect
// once, and everybody gets the same answer, whatever the verb is built on.
func TestOneKeyTakesEffectOnce(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	processes := []*ledger.Ledger{h.Ledger, h.Process()}
	customer := h.Prospect(h.Ann, h.North, commandstest.Person("王小明"))
	for name, send := range map[string]func(*ledger.Ledger, ledger.Call) (ledger.Answer, error){
		"a new stream with a reserved key": func(l *ledger.Ledger, call ledger.Call) (ledger.Answer, error) {
			return l.Do(t.Context(), call, h.registering("E70000002"))
		},
		"an old stream": func(l *ledger.Ledger, call ledger.Call) (ledger.Answer, error) {
			return l.Do(t.Context(), call, commands.ClaimCustomer{Customer: customer})
		},
		"an old stream with a reserved key": func(l *ledger.Ledger, call ledger.Call) (ledger.Answer, error) {
			return l.Do(t.Context(), call, commands.SupplementCustomer{
				Customer: customer, Fields: commands.CustomerFields{IdentityType: identity.Passport, IdentityNumber: "E70000003"},
			})
		},
	} {
		before, err := h.Store.LastPosition(t.Context())
		h.Must(err)
		call := h.As(h.Ann)
		var wg sync.WaitGroup
		answers := make([]ledger.Answer, 50)
		for i := range answers {
			wg.Go(func() {
				var err error
				if answers[i], err = send(processes[i%2], call); err != nil {
					t.Errorf("%s: %v", name, err)
				}
			})
		}
		wg.Wait()
		fresh := 0
		for _, answer := range answers {
			if !answer.Repeated {
				fresh++
			}
			first := answers[0]
			first.Repeated = answer.Repeated
			if answer != first {
				t.Errorf("%s: answered with %+v and %+v", name, answer, first)
			}
		}
		after, err := h.Store.LastPosition(t.Context())
		h.Must(err)
		if after-before != 1 || fresh > 1 {
			t.Errorf("%s: %d events, %d answers that say it is new", name, after-before, fresh)
		}
	}
	if h.Reservations(false) != 0 || h.Reservations(true) != 2 {
		t.Errorf("%d open and %d confirmed reservations", h.Reservations(false), h.Reservations(true))
	}
}
