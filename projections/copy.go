package projections

import (
	"bytes"
	"context"
	"encoding/binary"
	"fmt"

	"github.com/jackc/pgx/v5"
)

// copyChunk is how many bytes go into one COPY.
const copyChunk = 4 << 20

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
