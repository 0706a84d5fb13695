package sealing_test

import (
	"bytes"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5/pgxpool"

	"guishu/eventstore"
	"guishu/eventstore/sealing"
	"guishu/internal/pgtest"
)

// kept is a ring with some subjects, one of them erased, and what was sealed for
// them.
type kept struct {
	ring     *sealing.Ring
	kek      sealing.KEK
	place    []byte
	subjects []uuid.UUID
	sealed   [][]byte
	erased   uuid.UUID
	hash     sealing.LookupHash
}

func keep(t *testing.T) *kept {
	t.Helper()
	k := &kept{kek: sealing.NewKEK(), place: []byte("place")}
	k.ring = open(t, pgtest.New(t), sealing.FixedKEK(k.kek), sealing.Options{})
	sealer := sealing.NewSealer(k.ring)
	for i := range 5 {
		subject := uuid.New()
		text, err := sealer.Seal(t.Context(), subject, k.place, fmt.Sprint("text ", i))
		if err != nil {
			t.Fatal(err)
		}
		k.subjects, k.sealed = append(k.subjects, subject), append(k.sealed, []byte(text))
	}
	k.erased = k.subjects[4]
	if err := k.ring.Destroy(t.Context(), k.erased, "pipl-47"); err != nil {
		t.Fatal(err)
	}
	hasher, err := k.ring.Hasher(t.Context(), sealing.ForLookups)
	if err != nil {
		t.Fatal(err)
	}
	k.hash = hasher.Hash("phone", "13800138000")
	return k
}

func (k *kept) export(t *testing.T) []byte {
	t.Helper()
	var file bytes.Buffer
	summary, err := k.ring.Export(t.Context(), &file)
	if err != nil {
		t.Fatal(err)
	}
	if want := (sealing.KeysSummary{Ledger: k.ring.Ledger(), Subjects: 4, Erased: 1, Hashes: 1}); summary != want {
		t.Errorf("exported %+v, want %+v", summary, want)
	}
	return file.Bytes()
}

func restore(t *testing.T, pool *pgxpool.Pool, kek sealing.KEK, file []byte) (sealing.KeysSummary, error) {
	t.Helper()
	return sealing.Restore(t.Context(), pool, sealing.FixedKEK(kek), uuid.Nil, bytes.NewReader(file))
}

// empty fails unless the database has no keys.
func empty(t *testing.T, pool *pgxpool.Pool) {
	t.Helper()
	var there bool
	if err := pool.QueryRow(t.Context(), "SELECT to_regclass('keys.ledger') IS NOT NULL").Scan(&there); err != nil || there {
		t.Errorf("something was left behind: %t, %v", there, err)
	}
}

func TestKeysMoveAndErasedStayErased(t *testing.T) {
	t.Parallel()
	k, pool := keep(t), pgtest.New(t)
	file := k.export(t)
	summary, err := restore(t, pool, k.kek, file)
	if err != nil || summary.Subjects != 4 || summary.Erased != 1 || summary.Ledger != k.ring.Ledger() {
		t.Fatalf("restored %+v, %v", summary, err)
	}
	ring := open(t, pool, sealing.FixedKEK(k.kek), sealing.Options{})
	sealer := sealing.NewSealer(ring)
	for i, sealed := range k.sealed {
		text, err := sealer.Open(t.Context(), k.place, sealed)
		if k.subjects[i] == k.erased {
			if !errors.Is(err, eventstore.ErrErased) {
				t.Errorf("the erased subject's text reads %q, %v", text, err)
			}
			continue
		}
		if err != nil || text != fmt.Sprint("text ", i) {
			t.Errorf("text %d reads %q, %v", i, text, err)
		}
	}
	hasher, err := ring.Hasher(t.Context(), sealing.ForLookups)
	if err != nil || hasher.Hash("phone", "13800138000") != k.hash {
		t.Errorf("the hash differs: %v", err)
	}
	if erasure, erased, err := ring.Erasure(t.Context(), k.erased); err != nil || !erased || erasure.Basis != "pipl-47" {
		t.Errorf("the erasure reads %+v, %t, %v", erasure, erased, err)
	}
	// Loading again changes nothing, also not what happened since.
	if err := ring.Destroy(t.Context(), k.subjects[0], "pipl-47"); err != nil {
		t.Fatal(err)
	}
	if _, err := restore(t, pool, k.kek, file); err != nil {
		t.Fatal(err)
	}
	if _, err := open(t, pool, sealing.FixedKEK(k.kek), sealing.Options{}).Lookup(t.Context(), k.subjects[0]); !errors.Is(err, eventstore.ErrErased) {
		t.Errorf("the subject erased since: %v", err)
	}
	if _, err := sealing.Restore(t.Context(), pgtest.New(t), sealing.FixedKEK(k.kek), uuid.New(), bytes.NewReader(file)); !errors.Is(err, sealing.ErrKeysOfAnother) {
		t.Errorf("for another ledger: %v", err)
	}
}

// A newer file adds the keys made since and the erasures since; an older one brings
// nobody back.
func TestANewerFileOfKeysAdds(t *testing.T) {
	t.Parallel()
	k, pool := keep(t), pgtest.New(t)
	older := k.export(t)
	if _, err := restore(t, pool, k.kek, older); err != nil {
		t.Fatal(err)
	}
	added, gone, unknown := uuid.New(), k.subjects[1], uuid.New()
	if _, err := k.ring.DataKey(t.Context(), added); err != nil {
		t.Fatal(err)
	}
	for _, subject := range []uuid.UUID{gone, unknown} {
		if err := k.ring.Destroy(t.Context(), subject, "pipl-47"); err != nil {
			t.Fatal(err)
		}
	}
	var newer bytes.Buffer
	if _, err := k.ring.Export(t.Context(), &newer); err != nil {
		t.Fatal(err)
	}
	running := open(t, pool, sealing.FixedKEK(k.kek), sealing.Options{Staleness: -1})
	if _, err := running.Lookup(t.Context(), gone); err != nil {
		t.Fatal(err)
	}
	for _, file := range [][]byte{newer.Bytes(), older, newer.Bytes()} {
		if _, err := restore(t, pool, k.kek, file); err != nil {
			t.Fatal(err)
		}
		for _, subject := range []uuid.UUID{k.subjects[0], added} {
			if _, err := running.Lookup(t.Context(), subject); err != nil {
				t.Errorf("a key that is there: %v", err)
			}
		}
		for _, subject := range []uuid.UUID{k.erased, gone, unknown} {
			if _, err := running.Lookup(t.Context(), subject); !errors.Is(err, eventstore.ErrErased) {
				t.Errorf("an erased subject: %v", err)
			}
		}
	}
}

func TestKeysAreUselessWithoutTheirKEK(t *testing.T) {
	t.Parallel()
	k, pool := keep(t), pgtest.New(t)
	file := k.export(t)
	if _, err := restore(t, pool, sealing.NewKEK(), file); !errors.Is(err, sealing.ErrWrongKEK) {
		t.Errorf("another KEK: %v", err)
	}
	empty(t, pool)
	folder := sealing.KEKSource{Folder: t.TempDir()}
	if _, err := sealing.Restore(t.Context(), pool, folder, uuid.Nil, bytes.NewReader(file)); !errors.Is(err, sealing.ErrWrongKEK) {
		t.Errorf("no KEK: %v", err)
	}
	empty(t, pool)
}

func TestKeysGoIntoNoOtherLedgersDatabase(t *testing.T) {
	t.Parallel()
	k, pool := keep(t), pgtest.New(t)
	other := open(t, pool, sealing.FixedKEK(k.kek), sealing.Options{})
	if _, err := restore(t, pool, k.kek, k.export(t)); !errors.Is(err, sealing.ErrOtherKeys) {
		t.Errorf("got %v", err)
	}
	if again := open(t, pool, sealing.FixedKEK(k.kek), sealing.Options{}); again.Ledger() != other.Ledger() {
		t.Error("the other ledger is gone")
	}
}

// A file of keys that was cut, altered or put in another order is refused, and
// nothing of it stays.
func TestADamagedFileOfKeysIsRefused(t *testing.T) {
	t.Parallel()
	k, pool := keep(t), pgtest.New(t)
	file := k.export(t)
	lines := bytes.SplitAfter(bytes.TrimSuffix(file, []byte("\n")), []byte("\n"))
	lines[len(lines)-1] = append(lines[len(lines)-1], '\n')
	damaged := map[string][]byte{
		"nothing":    nil,
		"no keys":    []byte("{}\n"),
		"twice":      append(bytes.Clone(file), file...),
		"a version":  bytes.Replace(file, []byte(`"version":1`), []byte(`"version":2`), 1),
		"a header":   bytes.Replace(file, []byte(`"destroyed":1`), []byte(`"destroyed":2`), 1),
		"two things": bytes.Replace(file, []byte(`{"subject"`), []byte(`{"closing":{"keys":0,"sha256":""},"subject"`), 1),
		"too long":   append([]byte(`{"format":"guishu-keys","version":1,"x":"`), bytes.Repeat([]byte("x"), 70_000)...),
	}
	for i := range lines {
		damaged[fmt.Sprint("without line ", i)] = bytes.Join(slices.Delete(slices.Clone(lines), i, i+1), nil)
		if i > 0 && i+1 < len(lines) {
			swapped := slices.Clone(lines)
			swapped[i], swapped[i+1] = swapped[i+1], swapped[i]
			damaged[fmt.Sprint("swapped at line ", i)] = bytes.Join(swapped, nil)
		}
	}
	for length := 7; length < len(file); length += 97 {
		damaged[fmt.Sprint("cut at byte ", length)] = file[:length]
	}
	for at := 30; at < len(file); at += 83 {
		changed := bytes.Clone(file)
		changed[at] ^= 1
		damaged[fmt.Sprint("changed at byte ", at)] = changed
	}
	for name, file := range damaged {
		_, err := restore(t, pool, k.kek, file)
		var refusal *sealing.KeysFileError
		switch {
		case errors.As(err, &refusal) && refusal.Line > 0 && strings.HasPrefix(refusal.Error(), "keys/file-damaged: line "):
		case errors.Is(err, sealing.ErrWrongKEK) && strings.HasPrefix(name, "changed"): // the header's check value
		default:
			t.Errorf("%s: %v", name, err)
		}
	}
	empty(t, pool)
}

func TestKeysMoveAfterTheKEKWasChanged(t *testing.T) {
	t.Parallel()
	old, pool := sealing.NewKEK(), pgtest.New(t)
	ring := open(t, pool, sealing.FixedKEK(old), sealing.Options{})
	subject := uuid.New()
	sealed, err := sealing.NewSealer(ring).Seal(t.Context(), subject, nil, "text")
	if err != nil {
		t.Fatal(err)
	}
	fresh := sealing.NewKEK()
	if err := sealing.RotateKEK(t.Context(), pool, old, fresh); err != nil {
		t.Fatal(err)
	}
	var file bytes.Buffer
	if _, err := open(t, pool, sealing.FixedKEK(fresh), sealing.Options{}).Export(t.Context(), &file); err != nil {
		t.Fatal(err)
	}
	to := pgtest.New(t)
	if _, err := restore(t, to, fresh, file.Bytes()); err != nil {
		t.Fatal(err)
	}
	moved := open(t, to, sealing.FixedKEK(fresh), sealing.Options{})
	if text, err := sealing.NewSealer(moved).Open(t.Context(), nil, []byte(sealed)); err != nil || text != "text" {
		t.Errorf("reads %q, %v", text, err)
	}
	if _, err := moved.DataKey(t.Context(), uuid.New()); err != nil {
		t.Errorf("a new subject gets no key: %v", err)
	}
}

// Keys that are not to be had are given up: reading says erased instead of failing.
func TestMissingKeysAreGivenUp(t *testing.T) {
	t.Parallel()
	k := keep(t)
	pool := pgtest.New(t)
	if ledger, missing, err := sealing.Held(t.Context(), pool, k.subjects); err != nil || ledger != uuid.Nil || len(missing) != 5 {
		t.Errorf("an empty database holds %v, lacks %v, %v", ledger, missing, err)
	}
	empty(t, pool)
	ring := open(t, pool, sealing.FixedKEK(k.kek), sealing.Options{Ledger: k.ring.Ledger(), Staleness: -1})
	if _, err := ring.DataKey(t.Context(), k.subjects[0]); err != nil {
		t.Fatal(err)
	}
	ledger, missing, err := sealing.Held(t.Context(), pool, k.subjects)
	if err != nil || ledger != k.ring.Ledger() || len(missing) != 4 || slices.Contains(missing, k.subjects[0]) {
		t.Fatalf("missing %v, %v", missing, err)
	}
	if _, err := ring.Lookup(t.Context(), k.subjects[1]); !errors.Is(err, eventstore.ErrKeyMissing) {
		t.Errorf("before: %v", err)
	}
	for range 2 {
		if err := ring.GiveUp(t.Context(), append(missing, k.subjects[0]), "keys-not-loaded"); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := ring.Lookup(t.Context(), k.subjects[1]); !errors.Is(err, eventstore.ErrErased) {
		t.Errorf("after: %v", err)
	}
	if _, err := ring.Lookup(t.Context(), k.subjects[0]); err != nil {
		t.Errorf("whose key is there: %v", err)
	}
	if _, missing, err := sealing.Held(t.Context(), pool, k.subjects); err != nil || len(missing) != 0 {
		t.Errorf("still missing %v, %v", missing, err)
	}
}
