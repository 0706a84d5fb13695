package sealing

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
)

// ErrNoNewKEK says that the KEK is kept elsewhere, and that the one to change it for
// was not given.
var ErrNoNewKEK = errors.New("keys/no-new-kek: the KEK comes from the environment: give the new one in GUISHU_NEW_KEK, and afterwards in the old one's place")

// Rotate changes the KEK for a fresh one: in the data folder, where it is kept there;
// otherwise for that of the environment variable GUISHU_NEW_KEK: ErrNoNewKEK.
func Rotate(ctx context.Context, pool *pgxpool.Pool, source KEKSource) error {
	if source.inFolder() {
		return RotateKEKFile(ctx, pool, source.Folder)
	}
	if source.Environment == nil || source.Environment("GUISHU_NEW_KEK") == "" {
		return ErrNoNewKEK
	}
	old, err := source.load(false)
	if err != nil {
		return err
	}
	fresh, err := ParseKEK(source.Environment("GUISHU_NEW_KEK"))
	if err != nil {
		return err
	}
	return RotateKEK(ctx, pool, old, fresh)
}

// RotateKEK wraps every key with a new KEK instead of the old one, all or
// nothing. Processes that run with the old one go on with the keys they have in
// memory and get ErrKEKRotated for any other. ErrWrongKEK when old does not fit.
func RotateKEK(ctx context.Context, pool *pgxpool.Pool, old, fresh KEK) error {
	err := pgx.BeginFunc(ctx, pool, func(tx pgx.Tx) error {
		var ledger uuid.UUID
		var check []byte
		var number int32
		err := tx.QueryRow(ctx, "SELECT id, kek_check, kek_generation FROM keys.ledger FOR UPDATE").
			Scan(&ledger, &check, &number)
		if err != nil {
			return err
		}
		if !fits(old, ledger, check) {
			return ErrWrongKEK
		}
		w := rewrapping{tx: tx, ledger: ledger, old: old, fresh: fresh, number: number + 1}
		if check, err = fresh.wrap([]byte(checkText), aboutCheck(ledger)); err != nil {
			return err
		}
		if err := w.dataKeys(ctx); err != nil {
			return err
		}
		if err := w.hashKeys(ctx); err != nil {
			return err
		}
		_, err = tx.Exec(ctx, "UPDATE keys.ledger SET kek_check = $1, kek_generation = $2", check, w.number)
		return err
	})
	if err != nil {
		return fmt.Errorf("change the KEK: %w", err)
	}
	return nil
}

// RotateKEKFile changes the KEK in a data folder for a fresh one. Cut off at any
// point, either the old one still fits or the next Open finishes the change.
func RotateKEKFile(ctx context.Context, pool *pgxpool.Pool, folder string) error {
	source := KEKSource{Folder: folder}
	ring, err := Open(ctx, pool, source, Options{}) // finishes a change that was cut off
	if err != nil {
		return err
	}
	next := filepath.Join(folder, nextKEKFile)
	if err := os.Remove(next); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("remove the KEK of a change that never took place: %w", err)
	}
	fresh := NewKEK()
	if err := writeKEK(next, fresh); err != nil {
		return err
	}
	if err := RotateKEK(ctx, pool, ring.kek, fresh); err != nil {
		return err
	}
	return promoteKEK(folder)
}

// rewrapping is one change of the KEK under way.
type rewrapping struct {
	tx         pgx.Tx
	ledger     uuid.UUID
	old, fresh KEK
	number     int32
}

func (w rewrapping) rewrap(wrapped, about []byte) ([]byte, error) {
	raw, err := w.old.unwrap(wrapped, about)
	if err != nil {
		return nil, err
	}
	return w.fresh.wrap(raw, about)
}

// dataKeys goes through all subjects, a bounded number at a time.
func (w rewrapping) dataKeys(ctx context.Context) error {
	const page = 5000
	if _, err := w.tx.Exec(ctx, "UPDATE keys.subject_key SET kek_generation = $1 WHERE wrapped IS NULL", w.number); err != nil {
		return err
	}
	for last := uuid.Nil; ; {
		rows, _ := w.tx.Query(ctx, `
			SELECT subject, wrapped FROM keys.subject_key
			WHERE wrapped IS NOT NULL AND (subject > $1 OR $1 = '00000000-0000-0000-0000-000000000000')
			ORDER BY subject LIMIT $2 FOR UPDATE`, last, page)
		var subjects []uuid.UUID
		var fresh [][]byte
		var subject uuid.UUID
		var wrapped []byte
		_, err := pgx.ForEachRow(rows, []any{&subject, &wrapped}, func() error {
			again, err := w.rewrap(wrapped, aboutDataKey(w.ledger, subject))
			if err != nil {
				return fmt.Errorf("key of subject %s: %w", subject, err)
			}
			subjects, fresh = append(subjects, subject), append(fresh, again)
			return nil
		})
		if err != nil {
			return err
		}
		if len(subjects) == 0 {
			return nil
		}
		_, err = w.tx.Exec(ctx, `
			UPDATE keys.subject_key k SET wrapped = fresh.wrapped, kek_generation = $3
			FROM unnest($1::uuid[], $2::bytea[]) AS fresh (subject, wrapped)
			WHERE k.subject = fresh.subject`, subjects, fresh, w.number)
		if err != nil {
			return err
		}
		last = subjects[len(subjects)-1]
	}
}

func (w rewrapping) hashKeys(ctx context.Context) error {
	type row struct {
		Purpose    Purpose
		Generation int
		Wrapped    []byte
	}
	rows, _ := w.tx.Query(ctx, "SELECT purpose, generation, wrapped FROM keys.hash_key FOR UPDATE")
	all, err := pgx.CollectRows(rows, pgx.RowToStructByName[row])
	if err != nil {
		return err
	}
	for _, k := range all {
		again, err := w.rewrap(k.Wrapped, aboutHashKey(w.ledger, k.Purpose, k.Generation))
		if err != nil {
			return fmt.Errorf("hash key for %s: %w", k.Purpose, err)
		}
		_, err = w.tx.Exec(ctx,
			"UPDATE keys.hash_key SET wrapped = $3, kek_generation = $4 WHERE purpose = $1 AND generation = $2",
			k.Purpose, k.Generation, again, w.number)
		if err != nil {
			return err
		}
	}
	return nil
}
