package reactions_test

import (
	"context"
	"fmt"
	"log/slog"
	"sync"
	"sync/atomic"
	"testing"

	"guishu/commands"
	"guishu/commands/commandstest"
	"guishu/domain"
	"guishu/domain/payment"
	"guishu/eventstore"
	"guishu/eventstore/esdb"
	"guishu/eventstore/idindex"
	"guishu/eventstore/memory"
	"guishu/eventstore/postgres"
	"guishu/eventstore/storetest"
	"guishu/internal/esdbtest"
	"guishu/internal/pgtest"
	"guishu/internal/waiting"
	"guishu/reactions"

	"github.com/jackc/pgx/v5/pgxpool"
)

// house is an invented wealth firm.
type house struct {
	*commandstest.Firm
	locked locked

	branch          domain.UnitID
	dora, emil, ops domain.StaffID
	director        domain.StaffID
	fund            domain.ProductID
}

// locked are those whose sign-in has ended.
type locked struct{ all sync.Map }

func (l *locked) Disable(_ context.Context, staff domain.StaffID) error {
	l.all.Store(staff, true)
	return nil
}

func (l *locked) Disabled(_ context.Context, staff domain.StaffID) (bool, error) {
	_, found := l.all.Load(staff)
	return found, nil
}

// newHouse founds a house on a store that open gives it. Whatever the store, read
// models, keys and checkpoints are in PostgreSQL.
func newHouse(t testing.TB, open func(*commandstest.Firm) eventstore.Store) *house {
	t.Helper()
	h := &house{Firm: commandstest.Found(t, "示例财富", open)}
	h.branch = h.Unit(h.Root, "W01", domain.Branch, "")
	h.dora = h.Hire("dora", h.branch, domain.RoleAdvisor, h.branch)
	h.emil = h.Hire("emil", h.branch, domain.RoleAdvisor, h.branch)
	h.director = h.Hire("director", h.Root, domain.RoleSuperior, h.Root)
	h.ops = h.Hire("ops", h.Root, domain.RoleOperations, h.Root)
	h.fund = domain.ProductID(h.Do(h.ops, commands.LaunchProduct{Code: "F1", Name: "示例稳健一号", Supplier: "示例基金"}).ID)
	h.Do(h.ops, commands.OpenSubscription{Product: h.fund})
	return h
}

// kinds are the kinds of store there are.
func kinds() map[string]func(*commandstest.Firm) eventstore.Store {
	return map[string]func(*commandstest.Firm) eventstore.Store{
		"postgres":           commandstest.OnPostgres,
		"postgres with gaps": func(f *commandstest.Firm) eventstore.Store { return storetest.Sparse(commandstest.OnPostgres(f)) },
		"eventstoredb":       onEventStoreDB,
		"memory":             func(*commandstest.Firm) eventstore.Store { return memory.New() },
		"memory with gaps":   func(*commandstest.Firm) eventstore.Store { return storetest.Sparse(memory.New()) },
	}
}

// onEachStore runs a test on every kind of store there is.
func onEachStore(t *testing.T, test func(t *testing.T, h *house)) {
	t.Parallel()
	for name, open := range kinds() {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			test(t, newHouse(t, open))
		})
	}
}

// onEventStoreDB is the ledger as it is opened on an EventStoreDB, which is here the
// gateway over a database of its own.
func onEventStoreDB(f *commandstest.Firm) eventstore.Store {
	f.Helper()
	quiet := slog.New(slog.DiscardHandler)
	behind, err := postgres.Open(f.Context(), pgtest.New(f), postgres.Options{AllowUnsafe: true, Log: quiet})
	f.Must(err)
	f.Cleanup(func() { _ = behind.Close() })
	server, err := esdb.Open(f.Context(), esdbtest.On(f, storetest.Sparse(behind)), esdb.Options{Log: quiet})
	f.Must(err)
	store, err := idindex.Open(f.Context(), f.Pool, server, idindex.Options{Log: quiet})
	f.Must(err)
	return store
}

// bought is a customer with a confirmed payment.
type bought struct {
	customer domain.CustomerID
	payment  domain.PaymentID
}

// purchase registers a customer, attaches dora, and confirms a payment; n tells
// customers apart.
func (h *house) purchase(n int) bought {
	h.Helper()
	registered := h.Do(h.dora, commands.RegisterCustomer{
		Party: domain.Person, HomeUnit: h.branch, Advisor: h.dora, Fields: commandstest.Complete("王示例", fmt.Sprintf("E%08d", n)),
	})
	b := bought{customer: domain.CustomerID(registered.ID)}
	h.Do(h.dora, commands.AttachAdvisor{Customer: b.customer, Advisor: h.dora})
	b.payment = h.pay(b.customer)
	return b
}

// pay reserves, registers and confirms a payment of dora's.
func (h *house) pay(customer domain.CustomerID) domain.PaymentID {
	h.Helper()
	id := domain.PaymentID(h.Do(h.dora, h.Reserving(customer, h.fund, h.dora)).ID)
	h.Do(h.dora, commands.RegisterPayment{Payment: id})
	h.Do(h.ops, commands.ConfirmPayment{Payment: id})
	return id
}

// react opens the reactions and runs them until the test ends or stop is called.
func (h *house) react(change ...func(*reactions.Config)) (r *reactions.Reactions, stop func()) {
	h.Helper()
	config := reactions.Config{Store: h.Store, Codec: h.Codec, Ledger: h.Ledger, SignIns: &h.locked, Pool: h.Pool}
	for _, c := range change {
		c(&config)
	}
	r, err := reactions.Open(h.Context(), config)
	h.Must(err)
	ended := make(chan error, 1)
	go func() { ended <- r.Run(h.Context()) }()
	select {
	case <-r.Running():
	case err := <-ended:
		h.Fatalf("the reactions did not start: %v", err)
	}
	var stopped atomic.Bool
	stop = func() {
		if stopped.CompareAndSwap(false, true) {
			if err := r.Close(); err != nil {
				h.Errorf("closing the reactions: %v", err)
			}
			<-ended
		}
	}
	h.Cleanup(stop)
	return r, stop
}

// streamOf names the stream of a thing.
func streamOf[ID fmt.Stringer](prefix string, id ID) eventstore.Stream {
	return eventstore.Stream(prefix + id.String())
}

// await follows a stream until it has so many events of a type, and gives the
// types of all of its events.
func (h *house) await(stream eventstore.Stream, kind string, count int) []string {
	h.Helper()
	watch := waiting.Over(h)
	ctx, cancel := context.WithCancel(watch.Context())
	defer cancel()
	var types []string
	what := fmt.Sprintf("the next event of %s, for %s", stream, kind)
	for delivery, err := range waiting.Each(watch, what, h.Store.SubscribeStream(ctx, stream, eventstore.NoRevision)) {
		if err != nil {
			h.Fatalf("waiting for %d %s on %s, which has %v: %v", count, kind, stream, types, err)
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
	h.Helper()
	last, err := h.Store.LastPosition(h.Context())
	h.Must(err)
	waiting.Progress(h, "every reaction to be at the tail", func() (far eventstore.Position, there bool) {
		positions, err := r.Positions(h.Context())
		h.Must(err)
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
	h.Helper()
	waiting.Until(h, what, holds)
}

func paymentStream(id domain.PaymentID) eventstore.Stream { return streamOf(payment.StreamPrefix, id) }

// open opens a pool that ends with the test.
func (h *house) open(config *pgxpool.Config) *pgxpool.Pool {
	h.Helper()
	pool, err := pgxpool.NewWithConfig(h.Context(), config)
	h.Must(err)
	h.Cleanup(pool.Close)
	return pool
}
