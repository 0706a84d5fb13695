package sealing

import (
	"context"
	"errors"
	"fmt"

	"github.com/jackc/pgx/v5"
)

// Hasher gives the hasher with a purpose's newest key, made if there is none.
func (r *Ring) Hasher(ctx context.Context, purpose Purpose) (*Hasher, error) {
	h, err := r.newestHasher(ctx, purpose)
	if !errors.Is(err, pgx.ErrNoRows) {
		return h, err
	}
	if err := r.addHashKey(ctx, purpose, 1); err != nil {
		return nil, err
	}
	return r.newestHasher(ctx, purpose)
}

// HasherAt gives the hasher with the key of an older generation, for as long as
// hashes made with it are still in use; pgx.ErrNoRows when it was retired.
func (r *Ring) HasherAt(ctx context.Context, purpose Purpose, generation int) (*Hasher, error) {
	return r.readHasher(ctx, purpose,
		"SELECT generation, wrapped, kek_generation FROM keys.hash_key WHERE purpose = $1 AND generation = $2",
		purpose, generation)
}

// RotateHashKey makes the next generation of a purpose's key. Read models that
// store hashes are rebuilt with it, then RetireHashKeys ends the old ones.
func (r *Ring) RotateHashKey(ctx context.Context, purpose Purpose) (*Hasher, error) {
	h, err := r.Hasher(ctx, purpose)
	if err != nil {
		return nil, err
	}
	if err := r.addHashKey(ctx, purpose, h.generation+1); err != nil {
		return nil, err
	}
	return r.newestHasher(ctx, purpose)
}

// RetireHashKeys destroys a purpose's keys of the generations before the given
// one.
func (r *Ring) RetireHashKeys(ctx context.Context, purpose Purpose, before int) error {
	_, err := r.pool.Exec(ctx, `
		DELETE FROM keys.hash_key k WHERE purpose = $1 AND generation < $2
		AND EXISTS (SELECT FROM keys.hash_key newer WHERE newer.purpose = k.purpose AND newer.generation >= $2)`,
		purpose, before)
	if err != nil {
		return fmt.Errorf("retire hash keys: %w", err)
	}
	return nil
}

func (r *Ring) newestHasher(ctx context.Context, purpose Purpose) (*Hasher, error) {
	return r.readHasher(ctx, purpose, `
		SELECT generation, wrapped, kek_generation FROM keys.hash_key
		WHERE purpose = $1 ORDER BY generation DESC LIMIT 1`, purpose)
}

func (r *Ring) readHasher(ctx context.Context, purpose Purpose, query string, args ...any) (*Hasher, error) {
	var h Hasher
	var wrapped []byte
	var kekNumber int32
	if err := r.pool.QueryRow(ctx, query, args...).Scan(&h.generation, &wrapped, &kekNumber); err != nil {
		return nil, fmt.Errorf("read the hash key for %s: %w", purpose, err)
	}
	if kekNumber != r.kekNumber {
		return nil, ErrKEKRotated
	}
	var err error
	h.secret, err = r.kek.unwrap(wrapped, aboutHashKey(r.ledger, purpose, h.generation))
	if err != nil {
		return nil, fmt.Errorf("hash key for %s: %w", purpose, err)
	}
	return &h, nil
}

// addHashKey makes a key of that generation unless somebody else has.
func (r *Ring) addHashKey(ctx context.Context, purpose Purpose, generation int) error {
	wrapped, err := r.kek.wrap(newSecret(), aboutHashKey(r.ledger, purpose, generation))
	if err != nil {
		return err
	}
	tag, err := r.pool.Exec(ctx, `
		WITH ledger AS (SELECT kek_generation FROM keys.ledger WHERE kek_generation = $4 FOR KEY SHARE)
		INSERT INTO keys.hash_key (purpose, generation, wrapped, kek_generation)
		SELECT $1, $2, $3, kek_generation FROM ledger
		ON CONFLICT (purpose, generation) DO NOTHING`, purpose, generation, wrapped, r.kekNumber)
	if err != nil {
		return fmt.Errorf("make a hash key: %w", err)
	}
	if tag.RowsAffected() == 0 {
		return r.checkKEK(ctx)
	}
	return nil
}
