package sealing

import (
	"bufio"
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"hash"
	"io"

	"github.com/go-json-experiment/json"
	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"guishu/eventstore/postgres/locks"
)

// KeysFileError says which line of a file of keys cannot be used, and why. Its
// text begins with a stable code.
type KeysFileError struct {
	Line   int64 // from 1
	Reason string
}

func (e *KeysFileError) Error() string {
	return fmt.Sprintf("keys/file-damaged: line %d: %s", e.Line, e.Reason)
}

// ErrOtherKeys says that a database has keys already which are not those of the
// file.
var ErrOtherKeys = errors.New("keys/database-in-use: the database has keys of its own, give an empty one")

// ErrKeysOfAnother says that a file of keys is another ledger's.
var ErrKeysOfAnother = errors.New("keys/other-ledger: the file holds the keys of another ledger")

// Restore brings the keys that Export wrote into a database that has none, all or
// nothing, and checks each with the KEK, which must be the one they were wrapped
// with: ErrWrongKEK. Into a database that has keys of this very ledger under this
// very KEK already, it brings those of subjects unknown there, and the erasures;
// nobody erased there comes back. The ledger is the one that the keys must belong
// to, the nil id for any: ErrKeysOfAnother.
func Restore(ctx context.Context, pool *pgxpool.Pool, source KEKSource, ledger uuid.UUID, r io.Reader) (KeysSummary, error) {
	in := &keysRestore{from: bufio.NewReaderSize(r, 64<<10), sum: sha256.New(), wanted: ledger}
	err := pgx.BeginFunc(ctx, pool, func(tx pgx.Tx) error {
		if err := locks.KeySchema.Take(ctx, tx); err != nil {
			return err
		}
		if _, err := tx.Exec(ctx, schema); err != nil {
			return err
		}
		return in.restore(ctx, tx, source)
	})
	if err != nil {
		return KeysSummary{}, fmt.Errorf("load keys: %w", err)
	}
	return in.summary, nil
}

type keysRestore struct {
	from    *bufio.Reader
	sum     hash.Hash
	number  int64
	header  keysHeader
	kek     KEK
	wanted  uuid.UUID // the ledger, if it matters
	summary KeysSummary
	there   bool // the database has the keys already
}

func (k *keysRestore) restore(ctx context.Context, tx pgx.Tx, source KEKSource) error {
	if err := k.begin(); err != nil {
		return err
	}
	if k.wanted != uuid.Nil && k.wanted != k.header.Ledger {
		return ErrKeysOfAnother
	}
	fitting, err := source.fitting(func(kek KEK) bool { return fits(kek, k.header.Ledger, k.header.KEKCheck) })
	if err != nil {
		return err
	}
	k.kek = fitting
	if err := k.claim(ctx, tx); err != nil {
		return err
	}
	var subjects []subjectLine
	for {
		line, err := k.next()
		switch {
		case err != nil:
			return err
		case line.Hash != nil:
			err = k.hashKey(ctx, tx, line.Hash)
		case line.Subject != nil:
			if err = k.check(line.Subject); err == nil {
				subjects = append(subjects, *line.Subject)
			}
		}
		if err != nil {
			return err
		}
		if len(subjects) == 5000 || line.Closing != nil {
			if err := k.subjectKeys(ctx, tx, subjects); err != nil {
				return err
			}
			subjects = subjects[:0]
		}
		if line.Closing != nil {
			return nil
		}
	}
}

// claim makes the ledger's row, or finds that of this very ledger.
func (k *keysRestore) claim(ctx context.Context, tx pgx.Tx) error {
	h := k.header
	var ledger uuid.UUID
	var check []byte
	err := tx.QueryRow(ctx, "SELECT id, kek_check FROM keys.ledger").Scan(&ledger, &check)
	if err == nil && ledger == h.Ledger && bytes.Equal(check, h.KEKCheck) {
		k.there = true
		return nil
	}
	if err == nil {
		return ErrOtherKeys
	}
	if !errors.Is(err, pgx.ErrNoRows) {
		return err
	}
	_, err = tx.Exec(ctx, "INSERT INTO keys.ledger (id, kek_check, kek_generation, destroyed, created_at) VALUES ($1, $2, $3, $4, $5)",
		h.Ledger, h.KEKCheck, h.KEKGeneration, h.Destroyed, h.CreatedAt)
	return err
}

func (k *keysRestore) hashKey(ctx context.Context, tx pgx.Tx, h *hashLine) error {
	if _, err := k.kek.unwrap(h.Wrapped, aboutHashKey(k.header.Ledger, h.Purpose, h.Generation)); err != nil {
		return k.refuse("the hash key does not open with the KEK")
	}
	k.summary.Hashes++
	_, err := tx.Exec(ctx, `
		INSERT INTO keys.hash_key (purpose, generation, wrapped, kek_generation, created_at) VALUES ($1, $2, $3, $4, $5)
		ON CONFLICT (purpose, generation) DO NOTHING`,
		h.Purpose, h.Generation, h.Wrapped, k.header.KEKGeneration, h.CreatedAt)
	return err
}

// check makes sure of a subject's key before it is written.
func (k *keysRestore) check(s *subjectLine) error {
	erased := s.DestroyedAt != nil && s.DestroyedNo != nil && s.Basis != nil
	if erased == (s.Wrapped != nil) {
		return k.refuse("a subject has either a key or an erasure")
	}
	if erased {
		k.summary.Erased++
		return nil
	}
	k.summary.Subjects++
	if _, err := k.kek.unwrap(s.Wrapped, aboutDataKey(k.header.Ledger, s.ID)); err != nil {
		return k.refuse("the subject's key does not open with the KEK")
	}
	return nil
}

func (k *keysRestore) subjectKeys(ctx context.Context, tx pgx.Tx, subjects []subjectLine) error {
	if k.there {
		return k.merge(ctx, tx, subjects)
	}
	columns := []string{"subject", "wrapped", "kek_generation", "created_at", "destroyed_at", "destroyed_no", "basis"}
	_, err := tx.CopyFrom(ctx, pgx.Identifier{"keys", "subject_key"}, columns, pgx.CopyFromSlice(len(subjects), func(i int) ([]any, error) {
		s := subjects[i]
		return []any{s.ID, s.Wrapped, k.header.KEKGeneration, s.CreatedAt, s.DestroyedAt, s.DestroyedNo, s.Basis}, nil
	}))
	return err
}

// merge adds to the keys that are there. An erasure takes effect wherever it was.
func (k *keysRestore) merge(ctx context.Context, tx pgx.Tx, subjects []subjectLine) error {
	var fresh []subjectLine
	for _, s := range subjects {
		if s.Wrapped != nil {
			fresh = append(fresh, s)
			continue
		}
		_, err := tx.Exec(ctx, `
			WITH number AS (UPDATE keys.ledger SET destroyed = destroyed + 1 RETURNING destroyed)
			INSERT INTO keys.subject_key AS k (subject, kek_generation, destroyed_at, destroyed_no, basis)
			SELECT $1, $2, $3, number.destroyed, $4 FROM number
			WHERE NOT EXISTS (SELECT FROM keys.subject_key WHERE subject = $1 AND destroyed_at IS NOT NULL)
			ON CONFLICT (subject) DO UPDATE
			SET wrapped = NULL, destroyed_at = excluded.destroyed_at, destroyed_no = excluded.destroyed_no, basis = excluded.basis`,
			s.ID, k.header.KEKGeneration, s.DestroyedAt, s.Basis)
		if err != nil {
			return err
		}
	}
	batch := &pgx.Batch{}
	for _, s := range fresh {
		batch.Queue(`
			INSERT INTO keys.subject_key (subject, wrapped, kek_generation, created_at) VALUES ($1, $2, $3, $4)
			ON CONFLICT (subject) DO NOTHING`, s.ID, s.Wrapped, k.header.KEKGeneration, s.CreatedAt)
	}
	return tx.SendBatch(ctx, batch).Close()
}

// begin reads the header.
func (k *keysRestore) begin() error {
	line, err := k.line()
	if err != nil {
		return err
	}
	k.sum.Write(line)
	var named struct {
		Format  string `json:"format"`
		Version int    `json:"version"`
	}
	switch err := json.Unmarshal(line, &named); {
	case err != nil, named.Format != keysFormat:
		return k.refuse("it is no file of keys")
	case named.Version != keysVersion:
		return k.refuse(fmt.Sprintf("the format's version is %d, this program reads version %d", named.Version, keysVersion))
	}
	if err := json.Unmarshal(line, &k.header, json.RejectUnknownMembers(true)); err != nil {
		return k.refuse("the header cannot be read")
	}
	k.summary.Ledger = k.header.Ledger
	return nil
}

// next reads a line behind the header. The closing one fits.
func (k *keysRestore) next() (keyLine, error) {
	text, err := k.line()
	if err != nil {
		return keyLine{}, err
	}
	var line keyLine
	if err := json.Unmarshal(text, &line, json.RejectUnknownMembers(true)); err != nil {
		return line, k.refuse("it cannot be read")
	}
	set := 0
	for _, is := range []bool{line.Hash != nil, line.Subject != nil, line.Closing != nil} {
		if is {
			set++
		}
	}
	if set != 1 {
		return line, k.refuse("it is neither one key nor the closing line")
	}
	if line.Closing == nil {
		k.sum.Write(text)
		return line, nil
	}
	return line, k.end(*line.Closing)
}

func (k *keysRestore) end(closing closingLine) error {
	if keys := k.number - 2; closing.Keys != keys {
		return k.refuse(fmt.Sprintf("the closing line tells of %d keys, %d stand before it", closing.Keys, keys))
	}
	if closing.SHA256 != hex.EncodeToString(k.sum.Sum(nil)) {
		return k.refuse("the lines before the closing one are not those it was computed over (SHA-256)")
	}
	if _, err := k.from.ReadByte(); !errors.Is(err, io.EOF) {
		return k.refuse("something stands behind the closing line")
	}
	return nil
}

// line reads a line with its end. No line of a key is longer than the buffer.
func (k *keysRestore) line() ([]byte, error) {
	k.number++
	line, err := k.from.ReadSlice('\n')
	switch {
	case err == nil:
		return line, nil
	case errors.Is(err, io.EOF):
		return nil, k.refuse("the file ends here, without a closing line")
	case errors.Is(err, bufio.ErrBufferFull):
		return nil, k.refuse("it is too long")
	}
	return nil, fmt.Errorf("read the file: %w", err)
}

func (k *keysRestore) refuse(reason string) error {
	return &KeysFileError{Line: k.number, Reason: reason}
}
