package postgres

import (
	"context"
	"iter"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"guishu/eventstore"
)

var (
	_ eventstore.Loader      = (*Store)(nil)
	_ eventstore.ScopeTeller = (*Store)(nil)
)

// Load implements eventstore.Loader in one transaction: all of the events that are
// not there yet or, on any error and when the program is killed, none.
func (s *Store) Load(ctx context.Context, events iter.Seq2[eventstore.Loaded, error]) (written int64, err error) {
	if err := s.alive(); err != nil {
		return 0, err
	}
	ctx, release := s.bound(ctx)
	defer release()
	config := s.config.Copy()
	config.RuntimeParams["application_name"] = "guishu ledger loader"
	if !s.options.AllowUnsafe {
		config.RuntimeParams["synchronous_commit"] = "on"
	}
	connection, err := pgx.ConnectConfig(ctx, config)
	if err != nil {
		return 0, eventstore.Doing("loading", err)
	}
	defer connection.Close(context.WithoutCancel(ctx))
	err = pgx.BeginFunc(ctx, connection, func(tx pgx.Tx) error {
		written, err = s.loadInto(ctx, tx, events)
		return err
	})
	if err != nil {
		return 0, cause(ctx, err)
	}
	return written, nil
}

// loadInto holds the head's lock from before it looks until the commit, so that
// nobody appends in between.
func (s *Store) loadInto(ctx context.Context, tx pgx.Tx, events iter.Seq2[eventstore.Loaded, error]) (int64, error) {
	var head eventstore.Position
	if err := tx.QueryRow(ctx, `SELECT position FROM ledger.head FOR UPDATE`).Scan(&head); err != nil {
		return 0, eventstore.Doing("loading", err)
	}
	source := &loadSource{position: head}
	events = eventstore.NewSequence().Check(events)
	if head > 0 {
		events = eventstore.NotHeld(s.ReadAll(ctx, eventstore.AllQuery{}), events)
	}
	source.next, source.stop = iter.Pull2(events)
	defer source.stop()
	columns := []string{"position", "revision", "recorded_at", "id", "dedupe", "stream", "type", "data", "metadata", "is_binary"}
	written, err := tx.CopyFrom(ctx, pgx.Identifier{"ledger", "events"}, columns, source)
	if source.err != nil {
		return 0, source.err
	}
	if err != nil {
		return 0, eventstore.Doing("loading", err)
	}
	_, err = tx.Exec(ctx, `UPDATE ledger.head SET position = $1, tip = $2 RETURNING pg_notify('ledger', '')`, int64(source.position), newTip())
	if err != nil {
		return 0, eventstore.Doing("loading", err)
	}
	return written, nil
}

// loadSource gives the rows of a load to COPY.
type loadSource struct {
	next     func() (eventstore.Loaded, error, bool)
	stop     func()
	position eventstore.Position // of event
	event    eventstore.Loaded
	err      error
}

// Next implements pgx.CopyFromSource.
func (l *loadSource) Next() bool {
	var more bool
	if l.event, l.err, more = l.next(); !more || l.err != nil {
		return false
	}
	l.position++
	return true
}

// Values implements pgx.CopyFromSource.
func (l *loadSource) Values() ([]any, error) {
	e := &l.event
	return []any{
		int64(l.position), int64(e.Revision), e.RecordedAt.UTC().Truncate(time.Microsecond), [16]byte(e.ID),
		[16]byte(dedupeKey(e.Scope, e.Stream, e.ID)), string(e.Stream), e.Type, notNull(e.Data), notNull(e.Metadata), e.Binary,
	}, nil
}

// Err implements pgx.CopyFromSource.
func (l *loadSource) Err() error { return l.err }

func notNull(bytes []byte) []byte {
	if bytes == nil {
		return []byte{}
	}
	return bytes
}

// Scopes implements eventstore.ScopeTeller, by the index that keeps ids unique.
func (s *Store) Scopes(ctx context.Context, events []eventstore.Event) ([]eventstore.IDScope, error) {
	if err := s.alive(); err != nil {
		return nil, err
	}
	ctx, release := s.bound(ctx)
	defer release()
	ids := make([]uuid.UUID, len(events))
	for i, event := range events {
		ids[i] = event.ID
	}
	holders := make(map[uuid.UUID]string, len(events))
	err := s.retry(ctx, func() error {
		rows, err := s.reads.Query(ctx, `SELECT id, stream FROM ledger.events WHERE dedupe = ANY ($1) AND dedupe = id`, ids)
		if err != nil {
			return err
		}
		var id uuid.UUID
		var stream string
		_, err = pgx.ForEachRow(rows, []any{&id, &stream}, func() error {
			holders[id] = stream
			return nil
		})
		return err
	})
	if err != nil {
		return nil, s.readError("finding events", cause(ctx, err))
	}
	scopes := make([]eventstore.IDScope, len(events))
	for i, event := range events {
		if holders[event.ID] == string(event.Stream) {
			scopes[i] = eventstore.InStore
		}
	}
	return scopes, nil
}
