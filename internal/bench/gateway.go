package bench

import (
	"context"
	"errors"
	"fmt"
	"net"

	"guishu/eventstore"
	"guishu/eventstore/esdb"
	"guishu/eventstore/gateway"
	"guishu/eventstore/postgres"
	"guishu/eventstore/postgres/storebench"
	"guishu/internal/app"

	"github.com/jackc/pgx/v5"
)

// leastThroughGateway is how many events a second must be read from $all.
const leastThroughGateway = 100_000

// served is a store behind the gateway.
type served struct {
	server  *gateway.Server
	address string
	ended   chan error
	clients []*esdb.Store
}

// overProtocol serves a store over EventStoreDB's protocol.
func (r *run) overProtocol(ctx context.Context, store eventstore.Store) (*served, error) {
	app.TuneMemory() // as serve does
	server, err := gateway.New(gateway.Config{
		Store: store, Access: gateway.Access{Anonymous: gateway.Administrator("bench")}, Writable: true, Log: r.log,
	})
	if err != nil {
		return nil, err
	}
	listener, err := (&net.ListenConfig{}).Listen(ctx, "tcp", "127.0.0.1:0")
	if err != nil {
		return nil, errors.Join(err, server.Close())
	}
	s := &served{server: server, address: listener.Addr().String(), ended: make(chan error, 1)}
	go func() { s.ended <- server.Serve(listener) }()
	return s, nil
}

// open gives the store that the adapter for EventStoreDB makes of the gateway.
func (s *served) open(ctx context.Context, options esdb.Options) (*esdb.Store, error) {
	client, err := esdb.Open(ctx, fmt.Sprintf("esdb://%s?tls=false", s.address), options)
	if err == nil {
		s.clients = append(s.clients, client)
	}
	return client, err
}

func (s *served) stop() (err error) {
	for _, client := range s.clients {
		err = errors.Join(err, client.Close())
	}
	return errors.Join(err, s.server.Close(), <-s.ended)
}

// gatewayAppends measures what the protocol costs an append: through the gateway
// with the adapter for EventStoreDB, and with one call an append as the official
// client makes it, beside the very store behind the gateway.
func (r *run) gatewayAppends(ctx context.Context) (rows []Row, err error) {
	store, _, err := r.ledger(ctx, "gateway")
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, store.Close()) }()
	server, err := r.overProtocol(ctx, store)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, server.stop()) }()
	shared, err := server.open(ctx, esdb.Options{Log: r.log})
	if err != nil {
		return nil, err
	}
	single, err := server.open(ctx, esdb.Options{Log: r.log, SingleCalls: true})
	if err != nil {
		return nil, err
	}
	for _, gate := range []struct {
		clients int
		gate    Gate
	}{{1, Gate{}}, {16, Gate{}}, {64, AtLeast(0.5)}} {
		name := fmt.Sprintf("gateway-append-%d", gate.clients)
		nameSingle := fmt.Sprintf("gateway-append-single-%d", gate.clients)
		if !r.wants(name) && !r.wants(nameSingle) {
			continue
		}
		var all, alone sides
		for turn := range r.turns() + 1 {
			r.calm(ctx)
			var rates [3]float64
			for i, way := range []eventstore.Store{store, shared, single} {
				result, err := storebench.MeasureAppend(ctx, gate.clients, r.turn()/2, way)
				if err != nil {
					return nil, err
				}
				rates[i] = result.PerSecond()
			}
			r.tell("  %d clients: through the gateway %.0f/s, with a call each %.0f/s; direct %.0f/s", gate.clients, rates[1], rates[2], rates[0])
			if turn > 0 {
				all.add(rates[1], rates[0])
				alone.add(rates[2], rates[0])
			}
		}
		rows = append(rows, Row{
			Name: name, Work: fmt.Sprintf("经网关追加单个事件,%d 个客户端 append through the gateway, %d clients", gate.clients, gate.clients),
			Measured: perSecond(all.ours.median(), "events"), Beside: perSecond(all.theirs.median(), "directly"),
			Ratio: all.ratio.median(), Spread: all.ratio.spread(), Gate: gate.gate,
			Note: "appends share a call (BatchAppend); client, gateway, store and PostgreSQL share the machine",
		}, Row{
			Name: nameSingle, Work: fmt.Sprintf("同上,每次追加一个调用 the same, a call for each, %d clients", gate.clients),
			Measured: perSecond(alone.ours.median(), "events"), Beside: perSecond(alone.theirs.median(), "directly"),
			Ratio: alone.ratio.median(), Spread: alone.ratio.spread(),
			Note: "as the official Go client appends",
		})
	}
	return rows, nil
}

// gatewayRead measures reading $all through the gateway with the official client,
// beside the store behind it.
func (r *run) gatewayRead(ctx context.Context) (rows []Row, err error) {
	url, err := r.lifelike(ctx)
	if err != nil {
		return nil, err
	}
	config, err := pgx.ParseConfig(url)
	if err != nil {
		return nil, err
	}
	store, err := postgres.OpenConfig(ctx, config, postgres.Options{Log: r.log})
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, store.Close()) }()
	server, err := r.overProtocol(ctx, store)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, server.stop()) }()
	client, err := server.open(ctx, esdb.Options{Log: r.log})
	if err != nil {
		return nil, err
	}
	var all sides
	for turn := range r.turns() + 1 {
		r.calm(ctx)
		through, err := storebench.MeasureReadAll(ctx, client)
		if err != nil {
			return nil, err
		}
		direct, err := storebench.MeasureReadAll(ctx, store)
		if err != nil {
			return nil, err
		}
		if through.Events != direct.Events {
			return nil, fmt.Errorf("%d events came through the gateway, the store has %d", through.Events, direct.Events)
		}
		r.tell("  through the gateway %.0f/s, direct %.0f/s", through.PerSecond(), direct.PerSecond())
		if turn > 0 {
			all.add(through.PerSecond(), direct.PerSecond())
		}
	}
	work := "经网关读 $all read $all through the gateway"
	return []Row{{
		Name: "gateway-read", Work: work, Measured: perSecond(all.ours.median(), "events"), Beside: perSecond(all.theirs.median(), "directly"),
		Ratio: all.ratio.median(), Spread: all.ratio.spread(),
	}, {
		Name: "gateway-read-rate", Work: work + ", 100,000/s", Measured: perSecond(all.ours.median(), "events"),
		Beside: perSecond(leastThroughGateway, "events"), Ratio: all.ours.median() / leastThroughGateway, Gate: AtLeast(1),
		Note: "an absolute figure, of this machine; the ratio is to 100,000 events a second",
	}}, nil
}
