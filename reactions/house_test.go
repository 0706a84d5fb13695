package reactions_test

import (
	"context"
	"fmt"
	"log/slog"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"guishu/commands"
	"guishu/commands/ledger"
	"guishu/domain"
	"guishu/domain/customer"
	"guishu/domain/identity"
	"guishu/domain/payment"
	"guishu/eventstore"
	"guishu/eventstore/esdb"
	"guishu/eventstore/idindex"
	"guishu/eventstore/memory"
	"guishu/eventstore/postgres"
	"guishu/eventstore/sealing"
	"guishu/eventstore/storetest"
	"guishu/internal/esdbtest"
	"guishu/internal/pgtest"
	"guishu/internal/waiting"
	"guishu/reactions"

	"github.com/jackc/pgx/v5/pgxpool"
)

// house is an invented wealth firm on a database of its own.
type house struct {
	t      testing.TB
	pool   *pgxpool.Pool
	store  eventstore.Store
	ring   *sealing.Ring
	codec  *eventstore.Codec
	ledger *ledger.Ledger
	keys   atomic.Int64
	locked locked

	branch                 domain.UnitID
	admin, dora, emil, ops domain.StaffID
	director               domain.StaffID
	fund                   domain.ProductID
}

// locked are those whose sign-in has ended.
type locked struct{ all sync.Map }

func (l *locked) Disable(_ context.Context, staff domain.StaffID) error {
	l.all.Store(staff, true)
	return nil
}

type census struct{}

func (census) StaffAt(context.Context, domain.Path) (int, error)                  { return 0, nil }
func (census) OpenWork(context.Context, domain.StaffID) ([]string, error)         { return nil, nil }
func (census) Owned(context.Context, domain.StaffID) (int, error)                 { return 0, nil }
func (census) ClaimsOn(context.Context, domain.StaffID, domain.Date) (int, error) { return 0, nil }

// newHouse founds a house on a store that open gives it. Whatever the store, read
// models, keys and checkpoints are in PostgreSQL.
func newHouse(t testing.TB, open func(*house) eventstore.Store) *house {
	t.Helper()
	h := &house{t: t, pool: pgtest.New(t)}
	ctx := t.Context()
	h.store = open(h)
	t.Cleanup(func() { _ = h.store.Close() })
	var err error
	h.ring, err = sealing.Open(ctx, h.pool, sealing.FixedKEK(sealing.NewKEK()), sealing.Options{})
	h.must(err)
	registry, err := ledger.Events()
	h.must(err)
	h.codec = eventstore.NewCodec(registry, sealing.NewSealer(h.ring))
	lookups, err := h.ring.Hasher(ctx, sealing.ForLookups)
	h.must(err)
	requests, err := h.ring.Hasher(ctx, sealing.ForRequests)
	h.must(err)
	unique, err := ledger.OpenKeys(ctx, h.pool)
	h.must(err)
	h.ledger, err = ledger.Open(ctx, ledger.Config{
		ID: h.ring.Ledger(), Store: h.store, Codec: h.codec, Keys: unique, Lookups: lookups, Requests: requests,
		Eraser: h.ring, Census: census{}, Location: domain.ChinaZone(), Now: time.Now,
	})
	h.must(err)
	t.Cleanup(h.ledger.Close)
	h.settle()
	return h
}

// onEachStore runs a test on every kind of store there is.
func onEachStore(t *testing.T, test func(t *testing.T, h *house)) {
	t.Parallel()
	for name, open := range map[string]func(*house) eventstore.Store{
		"postgres":           onPostgres,
		"postgres with gaps": func(h *house) eventstore.Store { return storetest.Sparse(onPostgres(h)) },
		"eventstoredb":       onEventStoreDB,
		"memory":             func(*house) eventstore.Store { return memory.New() },
		"memory with gaps":   func(*house) eventstore.Store { return storetest.Sparse(memory.New()) },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			test(t, newHouse(t, open))
		})
	}
}

func onPostgres(h *house) eventstore.Store {
	h.t.Helper()
	store, err := postgres.Open(h.t.Context(), h.pool, postgres.Options{AllowUnsafe: true, Log: slog.New(slog.DiscardHandler)})
	h.must(err)
	return store
}

// onEventStoreDB is the ledger as it is opened on an EventStoreDB, which is here the
// gateway over a database of its own.
func onEventStoreDB(h *house) eventstore.Store {
	h.t.Helper()
	quiet := slog.New(slog.DiscardHandler)
	behind, err := postgres.Open(h.t.Context(), pgtest.New(h.t), postgres.Options{AllowUnsafe: true, Log: quiet})
	h.must(err)
	h.t.Cleanup(func() { _ = behind.Close() })
	server, err := esdb.Open(h.t.Context(), esdbtest.On(h.t, storetest.Sparse(behind)), esdb.Options{Log: quiet})
	h.must(err)
	store, err := idindex.Open(h.t.Context(), h.pool, server, idindex.Options{Log: quiet})
	h.must(err)
	return store
}

func (h *house) settle() {
	ctx := h.t.Context()
	var err error
	h.admin, err = commands.Install(ctx, h.ledger, commands.InstallFirstAdministrator{
		Firm: "示例财富", Name: "管理员甲", Login: "admin", EmployeeNo: "A0001",
	})
	h.must(err)
	tree, err := h.ledger.Tree(ctx)
	h.must(err)
	root := tree.Root().ID
	made, err := h.ledger.Do(ctx, h.as(h.admin), commands.EstablishUnit{
		Parent: root, Code: "W01", Name: "示例分公司", Kind: domain.Branch, Model: domain.Attached,
	})
	h.must(err)
	h.branch = domain.UnitID(made.ID)
	h.dora = h.hire("dora", h.branch, domain.RoleAdvisor, h.branch)
	h.emil = h.hire("emil", h.branch, domain.RoleAdvisor, h.branch)
	h.director = h.hire("director", root, domain.RoleSuperior, root)
	h.ops = h.hire("ops", root, domain.RoleOperations, root)
	made, err = h.ledger.Do(ctx, h.as(h.ops), commands.LaunchProduct{Code: "F1", Name: "示例稳健一号", Supplier: "示例基金"})
	h.must(err)
	h.fund = domain.ProductID(made.ID)
	_, err = h.ledger.Do(ctx, h.as(h.ops), commands.OpenSubscription{Product: h.fund})
	h.must(err)
}

func (h *house) must(err error) {
	h.t.Helper()
	if err != nil {
		h.t.Fatal(err)
	}
}

func (h *house) as(who domain.StaffID) ledger.Call {
	return ledger.Call{Actor: who, Key: fmt.Sprintf("key-%d", h.keys.Add(1))}
}

func (h *house) hire(login string, unit domain.UnitID, role domain.Role, at domain.UnitID) domain.StaffID {
	h.t.Helper()
	ctx := h.t.Context()
	hired, err := h.ledger.Do(ctx, h.as(h.admin), commands.HireStaff{EmployeeNo: "E-" + login, Login: login, Name: "员工", Unit: unit})
	h.must(err)
	who := domain.StaffID(hired.ID)
	asked, err := h.ledger.Do(ctx, h.as(who), commands.RequestAccess{Staff: who, Role: role, Unit: at})
	h.must(err)
	_, err = h.ledger.Do(ctx, h.as(h.admin), commands.GrantAccess{Staff: who, Request: domain.RequestID(asked.ID)})
	h.must(err)
	return who
}

// bought is a customer with a confirmed payment.
type bought struct {
	customer domain.CustomerID
	payment  domain.PaymentID
}

// purchase registers a customer, attaches dora, and confirms a payment; n tells
// customers apart.
func (h *house) purchase(n int) bought {
	h.t.Helper()
	ctx := h.t.Context()
	registered, err := h.ledger.Do(ctx, h.as(h.dora), commands.RegisterCustomer{
		Party: domain.Person, HomeUnit: h.branch, Advisor: h.dora,
		Fields: commands.CustomerFields{
			Name: "王示例", Phone: "13800138000", Source: customer.SourceOwn, IdentityType: identity.Passport,
			IdentityNumber: fmt.Sprintf("E%08d", n), Address: "示例市和平路1号", Birthday: "19900307", BankAccount: "6222020200112233446",
		},
	})
	h.must(err)
	b := bought{customer: domain.CustomerID(registered.ID)}
	_, err = h.ledger.Do(ctx, h.as(h.dora), commands.AttachAdvisor{Customer: b.customer, Advisor: h.dora})
	h.must(err)
	b.payment = h.pay(b.customer)
	return b
}

// pay reserves, registers and confirms a payment of dora's.
func (h *house) pay(customer domain.CustomerID) domain.PaymentID {
	h.t.Helper()
	ctx := h.t.Context()
	reserved, err := h.ledger.Do(ctx, h.as(h.dora), commands.ReservePayment{
		Customer: customer, Product: h.fund, Advisor: h.dora, AmountFen: 1_000_000, Nature: domain.Direct, IdentityType: identity.Passport, IdentityNumber: "E12345678",
		Source: commands.BankSource{HeadBank: "示例银行", Branch: "示例分行", SubBranch: "示例支行", Account: "6222020200112233446"},
		Papers: []string{strings.Repeat("ab", 32)}, ScheduledOn: h.ledger.Today(),
	})
	h.must(err)
	id := domain.PaymentID(reserved.ID)
	_, err = h.ledger.Do(ctx, h.as(h.dora), commands.RegisterPayment{Payment: id})
	h.must(err)
	_, err = h.ledger.Do(ctx, h.as(h.ops), commands.ConfirmPayment{Payment: id})
	h.must(err)
	return id
}

// react opens the reactions and runs them until the test ends or stop is called.
func (h *house) react(change ...func(*reactions.Config)) (r *reactions.Reactions, stop func()) {
	h.t.Helper()
	config := reactions.Config{Store: h.store, Codec: h.codec, Ledger: h.ledger, SignIns: &h.locked, Pool: h.pool}
	for _, c := range change {
		c(&config)
	}
	r, err := reactions.Open(h.t.Context(), config)
	h.must(err)
	ended := make(chan error, 1)
	go func() { ended <- r.Run(h.t.Context()) }()
	select {
	case <-r.Running():
	case err := <-ended:
		h.t.Fatalf("the reactions did not start: %v", err)
	}
	var stopped atomic.Bool
	stop = func() {
		if stopped.CompareAndSwap(false, true) {
			if err := r.Close(); err != nil {
				h.t.Errorf("closing the reactions: %v", err)
			}
			<-ended
		}
	}
	h.t.Cleanup(stop)
	return r, stop
}

// streamOf names the stream of a thing.
func streamOf[ID fmt.Stringer](prefix string, id ID) eventstore.Stream {
	return eventstore.Stream(prefix + id.String())
}

// await follows a stream until it has so many events of a type, and gives the
// types of all of its events.
func (h *house) await(stream eventstore.Stream, kind string, count int) []string {
	h.t.Helper()
	watch := waiting.Over(h.t)
	ctx, cancel := context.WithCancel(watch.Context())
	defer cancel()
	var types []string
	what := fmt.Sprintf("the next event of %s, for %s", stream, kind)
	for delivery, err := range waiting.Each(watch, what, h.store.SubscribeStream(ctx, stream, eventstore.NoRevision)) {
		if err != nil {
			h.t.Fatalf("waiting for %d %s on %s, which has %v: %v", count, kind, stream, types, err)
		}
		if delivery.Kind != eventstore.EventDelivered {
			continue
		}
		types = append(types, delivery.Event.Type)
		if delivery.Event.Type == kind {
			count--
		}
		if count == 0 {
			break
		}
	}
	return types
}

// answered waits until every reaction has handled the newest event there is now.
func (h *house) answered(r *reactions.Reactions) {
	h.t.Helper()
	last, err := h.store.LastPosition(h.t.Context())
	h.must(err)
	waiting.Progress(h.t, "every reaction to be at the tail", func() (far eventstore.Position, there bool) {
		positions, err := r.Positions(h.t.Context())
		h.must(err)
		there = len(positions) == len(r.Consumers()) // one that has just begun has none yet
		for _, at := range positions {
			far += at
			there = there && at >= last
		}
		return far, there
	})
}

// until waits for a condition.
func (h *house) until(what string, holds func() bool) {
	h.t.Helper()
	waiting.Until(h.t, what, holds)
}

// types are the types of a stream's events.
func (h *house) types(stream eventstore.Stream) []string {
	h.t.Helper()
	var types []string
	for event, err := range h.store.ReadStream(h.t.Context(), eventstore.StreamQuery{Stream: stream}) {
		h.must(err)
		types = append(types, event.Type)
	}
	return types
}

func paymentStream(id domain.PaymentID) eventstore.Stream { return streamOf(payment.StreamPrefix, id) }

// open opens a pool that ends with the test.
func (h *house) open(config *pgxpool.Config) *pgxpool.Pool {
	h.t.Helper()
	pool, err := pgxpool.NewWithConfig(h.t.Context(), config)
	h.must(err)
	h.t.Cleanup(pool.Close)
	return pool
}
