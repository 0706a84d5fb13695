package bench

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"runtime/pprof"
	"strconv"
	"strings"
	"time"

	"guishu/eventstore/sealing"
	door "guishu/http"
	"guishu/internal/app"
	"guishu/internal/bench/load"
	"guishu/internal/privatepg"
)

// connections is how many clients ask over HTTP at once.
const connections = 64

// warmCustomers fit into the ledger's memory with their slots, as those who are
// being looked up and claimed at one time do.
const warmCustomers = 8000

// office is the whole product, serving, with a firm in it.
type office struct {
	app     *app.App
	server  *door.Server
	firm    *firm
	url     string // of the database
	address string
	stop    func() error
	log     *os.File
	asked   *question // by the lists
}

// openOffice assembles the product as serve does, with read models and reactions
// running and every request logged, and listens.
func (r *run) openOffice(ctx context.Context, database string, managers, customers int) (_ *office, err error) {
	app.TuneMemory() // as serve does
	o := &office{}
	if o.url, err = r.database(ctx, database); err != nil {
		return nil, err
	}
	if o.log, err = os.Create(filepath.Join(r.folder, database+".log")); err != nil {
		return nil, err
	}
	log := slog.New(slog.NewTextHandler(o.log, nil))
	o.app, err = app.Open(ctx, app.Config{
		Database: privatepg.Settings{DatabaseURL: o.url}, KEK: sealing.FixedKEK(sealing.NewKEK()), Log: log,
	})
	if err != nil {
		return nil, err
	}
	running, cancel := context.WithCancel(ctx)
	ended := make(chan error, 2)
	o.asked = &question{pool: o.app.Pool}
	o.server, err = door.New(door.Config{
		Ledger: o.app.Ledger, Auth: o.app.Auth, Read: o.asked, Models: o.app.Models, Store: o.app.Store, Decoder: o.app.Codec, Lookups: o.app.Lookups, Location: o.app.Location, Log: log,
	})
	if err != nil {
		cancel()
		return nil, errors.Join(err, o.app.Close())
	}
	listener, err := door.Listening{Address: "127.0.0.1:0"}.Open(ctx)
	if err != nil {
		cancel()
		return nil, errors.Join(err, o.app.Close())
	}
	o.address = listener.Addr().String()
	go func() { ended <- o.app.Run(running) }()
	go func() { ended <- o.server.Serve(running, listener) }()
	o.stop = func() error {
		cancel()
		return errors.Join(<-ended, <-ended, o.app.Close(), o.log.Close())
	}
	if o.firm, err = newFirm(ctx, o.app, managers, customers); err != nil {
		return nil, errors.Join(err, o.stop())
	}
	return o, o.settled(ctx)
}

// settled waits until the read models show everything.
func (o *office) settled(ctx context.Context) error {
	last, err := o.app.Store.LastPosition(ctx)
	if err != nil {
		return err
	}
	ctx, done := context.WithTimeout(ctx, time.Minute)
	defer done()
	return o.app.Models.WaitForAll(ctx, last)
}

// answering answers every request with the same body and does nothing else.
func answering(status, size int) http.Handler {
	body := []byte(strings.Repeat("x", size))
	length := []string{strconv.Itoa(size)}
	media := []string{"application/json"}
	return http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		header := w.Header()
		header["Content-Type"], header["Content-Length"] = media, length
		w.WriteHeader(status)
		_, _ = w.Write(body)
	})
}

// fixed is a server that answers with the same body, like the product's in
// everything that net/http does.
type fixed struct {
	address string
	server  *http.Server
	ended   chan error
}

func serveFixed(ctx context.Context, handler http.Handler) (*fixed, error) {
	listener, err := new(net.ListenConfig).Listen(ctx, "tcp", "127.0.0.1:0")
	if err != nil {
		return nil, err
	}
	f := &fixed{address: listener.Addr().String(), ended: make(chan error, 1), server: &http.Server{
		ReadHeaderTimeout: 5 * time.Second, ReadTimeout: 15 * time.Second, WriteTimeout: 35 * time.Second, IdleTimeout: 2 * time.Minute,
		MaxHeaderBytes: 32 << 10, Handler: handler,
	}}
	go func() { f.ended <- f.server.Serve(listener) }()
	return f, nil
}

func (f *fixed) stop() {
	_ = f.server.Close()
	<-f.ended
}

// overHTTP measures what comes in over HTTP.
func (r *run) overHTTP(ctx context.Context) (rows []Row, err error) {
	o, err := r.openOffice(ctx, "http", connections, warmCustomers)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, o.stop()) }()
	client, err := r.helper(ctx, PartLoad)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, client.end()) }()
	if r.wants("claim") || r.wants("claim-bare") {
		if rows, err = r.claim(ctx, o, client); err != nil {
			return rows, err
		}
	}
	if r.wants("list") || r.wants("list-prepared") {
		more, err := r.list(ctx, o, client)
		if err != nil {
			return rows, err
		}
		rows = append(rows, more...)
	}
	return rows, nil
}

// claims is the order to claim: every connection is another manager, who claims
// each customer once.
func (o *office) claims(address string, seconds float64, first int) load.Order {
	order := load.Order{Address: address, Seconds: seconds, First: first}
	for _, customer := range o.firm.customers {
		order.Subjects = append(order.Subjects, customer.String())
	}
	for i, m := range o.firm.managers {
		body := `{"customer":"` + load.Subject + `"}`
		length := len(body) - len(load.Subject) + 36
		order.Clients = append(order.Clients, load.Client{
			Offset: i * len(order.Subjects) / len(o.firm.managers),
			Request: "POST /v1/claims HTTP/1.1\r\nHost: " + o.address + "\r\nCookie: " + m.cookie +
				"\r\nContent-Type: application/json\r\nIdempotency-Key: claim-" + load.Number +
				fmt.Sprintf("\r\nContent-Length: %d\r\n\r\n", length) + body,
		})
	}
	return order
}

// claim measures claims beside a handler that does nothing: in the product's own
// stack, where it is named, bounded, logged and counted too, and bare.
func (r *run) claim(ctx context.Context, o *office, client *helper) ([]Row, error) {
	warm, _, err := r.load(client, o.claims(o.address, 0.1, 0))
	if err != nil {
		return nil, err
	}
	size := warm.Bytes
	inside, err := serveFixed(ctx, o.server.Around(answering(http.StatusCreated, size)))
	if err != nil {
		return nil, err
	}
	defer inside.stop()
	outside, err := serveFixed(ctx, answering(http.StatusCreated, size))
	if err != nil {
		return nil, err
	}
	defer outside.stop()
	before, err := o.app.Store.LastPosition(ctx)
	if err != nil {
		return nil, err
	}
	var within, bare sides
	next, answered := warm.Next, 0
	for turn := range r.turns() + 1 {
		if err := o.settled(ctx); err != nil {
			return nil, err
		}
		r.calm(ctx)
		end, err := r.profile("claim", turn)
		if err != nil {
			return nil, err
		}
		claimed, cost, err := r.load(client, o.claims(o.address, r.Seconds, next))
		end()
		if err != nil {
			return nil, err
		}
		if next = claimed.Next; next > len(o.firm.customers) {
			return nil, errors.New("there are too few customers to claim for so many turns")
		}
		if claimed.Bytes < size-8 || claimed.Bytes > size+8 {
			return nil, fmt.Errorf("the answer to a claim has %d bytes, %d are compared with", claimed.Bytes, size)
		}
		answered += claimed.Answered
		same, sameCost, err := r.load(client, o.claims(inside.address, r.Seconds/2, 0))
		if err != nil {
			return nil, err
		}
		none, noneCost, err := r.load(client, o.claims(outside.address, r.Seconds/2, 0))
		if err != nil {
			return nil, err
		}
		r.tell("  claim %.0f/s (p50 %.1f ms, p99 %.1f ms, %s), fixed %.0f/s (%s), bare %.0f/s (%s)", claimed.PerSecond(), claimed.P50*1e3, claimed.P99*1e3,
			cost, same.PerSecond(), sameCost, none.PerSecond(), noneCost)
		if turn == 0 {
			continue // everybody warms up
		}
		within.add(claimed.PerSecond(), same.PerSecond())
		bare.add(claimed.PerSecond(), none.PerSecond())
	}
	after, err := o.app.Store.LastPosition(ctx)
	if err != nil {
		return nil, err
	}
	if int(after-before) != answered {
		return nil, fmt.Errorf("%d claims were answered, %d events were written", answered, after-before)
	}
	measured := perSecond(within.ours.median(), "claims")
	return []Row{{
		Name: "claim", Work: "HTTP 认领,64 连接 claim over HTTP, 64 connections",
		Measured: measured, Beside: perSecond(within.theirs.median(), "fixed answers"),
		Ratio: within.ratio.median(), Spread: within.ratio.spread(), Gate: AtLeast(0.2),
		Note: "signed in, authorised, idempotent and durable, with read models, reactions and the log running; the fixed answer of the same size goes through the same server, which names, bounds, logs and counts it too",
	}, {
		Name: "claim-bare", Work: "同上,对照裸 net/http the same beside bare net/http",
		Measured: measured, Beside: perSecond(bare.theirs.median(), "fixed answers"),
		Ratio: bare.ratio.median(), Spread: bare.ratio.spread(),
		Note: "the fixed answer without anything of ours around it",
	}}, nil
}

// load has an order carried out. A refusal is a failure: only good answers count.
func (r *run) load(client *helper, order load.Order) (load.Outcome, string, error) {
	used := r.cpu()
	var outcome load.Outcome
	if err := client.ask(order, &outcome); err != nil {
		return outcome, "", err
	}
	if outcome.Refused > 0 {
		return outcome, "", fmt.Errorf("%d requests were refused: %s", outcome.Refused, outcome.Refusal)
	}
	return outcome, r.cpu().since(used).each(outcome), nil
}

// profile begins a CPU profile of this process, which serves, where one is
// wanted.
func (r *run) profile(name string, turn int) (end func(), err error) {
	if r.Profile == "" || turn != 1 {
		return func() {}, nil
	}
	file, err := os.Create(filepath.Join(r.Profile, name+".pprof"))
	if err != nil {
		return nil, err
	}
	if err := pprof.StartCPUProfile(file); err != nil {
		return nil, errors.Join(err, file.Close())
	}
	return func() {
		pprof.StopCPUProfile()
		_ = file.Close()
		if f, err := os.Create(filepath.Join(r.Profile, name+".allocs")); err == nil {
			_ = pprof.Lookup("allocs").WriteTo(f, 0)
			_ = f.Close()
		}
	}, nil
}
