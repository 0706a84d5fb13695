package ledger

import (
	"context"
	_ "embed"
	"errors"
	"fmt"
	"math/rand/v2"
	"time"

	"guishu/domain"
	"guishu/eventstore"
	"guishu/eventstore/postgres/locks"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
)

// Keys keeps what must be unique across streams: an identity document, a
// customer number, a login name. A key is reserved for a stream before the
// append that uses it and confirmed after it. A reservation whose command never
// finished is settled by asking the stream, never by a clock: see settle
// (design §2).
type Keys struct {
	pool     *pgxpool.Pool
	courtesy time.Duration
}

// key is a unique key as it is kept, and the refusal when somebody else has it.
type key struct {
	kind  domain.UniqueName
	value []byte
	taken error
}

// reservation is a row of the table.
type reservation struct {
	Kind      domain.UniqueName
	Key       []byte
	Holder    string // the stream
	Confirmed bool
	Attempt   int64         // a new number whenever a command of the holder reserves it
	Shared    bool          // more than one attempt may rest on it
	Age       time.Duration // since the last attempt, by the database's clock
}

// courtesy is how long a command that meets somebody else's unconfirmed
// reservation waits for it before it settles it. It is for politeness alone:
// settling is safe at any time.
const courtesy = 3 * time.Second

// aside bounds what is done after the answer is known, such as confirming a
// reservation: what does not succeed in that time is settled later.
const aside = 5 * time.Second

//go:embed keys.sql
var keysSchema string

// OpenKeys opens what is kept in the schema "registry", and creates it where it is
// missing.
func OpenKeys(ctx context.Context, pool *pgxpool.Pool) (*Keys, error) {
	err := pgx.BeginFunc(ctx, pool, func(tx pgx.Tx) error {
		if err := locks.RegistrySchema.Take(ctx, tx); err != nil {
			return err
		}
		_, err := tx.Exec(ctx, keysSchema)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("open the unique keys: %w", err)
	}
	return &Keys{pool: pool, courtesy: courtesy}, nil
}

// Holder is the stream that a key is reserved for; false when it is free. Whether
// the stream has it, or ever will, the log says: see Ledger.Holder.
func (r *Keys) Holder(ctx context.Context, kind domain.UniqueName, key []byte) (eventstore.Stream, bool, error) {
	var holder string
	err := r.pool.QueryRow(ctx, "SELECT holder FROM registry.reservation WHERE kind = $1 AND key = $2", kind, key).Scan(&holder)
	if errors.Is(err, pgx.ErrNoRows) {
		return "", false, nil
	}
	return eventstore.Stream(holder), err == nil, err
}

// reserve gives the key to the stream and returns the reservation, or that of the
// stream that has it. When the stream had it already this is one more attempt that
// rests on it: from then on none of them may release it on its own.
func (r *Keys) reserve(ctx context.Context, k key, holder eventstore.Stream) (reservation, error) {
	for {
		rows, err := r.pool.Query(ctx, `
			WITH own AS (
				INSERT INTO registry.reservation AS r (kind, key, holder) VALUES ($1, $2, $3)
				ON CONFLICT (kind, key) DO UPDATE
				SET attempt = excluded.attempt, reserved_at = excluded.reserved_at, shared = true
				WHERE r.holder = excluded.holder
				RETURNING kind, key, holder, confirmed, attempt, shared, reserved_at
			)
			SELECT kind, key, holder, confirmed, attempt, shared, clock_timestamp() - reserved_at AS age FROM (
				SELECT * FROM own
				UNION ALL
				SELECT kind, key, holder, confirmed, attempt, shared, reserved_at FROM registry.reservation
				WHERE kind = $1 AND key = $2 AND NOT EXISTS (SELECT FROM own)
			) AS held`,
			k.kind, k.value, string(holder))
		if err != nil {
			return reservation{}, err
		}
		held, err := pgx.CollectRows(rows, pgx.RowToStructByName[reservation])
		if err != nil {
			return reservation{}, err
		}
		if len(held) == 1 {
			return held[0], nil
		}
		// Somebody inserted or removed it between the two halves of the statement.
		// Asking again sees it.
	}
}

// confirm notes that the append which needed the keys took effect.
func (r *Keys) confirm(ctx context.Context, holder eventstore.Stream, keys []key) error {
	kinds, values := columns(keys)
	_, err := r.pool.Exec(ctx, `
		UPDATE registry.reservation r SET confirmed = true
		FROM unnest($2::text[], $3::bytea[]) AS k(kind, key)
		WHERE r.kind = k.kind AND r.key = k.key AND r.holder = $1 AND NOT r.confirmed`,
		string(holder), kinds, values)
	return err
}

// release gives up reservations of an attempt that certainly wrote nothing, unless
// another attempt of the same holder rests on them: only the ledger can tell then.
func (r *Keys) release(ctx context.Context, held []reservation) error {
	for _, h := range held {
		_, err := r.pool.Exec(ctx, `
			DELETE FROM registry.reservation
			WHERE kind = $1 AND key = $2 AND attempt = $3 AND NOT shared AND NOT confirmed`, h.Kind, h.Key, h.Attempt)
		if err != nil {
			return err
		}
	}
	return nil
}

// free removes a reservation that the ledger says is nobody's, unless the holder
// has begun another attempt since it was read.
func (r *Keys) free(ctx context.Context, held reservation) error {
	_, err := r.pool.Exec(ctx, "DELETE FROM registry.reservation WHERE kind = $1 AND key = $2 AND attempt = $3",
		held.Kind, held.Key, held.Attempt)
	return err
}

// forget removes every key of a stream: what is erased cannot be looked up.
func (r *Keys) forget(ctx context.Context, holder eventstore.Stream) error {
	_, err := r.pool.Exec(ctx, "DELETE FROM registry.reservation WHERE holder = $1", string(holder))
	return err
}

// orphans are reservations left unconfirmed for longer than age.
func (r *Keys) orphans(ctx context.Context, age time.Duration) ([]reservation, error) {
	rows, err := r.pool.Query(ctx, `
		SELECT kind, key, holder, confirmed, attempt, shared, clock_timestamp() - reserved_at AS age
		FROM registry.reservation
		WHERE NOT confirmed AND reserved_at <= clock_timestamp() - $1::interval
		ORDER BY reserved_at LIMIT 1000`, age)
	if err != nil {
		return nil, err
	}
	return pgx.CollectRows(rows, pgx.RowToStructByName[reservation])
}

func columns(keys []key) (kinds []string, values [][]byte) {
	for _, k := range keys {
		kinds, values = append(kinds, string(k.kind)), append(values, k.value)
	}
	return kinds, values
}

// reserveAll reserves keys for the task's stream, settling what stands in the
// way. It gives back what it reserved when one is taken.
func (t *Task) reserveAll(ctx context.Context, keys []key) ([]reservation, error) {
	var held []reservation
	for _, k := range keys {
		mine, err := t.reserveOne(ctx, k)
		if err != nil {
			t.ledger.giveUp(ctx, held)
			return nil, err
		}
		held = append(held, mine)
	}
	return held, nil
}

func (t *Task) reserveOne(ctx context.Context, k key) (reservation, error) {
	all := t.ledger.keys
	for ctx.Err() == nil {
		found, err := all.reserve(ctx, k, t.stream)
		switch {
		case err != nil:
			return found, Unavailable("reserve a unique key", err)
		case found.Holder == string(t.stream):
			return found, nil
		case !found.Confirmed && found.Age < all.courtesy:
			pause(ctx, min(all.courtesy, 5*time.Millisecond+rand.N(20*time.Millisecond)))
			continue
		}
		// Also a confirmed key is asked for: its holder may have given it up since,
		// as by correcting a mistyped document.
		held, err := t.ledger.settle(ctx, found)
		if err != nil {
			return found, err
		}
		if held {
			return found, k.taken
		}
	}
	return reservation{}, ctx.Err()
}

// confirm confirms the keys that a stream now has. What cannot be confirmed now is
// settled later.
func (l *Ledger) confirm(ctx context.Context, stream eventstore.Stream, keys []key) {
	if len(keys) == 0 {
		return
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), aside)
	defer cancel()
	if err := l.keys.confirm(ctx, stream, keys); err != nil {
		l.log.Warn("a reservation could not be confirmed and waits to be settled", "stream", stream, "error", err)
	}
}

// giveUp releases what an attempt reserved that certainly wrote nothing. What
// cannot be released now is settled later.
func (l *Ledger) giveUp(ctx context.Context, held []reservation) {
	if len(held) == 0 {
		return
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), aside)
	defer cancel()
	if err := l.keys.release(ctx, held); err != nil {
		l.log.Warn("a reservation could not be released and waits to be settled", "stream", held[0].Holder, "error", err)
	}
}

// settle finds out what became of a reservation and makes the answer final: the
// key is the holder's, and confirmed; or it is free, because no command that
// rests on it can take effect any more. The latter is made true by appending
// ReservationAbandoned at the very revision at which the holder was seen without
// the key: a slow command that wakes up later finds its expected revision gone,
// whatever the clocks say. It then reserves anew, under another attempt, which
// this does not free.
func (l *Ledger) settle(ctx context.Context, r reservation) (held bool, err error) {
	stream := eventstore.Stream(r.Holder)
	for range attempts {
		holds, revision, err := l.holds(ctx, stream, r.Kind, r.Key)
		if err != nil {
			return false, err
		}
		if holds {
			l.confirm(ctx, stream, []key{{kind: r.Kind, value: r.Key}})
			return true, nil
		}
		err = l.abandon(ctx, stream, revision, r.Kind)
		var moved *eventstore.WrongRevisionError
		if errors.As(err, &moved) || errors.Is(err, domain.ErrLedgerOutcomeUnknown) {
			l.states.forget(stream)
			continue
		}
		if err != nil {
			return false, err
		}
		if err := l.keys.free(ctx, r); err != nil {
			return false, Unavailable("free a unique key", err)
		}
		return false, nil
	}
	return false, domain.ErrLedgerBusy
}

func (l *Ledger) abandon(ctx context.Context, stream eventstore.Stream, at eventstore.Revision, kind domain.UniqueName) error {
	t, err := l.begin(ctx, ByTheLedger("", uuid.Nil, uuid.Nil), Verb{Name: "abandon-reservation", ByLedger: true}, kind)
	if err != nil {
		return err
	}
	t.stream = stream
	_, err = t.append(ctx, outcome{Revision: at, Events: []any{domain.ReservationAbandoned{Kind: kind}}})
	return err
}

// SettleReservations settles what crashed commands left behind for longer than
// age and says how many keys were freed and how many confirmed. Serving runs it
// at start and from time to time; a command that meets such a reservation
// settles it at once.
func (l *Ledger) SettleReservations(ctx context.Context, age time.Duration) (freed, confirmed int, err error) {
	orphans, err := l.keys.orphans(ctx, age)
	if err != nil {
		return 0, 0, Unavailable("look for abandoned reservations", err)
	}
	var failures []error // one that cannot be settled now does not hold up the others
	for _, orphan := range orphans {
		held, err := l.settle(ctx, orphan)
		switch {
		case err != nil:
			failures = append(failures, err)
		case held:
			confirmed++
		default:
			freed++
		}
		if ctx.Err() != nil {
			break
		}
	}
	return freed, confirmed, errors.Join(failures...)
}
