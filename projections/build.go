package projections

import (
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"reflect"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/pgxpool"

	"guishu/eventstore"
)

// Rebuilt is what a rebuild did.
type Rebuilt struct {
	Model       string
	Version     int
	Position    eventstore.Position // up to which events are in the rows
	Events      int                 // read
	Rows        int
	Took        time.Duration
	Compared    bool // with the rows that served, at the same position and of the same version
	Differences int  // rows that were not the same, if compared
}

// Progress is told how many events are done and how many there are, in all.
type Progress func(done, total int64)

// builder builds read models in bulk, beside those that serve.
type builder struct {
	reader
	pool *pgxpool.Pool
}

// copyChunk is how many bytes go into one COPY.
const copyChunk = 4 << 20

// build makes new generations of the models' tables from the whole log, all in
// one pass. It ends with one transaction, so that a crash leaves nothing behind.
// The first event that cannot be decoded or folded ends it (*EventError).
func (b builder) build(ctx context.Context, plans []*plan, progress Progress) ([]build, []Rebuilt, error) {
	began := time.Now()
	head, err := b.store.LastPosition(ctx)
	if err != nil {
		return nil, nil, err
	}
	builds := make([]build, len(plans))
	reports := make([]Rebuilt, len(plans))
	err = inTransaction(ctx, b.pool, func(tx pgx.Tx) error {
		w := bulkWriter{tx: tx}
		folded := make([]*Tx, len(plans))
		for i, p := range plans {
			if builds[i], err = addBuild(ctx, tx, p); err != nil {
				return err
			}
			if _, err := tx.Exec(ctx, createTables(p, builds[i])); err != nil {
				return err
			}
			folded[i] = p.newTx(inMemory)
		}
		reader := b.reader
		reader.wants = func(body reflect.Type) bool {
			for _, p := range plans {
				if p.wants(body) {
					return true
				}
			}
			return false
		}
		var done eventstore.Position
		events := 0
		for page := range reader.pages(ctx, 0, head) {
			for i, p := range plans {
				if _, failed := p.foldAll(folded[i], page.events); failed != nil {
					return failed
				}
				if err := w.copyLogs(ctx, p, builds[i], folded[i], copyChunk); err != nil {
					return err
				}
			}
			if page.err != nil {
				return page.err
			}
			events += len(page.events)
			done = eventstore.Position(page.events[len(page.events)-1].Position)
			if progress != nil {
				progress(int64(done), int64(head))
			}
		}
		if err := ctx.Err(); err != nil {
			return err
		}
		for i, p := range plans {
			rows, err := w.finish(ctx, p, builds[i], folded[i])
			if err != nil {
				return err
			}
			folded[i] = nil
			builds[i].Position = done
			if _, err := tx.Exec(ctx, `UPDATE read.builds SET position = $2 WHERE generation = $1`, builds[i].Generation, int64(done)); err != nil {
				return err
			}
			reports[i] = Rebuilt{Model: p.Name, Version: p.Version, Position: done, Events: events, Rows: rows}
		}
		return nil
	})
	for i := range reports {
		reports[i].Took = time.Since(began)
	}
	return builds, reports, err
}

// bulkWriter writes with COPY into tables made in the same transaction.
type bulkWriter struct {
	tx     pgx.Tx
	buffer []byte
}

// copyLogs writes what logs have waiting once it is enough.
func (w *bulkWriter) copyLogs(ctx context.Context, p *plan, b build, tx *Tx, enough int) error {
	for t, table := range p.Tables {
		if tx.tables[t].pending() < enough || tx.tables[t].pending() == 0 {
			continue
		}
		if err := w.copy(ctx, b.table(table.name()), table, tx.tables[t]); err != nil {
			return err
		}
	}
	return nil
}

// finish writes all rows, then keys, indexes and statistics. It gives how many
// rows there are.
func (w *bulkWriter) finish(ctx context.Context, p *plan, b build, tx *Tx) (int, error) {
	count := 0
	for t, table := range p.Tables {
		if err := w.copy(ctx, b.table(table.name()), table, tx.tables[t]); err != nil {
			return 0, err
		}
		count += tx.tables[t].count()
		tx.tables[t] = nil
	}
	if _, err := w.tx.Exec(ctx, createKeys(p, b)); err != nil {
		return 0, fmt.Errorf("index read model %s: %w", p.Name, err)
	}
	for _, table := range p.Tables {
		if _, err := w.tx.Exec(ctx, "ANALYZE "+b.table(table.name())); err != nil {
			return 0, err
		}
	}
	return count, nil
}

func (w *bulkWriter) copy(ctx context.Context, into string, table TableDefinition, rows rows) error {
	names := make([]string, len(table.columns()))
	for i, c := range table.columns() {
		names[i] = quote(c.name)
	}
	sql := "COPY " + into + " FROM STDIN (FORMAT binary, FREEZE)"
	flush := func(rows []byte) error {
		stream := bytes.NewBuffer(append([]byte(nil), copyHeader...))
		stream.Write(rows)
		stream.Write(copyTrailer)
		if _, err := w.tx.Conn().PgConn().CopyFrom(ctx, stream, sql); err != nil {
			return fmt.Errorf("copy into %s: %w", into, err)
		}
		return nil
	}
	rest, err := rows.copyTo(w.buffer[:0], copyChunk, flush)
	if err != nil {
		return err
	}
	if len(rest) > 0 {
		err = flush(rest)
	}
	w.buffer = rest[:0]
	return err
}

// copyHeader and copyTrailer frame COPY's binary format.
var (
	copyHeader  = append([]byte("PGCOPY\n\xff\r\n\x00"), 0, 0, 0, 0, 0, 0, 0, 0)
	copyTrailer = []byte{0xff, 0xff}
)

// promote brings a build up to where the serving one stands and, in one
// transaction in which that one cannot move, lets it serve instead.
func (b builder) promote(ctx context.Context, p *plan, fresh *build, report *Rebuilt) error {
	conn, err := b.own(ctx)
	if err != nil {
		return err
	}
	defer closeConn(conn)
	session := newSession(conn.PgConn())
	for {
		old, err := servingBuild(ctx, conn, p, "")
		if err != nil {
			return err
		}
		if err := b.catchUp(ctx, session, p, fresh, old.Position); err != nil {
			return err
		}
		switched := false
		err = inTransaction(ctx, conn, func(tx pgx.Tx) error {
			// Whoever waits for the views holds up everyone who reads them:
			// behind a long question the switch gives way and tries again.
			if _, err := tx.Exec(ctx, `SET LOCAL lock_timeout = '500ms'`); err != nil {
				return err
			}
			old, err := servingBuild(ctx, tx, p, "FOR UPDATE")
			if err != nil || old.Position > fresh.Position {
				return err
			}
			if report != nil && old.Generation > 0 && old.Version == fresh.Version && old.Position == fresh.Position {
				report.Compared = true
				if report.Differences, err = differingRows(ctx, tx, p, old, *fresh); err != nil {
					return err
				}
			}
			if err := serve(ctx, tx, p, *fresh); err != nil {
				return err
			}
			if old.Generation > 0 && old.Position == 0 {
				if _, err := tx.Exec(ctx, `DELETE FROM read.builds WHERE generation = $1`, old.Generation); err != nil {
					return err
				}
				if err := dropGeneration(ctx, tx, old.Generation); err != nil {
					return err
				}
			}
			switched = true
			_, err = tx.Exec(ctx, `SELECT pg_notify('`+progressChannel+`', '')`)
			return err
		})
		var refused *pgconn.PgError
		if errors.As(err, &refused) && refused.Code == lockNotAvailable {
			pause(ctx, 50*time.Millisecond)
			continue
		}
		if err != nil || switched {
			fresh.Serving = switched
			if report != nil {
				report.Position = fresh.Position
			}
			return err
		}
	}
}

// lockNotAvailable is PostgreSQL's code for a lock that did not come in time.
const lockNotAvailable = "55P03"

// catchUp applies what happened since a build was made.
func (b builder) catchUp(ctx context.Context, session *session, p *plan, fresh *build, until eventstore.Position) error {
	a := applier{session}
	m := &member{plan: p, build: *fresh}
	for m.build.Position < until {
		page := b.some(ctx, m.build.Position, until, pageSize)
		if len(page.events) == 0 && page.err == nil {
			page.err = fmt.Errorf("the ledger ends before position %d, to which read model %s has come", until, p.Name)
		}
		if page.err != nil {
			return page.err
		}
		outcomes, err := a.apply(ctx, []*member{m}, page.events)
		switch {
		case err != nil:
			return err
		case outcomes[0].failed != nil:
			return outcomes[0].failed
		case outcomes[0].fenced:
			return errFenced
		}
	}
	*fresh = m.build
	return nil
}

// servingBuild is the build that serves; none has generation 0.
func servingBuild(ctx context.Context, db querier, p *plan, lock string) (build, error) {
	var b build
	err := db.QueryRow(ctx, `SELECT generation, version, position FROM read.builds WHERE model = $1 AND serving `+lock, p.Name).
		Scan(&b.Generation, &b.Version, &b.Position)
	if errors.Is(err, pgx.ErrNoRows) {
		return build{}, nil
	}
	return b, err
}

// differingRows counts rows that only one of two builds has.
func differingRows(ctx context.Context, tx pgx.Tx, p *plan, a, b build) (int, error) {
	total := 0
	for _, table := range p.Tables {
		one, other := a.table(table.name()), b.table(table.name())
		var count int
		err := tx.QueryRow(ctx, fmt.Sprintf(`SELECT count(*) FROM (
			(TABLE %s EXCEPT TABLE %s) UNION ALL (TABLE %s EXCEPT TABLE %s)) AS differing`, one, other, other, one)).Scan(&count)
		if err != nil {
			return 0, fmt.Errorf("compare the builds of read model %s: %w", p.Name, err)
		}
		total += count
	}
	return total, nil
}

// tuples reads COPY's binary format row by row.
type tuples struct {
	values [][]byte
	each   func(values [][]byte) error
	rest   []byte
	begun  bool
	err    error
}

// Write takes the next part of the stream.
func (t *tuples) Write(part []byte) (int, error) {
	t.rest = append(t.rest, part...)
	b := t.rest
	if !t.begun {
		if len(b) < len(copyHeader) {
			return len(part), nil
		}
		b = b[len(copyHeader):]
		t.begun = true
	}
	for {
		next, complete := t.tuple(b)
		if !complete {
			break
		}
		b = next
		if len(t.values) == 0 {
			break
		}
		if t.err == nil {
			t.err = t.each(t.values)
		}
	}
	t.rest = append(t.rest[:0], b...)
	return len(part), t.err
}

func (t *tuples) tuple(b []byte) (rest []byte, complete bool) {
	t.values = t.values[:0]
	if len(b) < 2 {
		return b, false
	}
	count := int16(binary.BigEndian.Uint16(b))
	b = b[2:]
	for range count {
		if len(b) < 4 {
			return b, false
		}
		size := int32(binary.BigEndian.Uint32(b))
		b = b[4:]
		if size < 0 {
			t.values = append(t.values, nil)
			continue
		}
		if len(b) < int(size) {
			return b, false
		}
		t.values = append(t.values, b[:size:size])
		b = b[size:]
	}
	return b, true
}
