package postgres

import (
	"context"
	"encoding/binary"
	"errors"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/pgtype"

	"guishu/eventstore"
)

// What a page holds at most, a large one and a small one. A page that meets its
// byte bound ends there, and the next one asks for fewer events.
const (
	firstPageEvents      = 500
	maxPageEvents        = 5_000
	maxPageBytes         = 8 << 20
	firstSmallPageEvents = 50
	maxSmallPageEvents   = 250
	maxSmallPageBytes    = 64 << 10
	firstArenaBytes      = 2 << 10
	arenaBytes           = 64 << 10
)

// page is a run of events in the order they were asked for. Its list is used
// again for a later page; the bytes of its events are not.
type page struct {
	small    bool // what it may hold
	events   []eventstore.Event
	bytes    int
	cut      bool                // ended by its byte bound
	examined eventstore.Position // of a read of all: everything up to here has been looked at
	last     bool                // nothing followed when it was read
}

func (p *page) firstEvents() int {
	if p.small {
		return firstSmallPageEvents
	}
	return firstPageEvents
}

func (p *page) maxEvents() int {
	if p.small {
		return maxSmallPageEvents
	}
	return maxPageEvents
}

func (p *page) maxBytes() int {
	if p.small {
		return maxSmallPageBytes
	}
	return maxPageBytes
}

// decoder turns rows in PostgreSQL's binary format into events, with few
// allocations: bytes of many events share an arena, types are kept once.
type decoder struct {
	arena []byte
	types map[string]string
}

const eventColumns = `position, revision, recorded_at, id, stream, type, data, metadata, is_binary`

// postgresEpoch is PostgreSQL's zero of time in microseconds of Unix time.
const postgresEpoch = 946_684_800_000_000

// errUnknownForm is for a table that is not the one this package has made.
var errUnknownForm = errors.New("a row of the ledger has an unknown form")

func (d *decoder) decode(row [][]byte, event *eventstore.Event) error {
	if len(row) != 9 || len(row[0]) != 8 || len(row[1]) != 8 || len(row[2]) != 8 || len(row[3]) != 16 || len(row[8]) != 1 {
		return errUnknownForm
	}
	event.Position = eventstore.Position(binary.BigEndian.Uint64(row[0]))
	event.Revision = eventstore.Revision(binary.BigEndian.Uint64(row[1]))
	event.RecordedAt = time.UnixMicro(int64(binary.BigEndian.Uint64(row[2])) + postgresEpoch).UTC()
	event.ID = uuid.UUID(row[3])
	event.Stream = eventstore.Stream(row[4])
	event.Type = d.intern(row[5])
	event.Data = d.keep(row[6])
	event.Metadata = d.keep(row[7])
	event.Binary = row[8][0] != 0
	return nil
}

func (d *decoder) intern(name []byte) string {
	if known, ok := d.types[string(name)]; ok {
		return known
	}
	if d.types == nil || len(d.types) >= 1_000 {
		d.types = make(map[string]string)
	}
	fresh := string(name)
	d.types[fresh] = fresh
	return fresh
}

// keep copies value to where it may stay. The copy's capacity ends with it, so
// that its receiver may append.
func (d *decoder) keep(value []byte) []byte {
	if len(value) > arenaBytes/4 {
		return append([]byte{}, value...)
	}
	if cap(d.arena)-len(d.arena) < len(value) {
		// Small at first: most reads are of one stream, or of what came just now.
		d.arena = make([]byte, 0, max(min(2*cap(d.arena), arenaBytes), len(value), firstArenaBytes))
	}
	start := len(d.arena)
	d.arena = append(d.arena, value...)
	return d.arena[start:len(d.arena):len(d.arena)]
}

// query is a prepared statement that gives events.
type query struct{ name, sql string }

// fill reads the rows of q into p, again if the connection is lost on the way.
func (s *Store) fill(ctx context.Context, d *decoder, p *page, q query, parameters ...[]byte) error {
	return s.retry(ctx, func() error { return s.fillOnce(ctx, d, p, q, parameters) })
}

func (s *Store) fillOnce(ctx context.Context, d *decoder, p *page, q query, parameters [][]byte) error {
	p.events, p.bytes, p.cut = p.events[:0], 0, false
	connection, err := s.reads.Acquire(ctx)
	if err != nil {
		return err
	}
	defer connection.Release()
	if _, err := connection.Conn().Prepare(ctx, q.name, q.sql); err != nil {
		return err
	}
	binaryFormat := []int16{pgtype.BinaryFormatCode}
	rows := connection.Conn().PgConn().ExecPrepared(ctx, q.name, parameters, binaryFormat, binaryFormat)
	err = d.fill(rows, p)
	if _, closing := rows.Close(); closing != nil {
		return closing
	}
	return err
}

// fill drops what goes beyond the page's bytes: it will be asked for again.
func (d *decoder) fill(rows *pgconn.ResultReader, p *page) error {
	for rows.NextRow() {
		if p.cut {
			continue
		}
		row := rows.Values()
		size := len(row[6]) + len(row[7])
		if p.bytes+size > p.maxBytes() && len(p.events) > 0 {
			p.cut = true
			continue
		}
		p.bytes += size
		p.events = append(p.events, eventstore.Event{})
		if err := d.decode(row, &p.events[len(p.events)-1]); err != nil {
			return err
		}
	}
	return nil
}

// pageSize asks for few events first and then for as many as fit a page, going by
// the size of those before.
type pageSize struct {
	begun   bool
	average int // bytes of an event
}

func (z *pageSize) next(p *page) int {
	switch {
	case !z.begun:
		return p.firstEvents()
	case z.average == 0:
		return p.maxEvents()
	}
	return max(1, min(p.maxEvents(), p.maxBytes()/z.average))
}

// learn goes by the events of a page. A page without any, as a filter may leave,
// teaches nothing.
func (z *pageSize) learn(p *page) {
	count := len(p.events)
	if count == 0 {
		return
	}
	z.begun = true
	z.average = p.bytes / count
	if p.cut {
		// One more was too much, whatever the average.
		z.average = max(z.average, (p.maxBytes()+count-1)/count)
	}
}
