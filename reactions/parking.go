package reactions

import (
	"context"
	_ "embed"
	"fmt"
	"time"

	"guishu/eventstore"
	"guishu/eventstore/postgres/locks"
	"guishu/eventstore/subscriber"

	"github.com/ThreeDotsLabs/watermill/message"
	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
)

//go:embed parking.sql
var parkingSchema string

// Parked is an event that a reaction could not answer. It never disappears: it
// is counted in the metrics and tried again by Retry.
type Parked struct {
	Consumer string
	Event    uuid.UUID
	Position eventstore.Position
	Type     string
	Reason   string
	ParkedAt time.Time
}

// parking keeps parked events in PostgreSQL.
type parking struct{ pool *pgxpool.Pool }

func openParking(ctx context.Context, pool *pgxpool.Pool) (*parking, error) {
	err := pgx.BeginFunc(ctx, pool, func(tx pgx.Tx) error {
		if err := locks.ParkingSchema.Take(ctx, tx); err != nil {
			return err
		}
		_, err := tx.Exec(ctx, parkingSchema)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("open the parked events of reactions: %w", err)
	}
	return &parking{pool: pool}, nil
}

// Rewind lets every reaction go on behind a position, and forgets what could not be
// answered of what came after it.
func Rewind(ctx context.Context, tx pgx.Tx, to eventstore.Position) error {
	if err := subscriber.Rewind(ctx, tx, to); err != nil {
		return err
	}
	_, err := tx.Exec(ctx, "DELETE FROM reaction.parked WHERE position > $1", int64(to))
	return err
}

func (p *parking) add(ctx context.Context, consumer string, event eventstore.Event, reason error) error {
	_, err := p.pool.Exec(ctx, `
		INSERT INTO reaction.parked (consumer, event, position, type, reason) VALUES ($1, $2, $3, $4, $5)
		ON CONFLICT (consumer, event) DO UPDATE SET reason = excluded.reason, parked_at = now()`,
		consumer, event.ID, event.Position, event.Type, reason.Error())
	return err
}

func (p *parking) remove(ctx context.Context, consumer string, event uuid.UUID) error {
	_, err := p.pool.Exec(ctx, "DELETE FROM reaction.parked WHERE consumer = $1 AND event = $2", consumer, event)
	return err
}

// parkPoison parks an event whose reaction failed for good, so that the ones
// behind it are not held up. While nothing at all can be decided, as when the store is
// away, it is not the event that fails: it comes again, for as long as that takes.
func (r *Reactions) parkPoison(consumer string) message.HandlerMiddleware {
	return func(next message.HandlerFunc) message.HandlerFunc {
		return func(msg *message.Message) ([]*message.Message, error) {
			produced, err := next(msg)
			if err == nil {
				return produced, nil
			}
			event, ok := subscriber.EventOf(msg)
			if !ok || msg.Context().Err() != nil {
				return nil, err // stopping is no failure: the event comes again
			}
			if r.config.Ledger.Compare(msg.Context()) != nil || r.config.Ledger.Standing() != nil {
				return nil, err
			}
			if parkErr := r.parking.add(msg.Context(), consumer, event, err); parkErr != nil {
				return nil, parkErr // not acknowledged: the event comes again
			}
			r.config.Log.Error("a reaction failed and its event is parked", "reaction", consumer, "position", event.Position, "type", event.Type, "error", err)
			return nil, nil
		}
	}
}

// Parked lists the parked events, oldest first.
func (r *Reactions) Parked(ctx context.Context) ([]Parked, error) {
	rows, err := r.config.Pool.Query(ctx, `
		SELECT consumer, event, position, type, reason, parked_at
		FROM reaction.parked ORDER BY position, consumer LIMIT 10000`)
	if err != nil {
		return nil, err
	}
	return pgx.CollectRows(rows, pgx.RowToStructByName[Parked])
}

// CountParked is how many events each reaction has parked, for the metrics; one
// that has none is there with 0.
func (r *Reactions) CountParked(ctx context.Context) (map[string]int, error) {
	counts := make(map[string]int, len(r.all))
	for _, each := range r.all {
		counts[each.name] = 0
	}
	rows, err := r.config.Pool.Query(ctx, "SELECT consumer, count(*) FROM reaction.parked GROUP BY consumer")
	if err != nil {
		return nil, err
	}
	var consumer string
	var count int
	_, err = pgx.ForEachRow(rows, []any{&consumer, &count}, func() error {
		counts[consumer] = count
		return nil
	})
	return counts, err
}

// Retry reacts once more to every parked event and says how many could be
// answered now and how many remain.
func (r *Reactions) Retry(ctx context.Context) (answered, remaining int, err error) {
	parked, err := r.Parked(ctx)
	if err != nil {
		return 0, 0, err
	}
	for _, p := range parked {
		err := r.retryOne(ctx, p)
		if ctx.Err() != nil {
			return answered, len(parked) - answered, ctx.Err()
		}
		if err != nil {
			r.config.Log.Warn("a parked event failed again", "reaction", p.Consumer, "position", p.Position, "error", err)
			remaining++
			continue
		}
		answered++
	}
	return answered, remaining, nil
}

func (r *Reactions) retryOne(ctx context.Context, p Parked) error {
	for _, each := range r.all {
		if each.name != p.Consumer {
			continue
		}
		event, err := r.parkedEvent(ctx, p)
		if err != nil {
			return err
		}
		if err := r.react(ctx, each, event); err != nil {
			return err
		}
		return r.parking.remove(ctx, p.Consumer, p.Event)
	}
	return fmt.Errorf("there is no reaction %s any more", p.Consumer)
}

// parkedEvent reads a parked event again, by its id where the store finds those.
func (r *Reactions) parkedEvent(ctx context.Context, p Parked) (eventstore.Event, error) {
	if finder, ok := r.config.Store.(eventstore.IDFinder); ok {
		if event, found, err := finder.FindID(ctx, p.Event); err != nil || found {
			return event, err
		}
	}
	for event, err := range r.config.Store.ReadAll(ctx, eventstore.AllQuery{After: p.Position - 1, Limit: 1}) {
		if err != nil || event.ID == p.Event {
			return event, err
		}
	}
	return eventstore.Event{}, fmt.Errorf("event %s is not at position %d any more", p.Event, p.Position)
}
