package sealing

import (
	"bufio"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"hash"
	"io"
	"time"

	"github.com/go-json-experiment/json"
	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
)

// The format of a file of keys, one JSON object a line: a header, the keys of
// keyed hashes, the subjects' keys, and a closing line with their number and the
// SHA-256 of all lines before. Keys are in it as they are in the database, wrapped
// by the KEK, which is not in it: without the KEK the file opens nothing.
const (
	keysFormat  = "guishu-keys"
	keysVersion = 1
)

type keysHeader struct {
	Format        string    `json:"format"`
	Version       int       `json:"version"`
	Ledger        uuid.UUID `json:"ledger"`
	KEKCheck      []byte    `json:"kek_check"`
	KEKGeneration int32     `json:"kek_generation"`
	Destroyed     int64     `json:"destroyed"`
	CreatedAt     time.Time `json:"created_at"`
}

// keyLine is a line of the file behind the header: one of its fields is set.
type keyLine struct {
	Hash    *hashLine    `json:"hash,omitempty"`
	Subject *subjectLine `json:"subject,omitempty"`
	Closing *closingLine `json:"closing,omitempty"`
}

type hashLine struct {
	Purpose    Purpose   `json:"purpose"`
	Generation int       `json:"generation"`
	Wrapped    []byte    `json:"wrapped"`
	CreatedAt  time.Time `json:"created_at"`
}

type subjectLine struct {
	ID          uuid.UUID  `json:"id"`
	Wrapped     []byte     `json:"wrapped,omitempty"`
	CreatedAt   time.Time  `json:"created_at"`
	DestroyedAt *time.Time `json:"destroyed_at,omitempty"`
	DestroyedNo *int64     `json:"destroyed_no,omitempty"`
	Basis       *string    `json:"basis,omitempty"`
}

type closingLine struct {
	Keys   int64  `json:"keys"`
	SHA256 string `json:"sha256"`
}

// KeysSummary is what a file of keys holds.
type KeysSummary struct {
	Ledger   uuid.UUID
	Subjects int64 // that can be read
	Erased   int64
	Hashes   int64 // keys of keyed hashes
}

// Export writes all keys of the ledger, wrapped as they are, as of one moment.
func (r *Ring) Export(ctx context.Context, w io.Writer) (KeysSummary, error) {
	x := &keysExport{to: bufio.NewWriter(w), sum: sha256.New(), summary: KeysSummary{Ledger: r.ledger}}
	options := pgx.TxOptions{IsoLevel: pgx.RepeatableRead, AccessMode: pgx.ReadOnly}
	err := pgx.BeginTxFunc(ctx, r.pool, options, func(tx pgx.Tx) error {
		if err := x.header(ctx, tx); err != nil {
			return err
		}
		if err := x.hashKeys(ctx, tx); err != nil {
			return err
		}
		return x.subjectKeys(ctx, tx)
	})
	if err == nil {
		err = x.close()
	}
	if err != nil {
		return KeysSummary{}, fmt.Errorf("export keys: %w", err)
	}
	return x.summary, nil
}

type keysExport struct {
	to      *bufio.Writer
	sum     hash.Hash
	summary KeysSummary
}

func (x *keysExport) put(line any) error {
	text, err := json.Marshal(line)
	if err != nil {
		return err
	}
	text = append(text, '\n')
	x.sum.Write(text)
	_, err = x.to.Write(text)
	return err
}

func (x *keysExport) header(ctx context.Context, tx pgx.Tx) error {
	h := keysHeader{Format: keysFormat, Version: keysVersion}
	err := tx.QueryRow(ctx, "SELECT id, kek_check, kek_generation, destroyed, created_at FROM keys.ledger").
		Scan(&h.Ledger, &h.KEKCheck, &h.KEKGeneration, &h.Destroyed, &h.CreatedAt)
	if err != nil {
		return err
	}
	h.CreatedAt = h.CreatedAt.UTC()
	return x.put(h)
}

func (x *keysExport) hashKeys(ctx context.Context, tx pgx.Tx) error {
	rows, _ := tx.Query(ctx, "SELECT purpose, generation, wrapped, created_at FROM keys.hash_key ORDER BY purpose, generation")
	var k hashLine
	_, err := pgx.ForEachRow(rows, []any{&k.Purpose, &k.Generation, &k.Wrapped, &k.CreatedAt}, func() error {
		x.summary.Hashes++
		k.CreatedAt = k.CreatedAt.UTC()
		return x.put(keyLine{Hash: &k})
	})
	return err
}

func (x *keysExport) subjectKeys(ctx context.Context, tx pgx.Tx) error {
	rows, _ := tx.Query(ctx, "SELECT subject, wrapped, created_at, destroyed_at, destroyed_no, basis FROM keys.subject_key ORDER BY subject")
	var k subjectLine
	_, err := pgx.ForEachRow(rows, []any{&k.ID, &k.Wrapped, &k.CreatedAt, &k.DestroyedAt, &k.DestroyedNo, &k.Basis}, func() error {
		if k.Wrapped == nil {
			x.summary.Erased++
			at := k.DestroyedAt.UTC()
			k.DestroyedAt = &at
		} else {
			x.summary.Subjects++
		}
		k.CreatedAt = k.CreatedAt.UTC()
		return x.put(keyLine{Subject: &k})
	})
	return err
}

func (x *keysExport) close() error {
	closing := closingLine{
		Keys:   x.summary.Hashes + x.summary.Subjects + x.summary.Erased,
		SHA256: hex.EncodeToString(x.sum.Sum(nil)),
	}
	if err := x.put(keyLine{Closing: &closing}); err != nil {
		return err
	}
	return x.to.Flush()
}
