package sealing_test

import (
	"context"
	"encoding/base64"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"guishu/eventstore"
	"guishu/eventstore/sealing"
	"guishu/internal/pgtest"
)

func open(t *testing.T, pool *pgxpool.Pool, source sealing.KEKSource, options sealing.Options) *sealing.Ring {
	t.Helper()
	ring, err := sealing.Open(t.Context(), pool, source, options)
	if err != nil {
		t.Fatal(err)
	}
	return ring
}

// Many processes make the same subject's key at once: all get the same key.
func TestConcurrentCreatorsAgree(t *testing.T) {
	t.Parallel()
	pool, kek := pgtest.New(t), sealing.FixedKEK(sealing.NewKEK())
	subject, place := uuid.New(), []byte("place")
	const creators = 16
	sealed := make([]string, creators)
	sealers := make([]*sealing.Sealer, creators)
	var all sync.WaitGroup
	for i := range creators {
		sealers[i] = sealing.NewSealer(open(t, pool, kek, sealing.Options{}))
		all.Go(func() {
			var err error
			if sealed[i], err = sealers[i].Seal(t.Context(), subject, place, fmt.Sprint("text ", i)); err != nil {
				t.Error(err)
			}
		})
	}
	all.Wait()
	for i := range creators {
		for _, reader := range sealers {
			if got, err := reader.Open(t.Context(), place, []byte(sealed[i])); err != nil || got != fmt.Sprint("text ", i) {
				t.Fatalf("text %d reads %q, %v", i, got, err)
			}
		}
	}
}

// Destroying a key leaves the row without its bytes, ends reading and writing in
// every process, and can be neither repeated nor undone.
func TestDestroy(t *testing.T) {
	t.Parallel()
	pool, kek := pgtest.New(t), sealing.FixedKEK(sealing.NewKEK())
	here := open(t, pool, kek, sealing.Options{})
	elsewhere := open(t, pool, kek, sealing.Options{Staleness: -1}) // asks every time
	subject, other := uuid.New(), uuid.New()
	for _, s := range []uuid.UUID{subject, other} {
		if _, err := here.DataKey(t.Context(), s); err != nil {
			t.Fatal(err)
		}
		if _, err := elsewhere.DataKey(t.Context(), s); err != nil {
			t.Fatal(err)
		}
	}

	for range 2 { // the second time changes nothing
		if err := here.Destroy(t.Context(), subject, "pipl-47"); err != nil {
			t.Fatal(err)
		}
	}

	for name, ring := range map[string]*sealing.Ring{"here": here, "elsewhere": elsewhere, "anew": open(t, pool, kek, sealing.Options{})} {
		if _, err := ring.Lookup(t.Context(), subject); !errors.Is(err, eventstore.ErrErased) {
			t.Errorf("%s: looking up gives %v", name, err)
		}
		if _, err := ring.DataKey(t.Context(), subject); !errors.Is(err, eventstore.ErrErased) {
			t.Errorf("%s: making again gives %v", name, err)
		}
		if _, err := ring.Lookup(t.Context(), other); err != nil {
			t.Errorf("%s: the other subject suffers: %v", name, err)
		}
	}
	var rows, bytesLeft, destroyed int
	err := pool.QueryRow(t.Context(), `
		SELECT count(*), count(wrapped), (SELECT destroyed FROM keys.ledger)
		FROM keys.subject_key WHERE subject = $1`, subject).Scan(&rows, &bytesLeft, &destroyed)
	if err != nil || rows != 1 || bytesLeft != 0 || destroyed != 1 {
		t.Errorf("rows %d, with key bytes %d, destructions %d, %v", rows, bytesLeft, destroyed, err)
	}
	erasure, erased, err := here.Erasure(t.Context(), subject)
	if err != nil || !erased || erasure.Basis != "pipl-47" || erasure.At.IsZero() {
		t.Errorf("erasure reads %+v, %v, %v", erasure, erased, err)
	}
	if _, erased, err := here.Erasure(t.Context(), other); erased || err != nil {
		t.Errorf("the other subject's erasure reads %v, %v", erased, err)
	}
}

// A key may be in use elsewhere for Staleness after its destruction, not longer:
// within it the old answer stands, which shows that it is the check that ends it.
func TestStalenessBoundsUse(t *testing.T) {
	t.Parallel()
	pool, kek := pgtest.New(t), sealing.FixedKEK(sealing.NewKEK())
	here := open(t, pool, kek, sealing.Options{})
	never := open(t, pool, kek, sealing.Options{Staleness: time.Hour})
	subject := uuid.New()
	for _, ring := range []*sealing.Ring{here, never} {
		if _, err := ring.DataKey(t.Context(), subject); err != nil {
			t.Fatal(err)
		}
	}
	if err := here.Destroy(t.Context(), subject, "pipl-47"); err != nil {
		t.Fatal(err)
	}
	if _, err := never.Lookup(t.Context(), subject); err != nil {
		t.Errorf("a process that does not check must still hold the key, got %v", err)
	}
}

// A process that cannot ask whether keys were destroyed does not use any.
func TestUnreachableDatabaseFailsClosed(t *testing.T) {
	t.Parallel()
	url, kek := pgtest.URL(t), sealing.FixedKEK(sealing.NewKEK())
	pool, err := pgxpool.New(t.Context(), url)
	if err != nil {
		t.Fatal(err)
	}
	ring := open(t, pool, kek, sealing.Options{Staleness: -1})
	subject := uuid.New()
	if _, err := ring.DataKey(t.Context(), subject); err != nil {
		t.Fatal(err)
	}
	pool.Close()
	if _, err := ring.Lookup(t.Context(), subject); err == nil || errors.Is(err, eventstore.ErrErased) {
		t.Errorf("got %v", err)
	}
}

// A subject that never had a key can be erased, and gets none afterwards.
func TestDestroyBeforeCreation(t *testing.T) {
	t.Parallel()
	ring := open(t, pgtest.New(t), sealing.FixedKEK(sealing.NewKEK()), sealing.Options{})
	subject := uuid.New()
	if err := ring.Destroy(t.Context(), subject, ""); err == nil {
		t.Error("a basis must be given")
	}
	if _, err := ring.Lookup(t.Context(), subject); !errors.Is(err, eventstore.ErrKeyMissing) {
		t.Errorf("an unknown subject gives %v", err)
	}
	if err := ring.Destroy(t.Context(), subject, "pipl-47"); err != nil {
		t.Fatal(err)
	}
	if _, err := ring.DataKey(t.Context(), subject); !errors.Is(err, eventstore.ErrErased) {
		t.Errorf("got %v", err)
	}
}

// Keys beyond what memory holds are read again, and prefetching reads many.
func TestSmallCache(t *testing.T) {
	t.Parallel()
	ring := open(t, pgtest.New(t), sealing.FixedKEK(sealing.NewKEK()), sealing.Options{Cached: 3})
	sealer := sealing.NewSealer(ring)
	subjects := make([]uuid.UUID, 10)
	for i := range subjects {
		subjects[i] = uuid.New()
	}
	if err := ring.Create(t.Context(), append(subjects, subjects...)); err != nil {
		t.Fatal(err)
	}
	var events []eventstore.Event
	sealed := make([]string, len(subjects))
	for i, s := range subjects {
		var err error
		if sealed[i], err = sealer.Seal(t.Context(), s, nil, s.String()); err != nil {
			t.Fatal(err)
		}
		events = append(events, eventstore.Event{Data: []byte(`{"A":"` + sealed[i] + `","B":"sealed1:","C":"sealed1:!"}`)})
	}
	if err := sealer.Prefetch(t.Context(), events); err != nil {
		t.Fatal(err)
	}
	for i, s := range subjects {
		if got, err := sealer.Open(t.Context(), nil, []byte(sealed[i])); err != nil || got != s.String() {
			t.Errorf("reads %q, %v", got, err)
		}
	}
}

// Prefetching makes the following reads independent of the database.
func TestPrefetchReadsAll(t *testing.T) {
	t.Parallel()
	url, kek := pgtest.URL(t), sealing.FixedKEK(sealing.NewKEK())
	writing, err := pgxpool.New(t.Context(), url)
	if err != nil {
		t.Fatal(err)
	}
	defer writing.Close()
	reading, err := pgxpool.New(t.Context(), url)
	if err != nil {
		t.Fatal(err)
	}
	writer := sealing.NewSealer(open(t, writing, kek, sealing.Options{}))
	reader := sealing.NewSealer(open(t, reading, kek, sealing.Options{Staleness: time.Hour}))
	var sealed []string
	var events []eventstore.Event
	for range 20 {
		text, err := writer.Seal(t.Context(), uuid.New(), nil, "x")
		if err != nil {
			t.Fatal(err)
		}
		sealed = append(sealed, text)
		events = append(events, eventstore.Event{Data: []byte(`{"Name":"` + text + `"}`)})
	}
	if err := reader.Prefetch(t.Context(), events); err != nil {
		t.Fatal(err)
	}
	reading.Close()
	for _, text := range sealed {
		if _, err := reader.Open(t.Context(), nil, []byte(text)); err != nil {
			t.Fatal(err)
		}
	}
}

func TestWrongKEK(t *testing.T) {
	t.Parallel()
	pool := pgtest.New(t)
	open(t, pool, sealing.FixedKEK(sealing.NewKEK()), sealing.Options{})
	empty := t.TempDir()
	for name, source := range map[string]sealing.KEKSource{
		"another": sealing.FixedKEK(sealing.NewKEK()),
		"none":    {Folder: empty},
	} {
		if _, err := sealing.Open(t.Context(), pool, source, sealing.Options{}); !errors.Is(err, sealing.ErrWrongKEK) {
			t.Errorf("%s: got %v", name, err)
		}
	}
	left, err := os.ReadDir(empty)
	if err != nil || len(left) != 0 {
		t.Errorf("a KEK was made for a ledger that has one: %v, %v", left, err)
	}
}

func TestKEKInFolder(t *testing.T) {
	t.Parallel()
	pool, folder := pgtest.New(t), filepath.Join(t.TempDir(), "share", "guishu") // which nobody has made yet
	first := open(t, pool, sealing.KEKSource{Folder: folder}, sealing.Options{})
	second := open(t, pool, sealing.KEKSource{Folder: folder}, sealing.Options{})
	if first.Ledger() != second.Ledger() || first.Ledger() == uuid.Nil {
		t.Errorf("ledgers %s, %s", first.Ledger(), second.Ledger())
	}
	info, err := os.Stat(filepath.Join(folder, "kek"))
	if err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("the file is %v, %v", info.Mode(), err)
	}
	files, err := os.ReadDir(folder)
	if err != nil || len(files) != 1 {
		t.Errorf("files left: %v, %v", files, err)
	}
}

func TestKEKFromEnvironment(t *testing.T) {
	t.Parallel()
	secret := base64.StdEncoding.EncodeToString([]byte("0123456789abcdef0123456789abcdef"))
	file := filepath.Join(t.TempDir(), "secret")
	if err := os.WriteFile(file, []byte(secret+"\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	pool := pgtest.New(t)
	for _, values := range []map[string]string{
		{"GUISHU_KEK": secret, "GUISHU_KEK_FILE": "/nowhere"},
		{"GUISHU_KEK_FILE": file},
		{"GUISHU_KEK": fmt.Sprintf("%x", "0123456789abcdef0123456789abcdef")},
	} {
		open(t, pool, sealing.KEKSource{Environment: func(name string) string { return values[name] }}, sealing.Options{})
	}
	for name, values := range map[string]map[string]string{
		"short": {"GUISHU_KEK": "c2hvcnQ="},
		"gone":  {"GUISHU_KEK_FILE": "/nowhere"},
	} {
		source := sealing.KEKSource{Environment: func(name string) string { return values[name] }}
		if _, err := sealing.Open(t.Context(), pool, source, sealing.Options{}); err == nil || strings.Contains(err.Error(), "c2hvcnQ") {
			t.Errorf("%s: got %v", name, err)
		}
	}
}

func TestKEKNeverPrints(t *testing.T) {
	t.Parallel()
	secret := "0123456789abcdef0123456789abcdef"
	kek, err := sealing.ParseKEK(fmt.Sprintf("%x", secret))
	if err != nil {
		t.Fatal(err)
	}
	out := fmt.Sprintf("%v %+v %#v %x %s", kek, sealing.FixedKEK(kek), sealing.FixedKEK(kek), kek, &kek)
	if strings.Contains(out, secret) || strings.Contains(out, fmt.Sprintf("%x", secret[:8])) || strings.Contains(out, "48, 49") || strings.Contains(out, "48 49") || strings.Contains(out, "0x30, 0x31") {
		t.Error(out)
	}
}

func TestRotateKEK(t *testing.T) {
	t.Parallel()
	pool, old, fresh := pgtest.New(t), sealing.NewKEK(), sealing.NewKEK()
	running := open(t, pool, sealing.FixedKEK(old), sealing.Options{})
	sealer := sealing.NewSealer(running)
	kept, erased := uuid.New(), uuid.New()
	sealed, err := sealer.Seal(t.Context(), kept, nil, "text")
	if err != nil {
		t.Fatal(err)
	}
	if err := running.Destroy(t.Context(), erased, "pipl-47"); err != nil {
		t.Fatal(err)
	}
	hasher, err := running.Hasher(t.Context(), sealing.ForLookups)
	if err != nil {
		t.Fatal(err)
	}

	if err := sealing.RotateKEK(t.Context(), pool, fresh, old); !errors.Is(err, sealing.ErrWrongKEK) {
		t.Errorf("rotating from a wrong KEK gives %v", err)
	}
	if err := sealing.RotateKEK(t.Context(), pool, old, fresh); err != nil {
		t.Fatal(err)
	}

	if _, err := sealing.Open(t.Context(), pool, sealing.FixedKEK(old), sealing.Options{}); !errors.Is(err, sealing.ErrWrongKEK) {
		t.Errorf("the old KEK gives %v", err)
	}
	if _, err := running.DataKey(t.Context(), uuid.New()); !errors.Is(err, sealing.ErrKEKRotated) {
		t.Errorf("a process with the old KEK makes a key: %v", err)
	}
	if _, err := running.Hasher(t.Context(), sealing.ForLookups); !errors.Is(err, sealing.ErrKEKRotated) {
		t.Errorf("a process with the old KEK reads a hash key: %v", err)
	}
	again := open(t, pool, sealing.FixedKEK(fresh), sealing.Options{})
	if got, err := sealing.NewSealer(again).Open(t.Context(), nil, []byte(sealed)); got != "text" || err != nil {
		t.Errorf("after rotation reads %q, %v", got, err)
	}
	if _, err := again.Lookup(t.Context(), erased); !errors.Is(err, eventstore.ErrErased) {
		t.Errorf("after rotation the erased subject gives %v", err)
	}
	same, err := again.Hasher(t.Context(), sealing.ForLookups)
	if err != nil || same.Hash("phone", "1") != hasher.Hash("phone", "1") {
		t.Errorf("after rotation hashes differ: %v", err)
	}
}

// A rotation cut off after the database took the new KEK is finished by the next
// start; one cut off before leaves the old KEK in force.
func TestRotateKEKFile(t *testing.T) {
	t.Parallel()
	pool, folder := pgtest.New(t), t.TempDir()
	source := sealing.KEKSource{Folder: folder}
	open(t, pool, source, sealing.Options{})
	file := filepath.Join(folder, "kek")
	before, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(file+".next", []byte(strings.Repeat("00", 32)), 0o600); err != nil { // cut off early
		t.Fatal(err)
	}
	if err := sealing.RotateKEKFile(t.Context(), pool, folder); err != nil {
		t.Fatal(err)
	}
	after, err := os.ReadFile(file)
	if err != nil || string(after) == string(before) {
		t.Fatalf("the KEK is as before: %v", err)
	}
	open(t, pool, source, sealing.Options{})

	if err := errors.Join(os.Rename(file, file+".next"), os.WriteFile(file, before, 0o600)); err != nil { // cut off late
		t.Fatal(err)
	}
	open(t, pool, source, sealing.Options{})
	if now, err := os.ReadFile(file); err != nil || string(now) != string(after) {
		t.Errorf("the change was not finished: %v", err)
	}
}

// A KEK from the environment is changed for the one that is given beside it.
func TestAKEKFromTheEnvironmentIsChangedForTheOneGiven(t *testing.T) {
	t.Parallel()
	pool := pgtest.New(t)
	variables := map[string]string{"GUISHU_KEK": strings.Repeat("01", 32)}
	source := sealing.KEKSource{Folder: t.TempDir(), Environment: func(name string) string { return variables[name] }}
	open(t, pool, source, sealing.Options{})
	if err := sealing.Rotate(t.Context(), pool, source); !errors.Is(err, sealing.ErrNoNewKEK) {
		t.Errorf("without a new one: %v", err)
	}
	variables["GUISHU_NEW_KEK"] = strings.Repeat("02", 32)
	if err := sealing.Rotate(t.Context(), pool, source); err != nil {
		t.Fatal(err)
	}
	if _, err := sealing.Open(t.Context(), pool, source, sealing.Options{}); !errors.Is(err, sealing.ErrWrongKEK) {
		t.Errorf("the old one gives %v", err)
	}
	variables["GUISHU_KEK"] = variables["GUISHU_NEW_KEK"]
	open(t, pool, source, sealing.Options{})
}

// A wrapped key put into another subject's row does not work there.
func TestSwappedRows(t *testing.T) {
	t.Parallel()
	pool, kek := pgtest.New(t), sealing.FixedKEK(sealing.NewKEK())
	ring := open(t, pool, kek, sealing.Options{})
	one, two := uuid.New(), uuid.New()
	if err := ring.Create(t.Context(), []uuid.UUID{one, two}); err != nil {
		t.Fatal(err)
	}
	_, err := pool.Exec(t.Context(),
		"UPDATE keys.subject_key SET wrapped = (SELECT wrapped FROM keys.subject_key WHERE subject = $1) WHERE subject = $2", one, two)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := open(t, pool, kek, sealing.Options{}).Lookup(t.Context(), two); err == nil || errors.Is(err, eventstore.ErrErased) {
		t.Errorf("got %v", err)
	}
}

func TestHashKeys(t *testing.T) {
	t.Parallel()
	pool, kek := pgtest.New(t), sealing.FixedKEK(sealing.NewKEK())
	ring := open(t, pool, kek, sealing.Options{})
	ctx := t.Context()
	must := func(h *sealing.Hasher, err error) *sealing.Hasher {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		return h
	}
	first := must(ring.Hasher(ctx, sealing.ForLookups))
	same := must(open(t, pool, kek, sealing.Options{}).Hasher(ctx, sealing.ForLookups))
	requests := must(ring.Hasher(ctx, sealing.ForRequests))
	second := must(ring.RotateHashKey(ctx, sealing.ForLookups))
	old := must(ring.HasherAt(ctx, sealing.ForLookups, 1))

	hash := first.Hash("phone", "+8613800000000")
	for name, equal := range map[string]bool{
		"the same ledger":    same.Hash("phone", "+8613800000000") == hash,
		"the old generation": old.Hash("phone", "+8613800000000") == hash,
	} {
		if !equal {
			t.Errorf("%s hashes differently", name)
		}
	}
	for name, equal := range map[string]bool{
		"another kind":       first.Hash("card", "+8613800000000") == hash,
		"shifted kind":       first.Hash("phone+", "8613800000000") == hash,
		"another purpose":    requests.Hash("phone", "+8613800000000") == hash,
		"another generation": second.Hash("phone", "+8613800000000") == hash,
		"another ledger":     sealing.NewHasher().Hash("phone", "+8613800000000") == hash,
	} {
		if equal {
			t.Errorf("%s hashes the same", name)
		}
	}
	if first.Generation() != 1 || second.Generation() != 2 || hash.IsZero() || len(hash.String()) != 43 {
		t.Errorf("generations %d, %d, hash %s", first.Generation(), second.Generation(), hash)
	}

	if err := ring.RetireHashKeys(ctx, sealing.ForLookups, 2); err != nil {
		t.Fatal(err)
	}
	if _, err := ring.HasherAt(ctx, sealing.ForLookups, 1); !errors.Is(err, pgx.ErrNoRows) {
		t.Errorf("a retired key gives %v", err)
	}
	if err := ring.RetireHashKeys(ctx, sealing.ForLookups, 99); err != nil {
		t.Fatal(err)
	}
	if h := must(ring.Hasher(ctx, sealing.ForLookups)); h.Generation() != 2 {
		t.Error("retiring took the newest key too")
	}
}

// Several processes open a new ledger at once: it gets one id and one KEK.
func TestConcurrentOpen(t *testing.T) {
	t.Parallel()
	pool, folder := pgtest.New(t), t.TempDir()
	ids := make([]uuid.UUID, 6)
	var all sync.WaitGroup
	for i := range ids {
		all.Go(func() {
			ring, err := sealing.Open(context.WithoutCancel(t.Context()), pool, sealing.KEKSource{Folder: folder}, sealing.Options{})
			if err != nil {
				t.Error(err)
				return
			}
			ids[i] = ring.Ledger()
		})
	}
	all.Wait()
	for _, id := range ids {
		if id != ids[0] || id == uuid.Nil {
			t.Errorf("ledgers %v", ids)
		}
	}
}
