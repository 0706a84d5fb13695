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

// overProtocol serves a store over EventStoreDB's protocol and gives the store
// that the adapter for EventStoreDB makes of it.
func (r *run) overProtocol(ctx context.Context, store eventstore.Store) (_ *esdb.Store, end func() error, err error) {
	app.TuneMemory() // as serve does
	server, err := gateway.New(gateway.Config{
		Store: store, Access: gateway.Access{Anonymous: gateway.Administrator("bench")}, Writable: true, Log: r.log,
	})
	if err != nil {
		return nil, nil, err
	}
	listener, err := (&net.ListenConfig{}).Listen(ctx, "tcp", "127.0.0.1:0")
	if err != nil {
		return nil, nil, errors.Join(err, server.Close())
	}
	served := make(chan error, 1)
	go func() { served <- server.Serve(listener) }()
	stop := func() error { return errors.Join(server.Close(), <-served) }
	client, err := esdb.Open(ctx, fmt.Sprintf("esdb://%s?tls=false", listener.Addr()), esdb.Options{Log: r.log})
	if err != nil {
		return nil, nil, errors.Join(err, stop())
	}
	return client, func() error { return errors.Join(client.Close(), stop()) }, nil
}

// gatewayAppends measures what the protocol costs an append: through the gateway
// with the adapter for EventStoreDB, beside the very store behind it.
func (r *run) gatewayAppends(ctx context.Context) (rows []Row, err error) {
	store, _, err := r.ledger(ctx, "gateway")
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, store.Close()) }()
	client, end, err := r.overProtocol(ctx, store)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, end()) }()
	for _, gate := range []struct {
		clients int
		gate    Gate
	}{{1, Gate{}}, {16, Gate{}}, {64, AtLeast(0.5)}} {
		name := fmt.Sprintf("gateway-append-%d", gate.clients)
		if !r.wants(name) {
			continue
		}
		var all sides
		for turn := range r.turns() + 1 {
			r.calm(ctx)
			direct, err := storebench.MeasureAppend(ctx, gate.clients, r.turn()/2, store)
			if err != nil {
				return nil, err
			}
			through, err := storebench.MeasureAppend(ctx, gate.clients, r.turn()/2, client)
			if err != nil {
				return nil, err
			}
			r.tell("  through the gateway %s; direct %s", through, direct)
			if turn > 0 {
				all.add(through.PerSecond(), direct.PerSecond())
			}
		}
		rows = append(rows, Row{
			Name: name, Work: fmt.Sprintf("经网关追加单个事件,%d 个客户端 append through the gateway, %d clients", gate.clients, gate.clients),
			Measured: perSecond(all.ours.median(), "events"), Beside: perSecond(all.theirs.median(), "directly"),
			Ratio: all.ratio.median(), Spread: all.ratio.spread(), Gate: gate.gate,
			Note: "client, gateway, store and PostgreSQL share the machine; over a network the client does not",
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
	client, end, err := r.overProtocol(ctx, store)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, end()) }()
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
