package sealing

import (
	"bytes"
	"context"
	_ "embed"
	"errors"
	"fmt"
	"slices"
	"sync"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"guishu/eventstore"
	"guishu/eventstore/postgres/locks"
)

//go:embed schema.sql
var schema string

// Ring is a KeyRing in PostgreSQL, in the schema keys, which is to be backed up
// apart from the events: an old backup of it would undo erasures.
//
// Keys in use are kept in memory, a bounded number. That a key was destroyed by
// another process is found out by a version check: whoever uses a key more than
// Staleness after the last check asks the database first how many keys have been
// destroyed, and forgets the new ones. So a destroyed key is used nowhere longer
// than Staleness (a second by default), also by a process that cannot reach the
// database any more: it gets an error.
type Ring struct {
	pool      *pgxpool.Pool
	ledger    uuid.UUID
	kek       KEK
	kekNumber int32
	cache     *cache
	staleness time.Duration

	checking sync.Mutex
	checked  time.Time // of the last version check, guarded by checking
}

var _ KeyRing = (*Ring)(nil)

// Options are a Ring's settings; zero values are the defaults.
type Options struct {
	Cached    int           // keys kept in memory, about 1 KiB each (32768)
	Staleness time.Duration // longest use of a key destroyed elsewhere (1s); negative: none
	Ledger    uuid.UUID     // id of a ledger that is made now (random); one that is there keeps its own
}

// checkText is what the KEK's check value holds.
const checkText = "guishu"

// Open makes or brings up to date the schema keys in pool's database, and gives
// its ring. For a new ledger the KEK may be made; for an old one, one that does
// not fit is ErrWrongKEK.
func Open(ctx context.Context, pool *pgxpool.Pool, source KEKSource, options Options) (*Ring, error) {
	r := &Ring{pool: pool, staleness: options.Staleness, ledger: options.Ledger}
	if r.ledger == uuid.Nil {
		r.ledger = uuid.New()
	}
	if options.Cached <= 0 {
		options.Cached = 32768
	}
	if r.staleness == 0 {
		r.staleness = time.Second
	}
	r.cache = newCache(options.Cached)
	err := pgx.BeginFunc(ctx, pool, func(tx pgx.Tx) error {
		if err := locks.KeySchema.Take(ctx, tx); err != nil {
			return err
		}
		if _, err := tx.Exec(ctx, schema); err != nil {
			return err
		}
		return r.identify(ctx, tx, source)
	})
	if err != nil {
		return nil, fmt.Errorf("open the key ring: %w", err)
	}
	return r, nil
}

// identify reads which ledger this is and gets the KEK that fits, or makes a new
// ledger.
func (r *Ring) identify(ctx context.Context, tx pgx.Tx, source KEKSource) error {
	var check []byte
	var destroyed int64
	err := tx.QueryRow(ctx, "SELECT id, kek_check, kek_generation, destroyed FROM keys.ledger").
		Scan(&r.ledger, &check, &r.kekNumber, &destroyed)
	if err == nil {
		r.cache.hear(destroyed, nil)
		r.kek, err = source.fitting(func(k KEK) bool { return fits(k, r.ledger, check) })
		return err
	}
	if !errors.Is(err, pgx.ErrNoRows) {
		return err
	}
	if r.kek, err = source.load(true); err != nil {
		return err
	}
	r.kekNumber = 1
	if check, err = r.kek.wrap([]byte(checkText), aboutCheck(r.ledger)); err != nil {
		return err
	}
	_, err = tx.Exec(ctx, "INSERT INTO keys.ledger (id, kek_check) VALUES ($1, $2)", r.ledger, check)
	return err
}

func fits(k KEK, ledger uuid.UUID, check []byte) bool {
	text, err := k.unwrap(check, aboutCheck(ledger))
	return err == nil && string(text) == checkText
}

// Ledger is the id of the ledger, made with the schema.
func (r *Ring) Ledger() uuid.UUID { return r.ledger }

// DataKey gives a subject's key, or makes it and returns once it is durable. Of
// several that make it at once, one wins and all get the same key.
func (r *Ring) DataKey(ctx context.Context, subject uuid.UUID) (*Key, error) {
	key, err := r.Lookup(ctx, subject)
	if !errors.Is(err, eventstore.ErrKeyMissing) {
		return key, err
	}
	if err := r.Create(ctx, []uuid.UUID{subject}); err != nil {
		return nil, err
	}
	return r.Lookup(ctx, subject)
}

// Create makes the keys of many subjects at once, where they have none; imports
// call it once a batch. Subjects with a key, or erased, stay as they are.
func (r *Ring) Create(ctx context.Context, subjects []uuid.UUID) error {
	subjects = slices.Clone(subjects)
	slices.SortFunc(subjects, func(a, b uuid.UUID) int { return bytes.Compare(a[:], b[:]) }) // against deadlocks
	subjects = slices.Compact(subjects)
	wrapped := make([][]byte, len(subjects))
	for i, subject := range subjects {
		var err error
		if wrapped[i], err = r.kek.wrap(newSecret(), aboutDataKey(r.ledger, subject)); err != nil {
			return err
		}
	}
	// The lock on the ledger's row makes this wait for a change of the KEK, and
	// the other way round.
	tag, err := r.pool.Exec(ctx, `
		WITH ledger AS (SELECT kek_generation FROM keys.ledger WHERE kek_generation = $3 FOR KEY SHARE)
		INSERT INTO keys.subject_key (subject, wrapped, kek_generation)
		SELECT fresh.subject, fresh.wrapped, ledger.kek_generation
		FROM ledger, unnest($1::uuid[], $2::bytea[]) AS fresh (subject, wrapped)
		ON CONFLICT (subject) DO NOTHING`, subjects, wrapped, r.kekNumber)
	if err != nil {
		return fmt.Errorf("make %d keys: %w", len(subjects), err)
	}
	if tag.RowsAffected() == 0 {
		return r.checkKEK(ctx)
	}
	return nil
}

// checkKEK gives ErrKEKRotated when the KEK is no longer this process's.
func (r *Ring) checkKEK(ctx context.Context) error {
	var number int32
	if err := r.pool.QueryRow(ctx, "SELECT kek_generation FROM keys.ledger").Scan(&number); err != nil {
		return fmt.Errorf("check the KEK's generation: %w", err)
	}
	if number != r.kekNumber {
		return ErrKEKRotated
	}
	return nil
}

// Lookup gives a subject's key from memory or from the database.
func (r *Ring) Lookup(ctx context.Context, subject uuid.UUID) (*Key, error) {
	if err := r.refresh(ctx); err != nil {
		return nil, err
	}
	if key, known, err := r.cache.get(subject); known {
		return key, err
	}
	found, err := r.read(ctx, []uuid.UUID{subject})
	if err != nil {
		return nil, err
	}
	key, ok := found[subject]
	if !ok {
		return nil, eventstore.ErrKeyMissing
	}
	return known(key)
}

// Prefetch reads the keys of those subjects that are not in memory.
func (r *Ring) Prefetch(ctx context.Context, subjects []uuid.UUID) error {
	if err := r.refresh(ctx); err != nil {
		return err
	}
	missing := slices.DeleteFunc(slices.Clone(subjects), func(subject uuid.UUID) bool {
		_, known, _ := r.cache.get(subject)
		return known
	})
	if len(missing) == 0 {
		return nil
	}
	_, err := r.read(ctx, missing)
	return err
}

// keyRow is a row of keys.subject_key with the number of destructions that the
// same snapshot shows.
type keyRow struct {
	Subject       uuid.UUID
	Wrapped       []byte
	KEKGeneration int32 `db:"kek_generation"`
	AsOf          int64 `db:"as_of"`
}

// read reads keys, nil for erased subjects, and puts them into the cache.
func (r *Ring) read(ctx context.Context, subjects []uuid.UUID) (map[uuid.UUID]*Key, error) {
	rows, _ := r.pool.Query(ctx, `
		SELECT subject, wrapped, subject_key.kek_generation, ledger.destroyed AS as_of
		FROM keys.subject_key, keys.ledger WHERE subject = ANY ($1)`, subjects)
	found, err := pgx.CollectRows(rows, pgx.RowToStructByName[keyRow])
	if err != nil {
		return nil, fmt.Errorf("read %d keys: %w", len(subjects), err)
	}
	keys := make(map[uuid.UUID]*Key, len(found))
	for _, row := range found {
		var key *Key
		if row.Wrapped != nil {
			if key, err = r.unwrap(row); err != nil {
				return nil, err
			}
		}
		keys[row.Subject] = key
		r.cache.put(row.AsOf, row.Subject, key)
	}
	return keys, nil
}

func (r *Ring) unwrap(row keyRow) (*Key, error) {
	if row.KEKGeneration != r.kekNumber {
		return nil, ErrKEKRotated
	}
	raw, err := r.kek.unwrap(row.Wrapped, aboutDataKey(r.ledger, row.Subject))
	if err != nil {
		return nil, fmt.Errorf("key of subject %s: %w", row.Subject, err)
	}
	return newKey(raw)
}

// refresh forgets what other processes destroyed, if the last look is too old.
func (r *Ring) refresh(ctx context.Context) error {
	r.checking.Lock()
	defer r.checking.Unlock()
	now := time.Now()
	if now.Sub(r.checked) < r.staleness {
		return nil
	}
	var destroyed int64
	if err := r.pool.QueryRow(ctx, "SELECT destroyed FROM keys.ledger").Scan(&destroyed); err != nil {
		return fmt.Errorf("check for destroyed keys: %w", err)
	}
	if heard := r.cache.heardUpTo(); heard < destroyed {
		rows, _ := r.pool.Query(ctx,
			"SELECT subject FROM keys.subject_key WHERE destroyed_no > $1 AND destroyed_no <= $2", heard, destroyed)
		erased, err := pgx.CollectRows(rows, pgx.RowTo[uuid.UUID])
		if err != nil {
			return fmt.Errorf("read which keys were destroyed: %w", err)
		}
		r.cache.hear(destroyed, erased)
	}
	r.checked = now
	return nil
}

// Destroy destroys a subject's key. When it returns, no process opens or seals
// anything of the subject's for longer than Staleness.
//
// PostgreSQL keeps the wrapped bytes of the old row in free space and in its
// write-ahead log for a while, useless without the KEK; a change of the KEK
// (RotateKEK) makes them useless for ever.
func (r *Ring) Destroy(ctx context.Context, subject uuid.UUID, basis string) error {
	if basis == "" {
		return errors.New("sealing: a key is destroyed on a basis, none was given")
	}
	var number int64
	err := pgx.BeginFunc(ctx, r.pool, func(tx pgx.Tx) error {
		// The ledger's row comes first: its lock puts destructions in order.
		err := tx.QueryRow(ctx, "UPDATE keys.ledger SET destroyed = destroyed + 1 RETURNING destroyed").Scan(&number)
		if err != nil {
			return err
		}
		tag, err := tx.Exec(ctx, `
			INSERT INTO keys.subject_key AS k (subject, kek_generation, destroyed_at, destroyed_no, basis)
			VALUES ($1, $2, now(), $3, $4)
			ON CONFLICT (subject) DO UPDATE
			SET wrapped = NULL, destroyed_at = now(), destroyed_no = $3, basis = $4
			WHERE k.destroyed_at IS NULL`, subject, r.kekNumber, number, basis)
		if err == nil && tag.RowsAffected() == 0 {
			return errAlreadyDestroyed
		}
		return err
	})
	if err != nil && !errors.Is(err, errAlreadyDestroyed) {
		return fmt.Errorf("destroy the key of subject %s: %w", subject, err)
	}
	r.cache.put(0, subject, nil)
	return nil
}

// errAlreadyDestroyed rolls back a destruction that is not needed any more.
var errAlreadyDestroyed = errors.New("already destroyed")

// Erasure tells when and on what basis a subject's key was destroyed.
type Erasure struct {
	At    time.Time
	Basis string
}

// ErasedSince gives the subjects whose keys were destroyed after a moment.
func (r *Ring) ErasedSince(ctx context.Context, moment time.Time) ([]uuid.UUID, error) {
	rows, err := r.pool.Query(ctx, "SELECT subject FROM keys.subject_key WHERE destroyed_at > $1 ORDER BY destroyed_at", moment)
	if err != nil {
		return nil, fmt.Errorf("read the erasures: %w", err)
	}
	return pgx.CollectRows(rows, pgx.RowTo[uuid.UUID])
}

// Erasure gives a subject's erasure; false when the subject is not erased.
func (r *Ring) Erasure(ctx context.Context, subject uuid.UUID) (Erasure, bool, error) {
	var e Erasure
	err := r.pool.QueryRow(ctx,
		"SELECT destroyed_at, basis FROM keys.subject_key WHERE subject = $1 AND destroyed_at IS NOT NULL", subject).
		Scan(&e.At, &e.Basis)
	if errors.Is(err, pgx.ErrNoRows) {
		return Erasure{}, false, nil
	}
	if err != nil {
		return Erasure{}, false, fmt.Errorf("read the erasure of subject %s: %w", subject, err)
	}
	return e, true, nil
}
