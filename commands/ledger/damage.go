package ledger

import (
	"context"
	"errors"
	"fmt"
	"time"

	"guishu/domain"
	"guishu/eventstore"

	"github.com/jackc/pgx/v5"
)

// Damage is a stream of the ledger that is not whole, or that its metadata will not
// leave so (C-09).
type Damage struct {
	Stream  eventstore.Stream
	Reason  string
	FoundAt time.Time
}

// mostDamages bounds how many damaged streams are told one by one.
const mostDamages = 100

// damaged makes the error of a stream that is not whole the refusal of whatever was to
// be decided on it.
func damaged(e *eventstore.DamagedError, doing string, err error) error {
	return fmt.Errorf("%w: %s: %w", domain.ErrLedgerDamaged.With("stream", string(e.Stream)), doing, err)
}

// noteDamage keeps that a stream was found damaged, where err says so, for readiness,
// metrics and whoever starts next.
func (l *Ledger) noteDamage(ctx context.Context, err error) {
	var damage *eventstore.DamagedError
	if !errors.As(err, &damage) {
		return
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), aside)
	defer cancel()
	l.alarm(ctx, damage.Stream, fmt.Sprintf("revision %d is missing: %s", damage.Missing, damage.Reason))
}

// alarm keeps what is wrong with a stream, and says it once.
func (l *Ledger) alarm(ctx context.Context, stream eventstore.Stream, reason string) {
	done, err := l.keys.pool.Exec(ctx, "INSERT INTO registry.damaged (stream, reason) VALUES ($1, $2) ON CONFLICT DO NOTHING", string(stream), reason)
	switch {
	case err != nil:
		l.log.Error("a stream of the ledger is damaged, which could not be noted", "stream", stream, "reason", reason, "error", err)
	case done.RowsAffected() > 0:
		l.log.Error("a stream of the ledger is damaged", "stream", stream, "reason", reason)
	}
}

// Damages are the streams that were found damaged and still are, the first hundred by
// when they were found. Each is looked at again, and one that is whole by now is
// forgotten.
func (l *Ledger) Damages(ctx context.Context) ([]Damage, error) {
	rows, err := l.keys.pool.Query(ctx, "SELECT stream, reason, found_at FROM registry.damaged ORDER BY found_at, stream LIMIT $1", mostDamages)
	if err != nil {
		return nil, Unavailable("look for damaged streams", err)
	}
	all, err := pgx.CollectRows(rows, pgx.RowToStructByPos[Damage])
	if err != nil {
		return nil, Unavailable("look for damaged streams", err)
	}
	var still []Damage
	for _, d := range all {
		whole, err := l.whole(ctx, d.Stream)
		if err != nil {
			return nil, err
		}
		if !whole {
			still = append(still, d)
			continue
		}
		if _, err := l.keys.pool.Exec(ctx, "DELETE FROM registry.damaged WHERE stream = $1", string(d.Stream)); err != nil {
			return nil, Unavailable("forget a damaged stream", err)
		}
		l.states.forget(d.Stream)
		l.log.Warn("a stream of the ledger is whole again", "stream", d.Stream)
	}
	return still, nil
}

// whole reads a stream to its end, and what its metadata hide.
func (l *Ledger) whole(ctx context.Context, stream eventstore.Stream) (bool, error) {
	for _, err := range eventstore.ReadWhole(ctx, l.store, eventstore.StreamQuery{Stream: stream}) {
		var damage *eventstore.DamagedError
		if errors.As(err, &damage) {
			return false, nil
		}
		if err != nil {
			return false, Unavailable("read a damaged stream", err)
		}
	}
	last := eventstore.StreamQuery{Stream: eventstore.MetadataPrefix + stream, From: eventstore.NoRevision, Backwards: true, Limit: 1}
	for event, err := range l.store.ReadStream(ctx, last) {
		if err != nil {
			return false, Unavailable("read a stream's metadata", err)
		}
		if len(eventstore.Hides(event.Data)) > 0 {
			return false, nil
		}
	}
	return true, nil
}

// watchHidden follows what the store itself writes into the ledger's streams: metadata
// that hide events, and deletions. It goes on where it was left, so that what was
// written while nobody looked is seen too. A store in PostgreSQL has no such events.
func (l *Ledger) watchHidden(ctx context.Context) error {
	if l.store.Contiguous() {
		<-ctx.Done()
		return ctx.Err()
	}
	var after eventstore.Position
	if err := l.keys.pool.QueryRow(ctx, "SELECT position FROM registry.watched").Scan(&after); err != nil {
		return err
	}
	filter := eventstore.Filter{Types: []string{eventstore.MetadataType, eventstore.StreamDeletedType}}
	noted := time.Now()
	for delivery, err := range l.store.SubscribeAll(ctx, after, filter) {
		if err != nil {
			return err
		}
		if delivery.Kind == eventstore.EventDelivered {
			l.lookAtHiding(ctx, delivery.Event)
		} else if delivery.Kind == eventstore.Checkpoint && time.Since(noted) < notedEvery {
			continue // there is one for every event
		}
		if _, err := l.keys.pool.Exec(ctx, "UPDATE registry.watched SET position = $1 WHERE position < $1", delivery.Position); err != nil {
			return err
		}
		noted = time.Now()
	}
	return eventstore.ErrClosed
}

// notedEvery is how often it is noted up to where metadata were looked at.
const notedEvery = 10 * time.Second

// lookAtHiding raises an alarm where an event of the store hides or deletes what a
// stream of the ledger holds.
func (l *Ledger) lookAtHiding(ctx context.Context, event eventstore.Event) {
	stream, ofMetadata := event.Stream, event.Type == eventstore.MetadataType
	if ofMetadata {
		if len(stream) <= len(eventstore.MetadataPrefix) || stream[:len(eventstore.MetadataPrefix)] != eventstore.MetadataPrefix {
			return
		}
		stream = stream[len(eventstore.MetadataPrefix):]
	}
	if _, err := l.directory.Of(string(stream)); err != nil {
		return // another program's
	}
	reason := "it was deleted for good"
	if ofMetadata {
		hides := eventstore.Hides(event.Data)
		if len(hides) == 0 {
			return
		}
		reason = fmt.Sprintf("its metadata hide events: %v", hides)
	}
	l.alarm(ctx, stream, reason)
	l.states.forget(stream)
}
