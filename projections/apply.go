package projections

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"

	"guishu/eventstore"

	"github.com/google/uuid"
)

// member is a build that is being carried on, event by event.
type member struct {
	plan  *plan
	build build
	tx    *Tx
}

// EventError says at which event a read model stopped and why.
type EventError struct {
	Model    string
	Position eventstore.Position
	Type     string
	Err      error
}

func (e *EventError) Error() string {
	return fmt.Sprintf("read model %s stopped at the event at position %d (%s): %v", e.Model, e.Position, e.Type, e.Err)
}

func (e *EventError) Unwrap() error { return e.Err }

// HoleError says that the store, which promises positions without a hole, gave
// one.
type HoleError struct{ After, Next eventstore.Position }

func (e *HoleError) Error() string {
	return fmt.Sprintf("a hole in the ledger: position %d came after %d", e.Next, e.After)
}

// errFenced says that another runner carries the build on, or another build
// serves.
var errFenced = errors.New("another runner carries this read model on")

// outcome is what became of a member in a batch.
type outcome struct {
	taken  int         // events it went past
	failed *EventError // it stands before that event
	fenced bool        // it went nowhere: somebody else carries it on
}

// applier applies batches on one connection.
type applier struct{ session *session }

// maxPasses bounds how often a batch is folded until all rows it needs are
// loaded: one more than the longest chain of rows found through rows.
const maxPasses = 64

// apply brings the members, all at one position, past the events in one
// transaction: rows and checkpoints change together or not at all, and only
// where checkpoint and epoch are what the member knows. An error is about the
// connection or a statement, and nothing has changed, unless the connection was
// lost at the very end; what is about a member is in its outcome.
func (a *applier) apply(ctx context.Context, members []*member, events []*Event) ([]outcome, error) {
	outcomes := make([]outcome, len(members))
	ask := []statement{plain("BEGIN"), plain("SET LOCAL synchronous_commit = off"), fence(members, outcomes)}
	for i, m := range members {
		m.tx = m.plan.newTx(inTables)
		outcomes[i].taken, outcomes[i].failed = m.fold(events)
		ask = append(ask, m.loads()...)
	}
	if err := a.session.run(ctx, ask...); err != nil {
		return nil, a.abort(ctx, err)
	}
	for pass := 0; ; pass++ {
		if pass == maxPasses {
			return nil, a.abort(ctx, errEndless)
		}
		var ask []statement
		for i, m := range members {
			if m.tx.absent && !outcomes[i].fenced {
				outcomes[i].taken, outcomes[i].failed = m.fold(events)
				ask = append(ask, m.loads()...)
			}
		}
		if len(ask) == 0 {
			break
		}
		if err := a.session.run(ctx, ask...); err != nil {
			return nil, a.abort(ctx, err)
		}
	}
	if err := a.commit(ctx, members, events, outcomes); err != nil {
		return nil, a.abort(ctx, err)
	}
	return outcomes, nil
}

var errEndless = errors.New("folding asks for ever more rows")

// fence is the query that locks the checkpoints of the members and marks those
// fenced that are not what their member knows.
func fence(members []*member, outcomes []outcome) statement {
	var generations, epochs, positions []byte
	index := make(map[int64]int, len(members))
	for i, m := range members {
		outcomes[i].fenced = true
		index[m.build.Generation] = i
		generations = appendInt(generations, m.build.Generation)
		epochs = appendInt(epochs, m.build.Epoch)
		positions = appendInt(positions, int64(m.build.Position))
	}
	count := len(members)
	return statement{
		sql: `SELECT b.generation FROM read.builds b
			JOIN unnest($1::bigint[], $2::bigint[], $3::bigint[]) AS known (generation, epoch, position)
			  ON b.generation = known.generation AND b.epoch = known.epoch AND b.position = known.position
			ORDER BY b.generation FOR UPDATE OF b`,
		params: [][]byte{
			arrayParam(intKind.oid, count, generations),
			arrayParam(intKind.oid, count, epochs),
			arrayParam(intKind.oid, count, positions),
		},
		oids: []uint32{intKind.array, intKind.array, intKind.array},
		row: func(values [][]byte) error {
			outcomes[index[int64(binary.BigEndian.Uint64(values[0]))]].fenced = false
			return nil
		},
	}
}

// commit writes what changed, moves the checkpoints and notifies those who
// wait for progress.
func (a *applier) commit(ctx context.Context, members []*member, events []*Event, outcomes []outcome) error {
	var statements []statement
	var generations, positions, places, marks []byte
	moved := 0
	for i, m := range members {
		if outcomes[i].fenced {
			outcomes[i].taken = 0
		}
		if outcomes[i].taken == 0 {
			continue
		}
		for t, table := range m.plan.Tables {
			statements = append(statements, m.tx.tables[t].writes(m.build.table(table.name()))...)
		}
		moved++
		generations = appendInt(generations, m.build.Generation)
		positions = appendInt(positions, int64(events[outcomes[i].taken-1].Position))
		mark := markIn(events[:outcomes[i].taken])
		places = appendInt(places, int64(mark.Position))
		marks = appendID(marks, mark.Event)
	}
	if moved == 0 {
		return a.session.run(ctx, plain("ROLLBACK"))
	}
	checkpoint := statement{
		sql: `UPDATE read.builds b SET position = reached.position, failure = '',
				mark_position = CASE WHEN reached.place > 0 THEN reached.place ELSE b.mark_position END,
				mark_event = CASE WHEN reached.place > 0 THEN reached.mark ELSE b.mark_event END
			FROM unnest($1::bigint[], $2::bigint[], $3::bigint[], $4::uuid[]) AS reached (generation, position, place, mark)
			WHERE b.generation = reached.generation`,
		params: [][]byte{
			arrayParam(intKind.oid, moved, generations), arrayParam(intKind.oid, moved, positions),
			arrayParam(intKind.oid, moved, places), arrayParam(uuidKind.oid, moved, marks),
		},
		oids: []uint32{intKind.array, intKind.array, intKind.array, uuidKind.array},
	}
	statements = append(statements, checkpoint, plain(`SELECT pg_notify('`+progressChannel+`', '')`), plain("COMMIT"))
	if err := a.session.run(ctx, statements...); err != nil {
		return err
	}
	for i, m := range members {
		if taken := outcomes[i].taken; taken > 0 {
			m.build.Position = eventstore.Position(events[taken-1].Position)
		}
	}
	return nil
}

// fold folds the events into the member's rows. It gives how many it takes: all,
// or those before the one that failed. While rows are absent the answer means
// nothing yet.
func (m *member) fold(events []*Event) (int, *EventError) {
	m.tx.forget()
	taken, failed := m.plan.foldAll(m.tx, events)
	if failed == nil {
		return taken, nil
	}
	// What the failed event changed before it failed must not stay: once more
	// without it.
	m.tx.forget()
	_, _ = m.plan.foldAll(m.tx, events[:taken])
	return taken, failed
}

func (m *member) loads() []statement {
	var statements []statement
	for t, table := range m.plan.Tables {
		statements = append(statements, m.tx.tables[t].loads(m.build.table(table.name()))...)
	}
	return statements
}

func appendInt(b []byte, value int64) []byte {
	b = append(b, 0, 0, 0, 8)
	return binary.BigEndian.AppendUint64(b, uint64(value))
}

func appendID(b []byte, id uuid.UUID) []byte {
	b = append(b, 0, 0, 0, 16)
	return append(b, id[:]...)
}

// abort rolls back, so that the connection can be used again.
func (a *applier) abort(ctx context.Context, err error) error {
	if !a.session.conn.IsClosed() {
		_ = a.session.conn.Exec(context.WithoutCancel(ctx), "ROLLBACK").Close()
	}
	return err
}
