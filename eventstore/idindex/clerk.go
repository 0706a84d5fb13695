package idindex

import (
	"context"
	"errors"
	"slices"
	"strings"
	"time"

	"guishu/eventstore"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/pgxpool"
)

// row is what the index knows of an id.
type row struct {
	ID       uuid.UUID
	Stream   string
	Revision *int64 // where it stands, if the log has shown it
	Low      int64  // the first revision at which it can stand …
	High     int64  // … and the last
	Decided  int64  // the highest revision that an attempt was decided on
	Attempt  int64  // the newest
	Shared   bool   // more than one attempt was made
	Age      time.Duration
}

// attempt is one try to append events to a stream that is at a revision.
type attempt struct {
	number  int64 // tells attempts apart
	stream  eventstore.Stream
	decided eventstore.Revision
	ids     []uuid.UUID
}

// clerk writes reservations down. Those that come at the same time share a
// transaction, and so a flush to disk. It works in the order in which it is
// asked, so that what was given up is free for whoever asks after that.
type clerk struct {
	pool    *pgxpool.Pool
	orders  chan *order
	ctx     context.Context
	cancel  context.CancelFunc
	stopped chan struct{}
}

// order is what the clerk is asked for.
type order struct {
	attempt
	giveUp bool // drop the attempt's reservations instead of making them
	done   chan struct{}
	rows   []row // in the order of ids
	err    error
}

// The bounds of one transaction.
const (
	mostOrders = 256
	mostIDs    = 8192
)

// clerkPatience bounds one transaction.
const clerkPatience = 15 * time.Second

func startClerk(pool *pgxpool.Pool) *clerk {
	ctx, cancel := context.WithCancel(context.Background())
	c := &clerk{pool: pool, orders: make(chan *order, mostOrders), ctx: ctx, cancel: cancel, stopped: make(chan struct{})}
	go c.work()
	return c
}

// stop ends the clerk when everything ordered is done. Nobody may order any more.
func (c *clerk) stop() {
	close(c.orders)
	<-c.stopped
	c.cancel()
}

// reserve writes down that the attempt's ids are about to be appended to its
// stream, where nobody else has them, and gives what the index then knows of each.
func (c *clerk) reserve(ctx context.Context, a attempt) ([]row, error) {
	o := &order{attempt: a, done: make(chan struct{})}
	select {
	case c.orders <- o:
	case <-ctx.Done():
		return nil, ctx.Err()
	}
	select {
	case <-o.done:
		return o.rows, o.err
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}

// giveUp drops the reservations of an attempt that has certainly written nothing
// and never will, unless another attempt rests on them. It does not wait.
func (c *clerk) giveUp(a attempt) { c.orders <- &order{attempt: a, giveUp: true} }

func (c *clerk) work() {
	defer close(c.stopped)
	for first := range c.orders {
		waiting := []*order{first}
		for len(waiting) < mostOrders {
			select {
			case next, open := <-c.orders:
				if open {
					waiting = append(waiting, next)
					continue
				}
			default:
			}
			break
		}
		for len(waiting) > 0 {
			n := together(waiting)
			c.carryOut(waiting[:n])
			waiting = waiting[n:]
		}
	}
}

// together is how many orders from the front can share a transaction: of one
// kind, and no id twice.
func together(orders []*order) int {
	seen := make(map[uuid.UUID]struct{})
	for i, o := range orders {
		if o.giveUp != orders[0].giveUp || i > 0 && len(seen)+len(o.ids) > mostIDs {
			return i
		}
		for _, id := range o.ids {
			if _, twice := seen[id]; twice {
				return i
			}
		}
		for _, id := range o.ids {
			seen[id] = struct{}{}
		}
	}
	return len(orders)
}

func (c *clerk) carryOut(orders []*order) {
	ctx, cancel := context.WithTimeout(c.ctx, clerkPatience)
	defer cancel()
	if orders[0].giveUp {
		// What cannot be given up now is found by whoever meets it.
		_ = again(ctx, func() error { return c.drop(ctx, orders) })
		return
	}
	err := again(ctx, func() error { return c.write(ctx, orders) })
	for _, o := range orders {
		if err != nil {
			o.err = eventstore.Doing("reserving event ids", err)
		}
		close(o.done)
	}
}

// again repeats what PostgreSQL gave up for a passing reason. Both orders may be
// carried out any number of times.
func again(ctx context.Context, do func() error) error {
	for pause := 5 * time.Millisecond; ; pause *= 4 {
		err := do()
		if err == nil || !passing(err) || pause > time.Second {
			return err
		}
		if wait(ctx, pause) != nil {
			return err
		}
	}
}

// passing says whether a failure is likely to be over soon: a lost connection, a
// server that is starting, a deadlock.
func passing(err error) bool {
	var refused *pgconn.PgError
	if !errors.As(err, &refused) {
		return true
	}
	return strings.HasPrefix(refused.Code, "40") || strings.HasPrefix(refused.Code, "57") || strings.HasPrefix(refused.Code, "08")
}

func wait(ctx context.Context, d time.Duration) error {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// reserveSQL inserts what is free. A row of the same stream that the log has not
// shown yet takes the new attempt in; any other row stays, and all are returned,
// so that one statement both reserves and tells who has an id. Rows are taken in
// the order of ids, so that two processes never wait for each other.
const reserveSQL = `
	INSERT INTO ids.event AS e (id, stream, low, high, decided, attempt)
	SELECT w.id, w.stream, w.slot, w.slot, w.decided, w.attempt
	FROM unnest($1::uuid[], $2::text[], $3::bigint[], $4::bigint[], $5::bigint[]) AS w (id, stream, slot, decided, attempt)
	ORDER BY w.id
	ON CONFLICT (id) DO UPDATE SET
		low         = CASE WHEN e.revision IS NULL AND e.stream = excluded.stream THEN least(e.low, excluded.low) ELSE e.low END,
		high        = CASE WHEN e.revision IS NULL AND e.stream = excluded.stream THEN greatest(e.high, excluded.high) ELSE e.high END,
		decided     = CASE WHEN e.revision IS NULL AND e.stream = excluded.stream THEN greatest(e.decided, excluded.decided) ELSE e.decided END,
		attempt     = CASE WHEN e.revision IS NULL AND e.stream = excluded.stream THEN excluded.attempt ELSE e.attempt END,
		reserved_at = CASE WHEN e.revision IS NULL AND e.stream = excluded.stream THEN clock_timestamp() ELSE e.reserved_at END,
		shared      = e.shared OR e.revision IS NULL AND e.stream = excluded.stream AND e.attempt <> excluded.attempt
	RETURNING id, stream, revision, low, high, decided, attempt, shared, clock_timestamp() - reserved_at AS age`

func (c *clerk) write(ctx context.Context, orders []*order) error {
	var ids []uuid.UUID
	var streams []string
	var slots, decided, numbers []int64
	for _, o := range orders {
		for i, id := range o.ids {
			ids = append(ids, id)
			streams = append(streams, string(o.stream))
			slots = append(slots, int64(o.decided)+1+int64(i))
			decided = append(decided, int64(o.decided))
			numbers = append(numbers, o.number)
		}
	}
	rows, err := c.pool.Query(ctx, reserveSQL, ids, streams, slots, decided, numbers)
	if err != nil {
		return err
	}
	found, err := pgx.CollectRows(rows, pgx.RowToStructByName[row])
	if err != nil {
		return err
	}
	byID := make(map[uuid.UUID]row, len(found))
	for _, r := range found {
		byID[r.ID] = r
	}
	for _, o := range orders {
		o.rows = make([]row, len(o.ids))
		for i, id := range o.ids {
			o.rows[i] = byID[id]
		}
	}
	return nil
}

func (c *clerk) drop(ctx context.Context, orders []*order) error {
	var ids []uuid.UUID
	var numbers []int64
	for _, o := range orders {
		ids = append(ids, o.ids...)
		numbers = append(numbers, slices.Repeat([]int64{o.number}, len(o.ids))...)
	}
	_, err := c.pool.Exec(ctx, `
		WITH dropped AS (
			SELECT e.id FROM ids.event e
			JOIN unnest($1::uuid[], $2::bigint[]) AS w (id, attempt) ON e.id = w.id AND e.attempt = w.attempt
			WHERE NOT e.shared AND e.revision IS NULL
			ORDER BY e.id FOR UPDATE OF e
		)
		DELETE FROM ids.event e USING dropped WHERE e.id = dropped.id`, ids, numbers)
	return err
}

// free removes a reservation that rests on nothing any more, unless another
// attempt has begun since it was read.
func (c *clerk) free(ctx context.Context, r row) error {
	_, err := c.pool.Exec(ctx, "DELETE FROM ids.event WHERE id = $1 AND stream = $2 AND attempt = $3 AND revision IS NULL",
		r.ID, r.Stream, r.Attempt)
	if err != nil {
		return eventstore.Doing("freeing an event id", err)
	}
	return nil
}
