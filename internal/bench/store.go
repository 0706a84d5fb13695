package bench

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"time"

	"guishu/eventstore/postgres"
	"guishu/eventstore/postgres/storebench"

	"github.com/jackc/pgx/v5"
	"golang.org/x/sync/errgroup"
)

// ledger opens a store on a database of its own.
func (r *run) ledger(ctx context.Context, database string) (*postgres.Store, *pgx.ConnConfig, error) {
	url, err := r.database(ctx, database)
	if err != nil {
		return nil, nil, err
	}
	config, err := pgx.ParseConfig(url)
	if err != nil {
		return nil, nil, err
	}
	store, err := postgres.OpenConfig(ctx, config, postgres.Options{Log: r.log})
	return store, config, err
}

// appends measures single events with their expected revision beside single-row
// inserts with a commit each, by as many clients.
func (r *run) appends(ctx context.Context) (rows []Row, err error) {
	store, config, err := r.ledger(ctx, "append")
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, store.Close()) }()
	for _, gate := range []struct {
		clients int
		least   float64
	}{{1, 0.85}, {16, 2}, {64, 3}, {256, 4}} {
		name := fmt.Sprintf("append-%d", gate.clients)
		if !r.wants(name) && (gate.clients != 64 || !r.wants("append-64-tail")) {
			continue
		}
		all, tail, err := r.append(ctx, store, config, gate.clients)
		if err != nil {
			return rows, err
		}
		rows = append(rows, Row{
			Name: name, Work: fmt.Sprintf("追加单个事件,%d 个客户端 append, %d clients", gate.clients, gate.clients),
			Measured: perSecond(all.ours.median(), "events"), Beside: perSecond(all.theirs.median(), "single-row inserts"),
			Ratio: all.ratio.median(), Spread: all.ratio.spread(), Gate: AtLeast(gate.least),
		})
		if gate.clients == 64 {
			rows = append(rows, Row{
				Name: "append-64-tail", Work: "追加的 p99 与 p50 之比,64 个客户端 append p99 / p50, 64 clients",
				Measured: "p99", Beside: "p50", Ratio: tail.median(), Spread: tail.spread(), Gate: AtMost(3),
			})
		}
	}
	return rows, nil
}

// append lets clients of the store and as many plain ones take turns.
func (r *run) append(ctx context.Context, store *postgres.Store, config *pgx.ConnConfig, clients int) (all sides, tail samples, err error) {
	plain, err := storebench.OpenPlain(ctx, config, clients)
	if err != nil {
		return all, nil, err
	}
	defer func() { err = errors.Join(err, plain.Close(ctx)) }()
	for turn := range r.turns() + 1 {
		r.calm(ctx)
		inserted, err := plain.Measure(ctx, r.turn()/2)
		if err != nil {
			return all, nil, err
		}
		appended, err := storebench.MeasureAppend(ctx, clients, r.turn()/2, store)
		if err != nil {
			return all, nil, err
		}
		r.tell("  %s; plain %s", appended, inserted)
		if turn == 0 {
			continue
		}
		all.add(appended.PerSecond(), inserted.PerSecond())
		tail = append(tail, float64(appended.P99)/float64(appended.P50))
	}
	return all, tail, nil
}

// appending is an order to another process: append for a time.
type appending struct {
	URL     string
	Clients int
	Seconds float64
}

// serveAppends appends to stores as it is told, over one handle each.
func serveAppends(ctx context.Context, in io.Reader, out io.Writer) error {
	orders, answers := json.NewDecoder(in), json.NewEncoder(out)
	stores := map[string]*postgres.Store{}
	defer func() {
		for _, store := range stores {
			_ = store.Close()
		}
	}()
	for {
		var order appending
		if err := orders.Decode(&order); errors.Is(err, io.EOF) {
			return nil
		} else if err != nil {
			return fmt.Errorf("read an order: %w", err)
		}
		store := stores[order.URL]
		if store == nil {
			var err error
			if store, err = postgres.OpenURL(ctx, order.URL, postgres.Options{}); err != nil {
				return err
			}
			stores[order.URL] = store
		}
		result, err := storebench.MeasureAppend(ctx, order.Clients, time.Duration(order.Seconds*float64(time.Second)), store)
		if err != nil {
			return err
		}
		if err := answers.Encode(result); err != nil {
			return err
		}
	}
}

// processes measures two processes that append to one ledger beside one that has
// it for itself, and checks the positions they came to.
func (r *run) processes(ctx context.Context) (rows []Row, err error) {
	const clients = 64
	url, err := r.database(ctx, "processes")
	if err != nil {
		return nil, err
	}
	var writers [2]*helper
	for i := range writers {
		if writers[i], err = r.helper(ctx, PartAppend); err != nil {
			return nil, err
		}
		defer func() { err = errors.Join(err, writers[i].end()) }()
	}
	var all sides
	for turn := range r.turns() + 1 {
		r.calm(ctx)
		var alone storebench.Result
		if err := writers[0].ask(appending{url, clients, r.Seconds / 2}, &alone); err != nil {
			return nil, err
		}
		var both [2]storebench.Result
		var group errgroup.Group
		for i := range writers {
			group.Go(func() error { return writers[i].ask(appending{url, clients / 2, r.Seconds / 2}, &both[i]) })
		}
		if err := group.Wait(); err != nil {
			return nil, err
		}
		together := both[0].PerSecond() + both[1].PerSecond()
		r.tell("  alone %s; together %s and %s", alone, both[0], both[1])
		if turn > 0 {
			all.add(together, alone.PerSecond())
		}
	}
	count, err := checkPositions(ctx, url)
	return []Row{{
		Name: "append-processes", Work: "两个进程追加同一账本,共 64 个客户端 append from two processes, 64 clients in all",
		Measured: perSecond(all.ours.median(), "events"), Beside: perSecond(all.theirs.median(), "by one process"),
		Ratio: all.ratio.median(), Spread: all.ratio.spread(), Gate: AtLeast(0.3),
		Note: fmt.Sprintf("positions 1 to %d checked: none is missing, none is twice", count),
	}}, err
}

// checkPositions fails unless the ledger's positions are 1, 2, 3 … and its
// streams' revisions 0, 1, 2 ….
func checkPositions(ctx context.Context, url string) (int64, error) {
	connection, err := pgx.Connect(ctx, url)
	if err != nil {
		return 0, err
	}
	defer connection.Close(ctx)
	var count, first, last, head, holed int64
	err = connection.QueryRow(ctx, `
		SELECT count(*), min(position), max(position), (SELECT position FROM ledger.head),
			(SELECT count(*) FROM (
				SELECT 1 FROM ledger.events GROUP BY stream HAVING max(revision) <> count(*) - 1 OR min(revision) <> 0) AS holed)
		FROM ledger.events`).Scan(&count, &first, &last, &head, &holed)
	if err != nil {
		return 0, fmt.Errorf("check the positions: %w", err)
	}
	// Positions are a primary key: so many distinct ones between 1 and as many
	// are all of them.
	if first != 1 || last != count || head != count || holed != 0 {
		return 0, fmt.Errorf("%d events have positions %d to %d, the head is at %d, %d streams have holes", count, first, last, head, holed)
	}
	return count, nil
}

// readAll measures reading the ledger in order beside COPY of the same rows.
func (r *run) readAll(ctx context.Context) (rows []Row, err error) {
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
	var all, binary sides
	for turn := range r.turns() + 1 {
		r.calm(ctx)
		read, err := storebench.MeasureReadAll(ctx, store)
		if err != nil {
			return nil, err
		}
		text, err := storebench.MeasureCopy(ctx, config, storebench.CopyText)
		if err != nil {
			return nil, err
		}
		raw, err := storebench.MeasureCopy(ctx, config, storebench.CopyBinary)
		if err != nil {
			return nil, err
		}
		r.tell("  read %.0f/s, COPY %.0f/s, binary COPY %.0f/s", read.PerSecond(), text.PerSecond(), raw.PerSecond())
		if turn > 0 {
			all.add(read.PerSecond(), text.PerSecond())
			binary.add(read.PerSecond(), raw.PerSecond())
		}
	}
	return []Row{{
		Name: "read-all", Work: "按序读全部事件 read all events in order",
		Measured: perSecond(all.ours.median(), "events"), Beside: perSecond(all.theirs.median(), "rows by COPY"),
		Ratio: all.ratio.median(), Spread: all.ratio.spread(), Gate: AtLeast(0.65),
		Note: fmt.Sprintf("COPY … TO as PostgreSQL writes it by default; beside its binary format the ratio is %.2f", binary.ratio.median()),
	}}, nil
}
