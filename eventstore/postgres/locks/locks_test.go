package locks_test

import (
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"guishu/eventstore/postgres/locks"
	"guishu/internal/pgtest"
)

var taken = regexp.MustCompile(`pg_(try_)?advisory_`)

// root is the repository's folder, seen from here.
const root = "../../.."

// Every lock is in this table: nowhere else does the program take one.
func TestAdvisoryLocksAreTakenThroughTheTableOnly(t *testing.T) {
	t.Parallel()
	files := 0
	err := filepath.WalkDir(root, func(path string, entry fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if entry.IsDir() && strings.HasPrefix(entry.Name(), ".") && path != root {
			return filepath.SkipDir
		}
		extension := filepath.Ext(path)
		if entry.IsDir() || extension != ".go" && extension != ".sql" || path == filepath.Join(root, "eventstore/postgres/locks/locks.go") {
			return nil
		}
		text, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		files++
		if found := taken.Find(text); found != nil && !strings.HasSuffix(path, "locks_test.go") {
			t.Errorf("%s takes an advisory lock by itself: %s…", path, found)
		}
		return nil
	})
	if err != nil || files < 500 {
		t.Errorf("%d files were looked at, %v", files, err)
	}
}

// What is looked for is found in the table itself.
func TestTheSearchForAdvisoryLocksFindsThem(t *testing.T) {
	t.Parallel()
	text, err := os.ReadFile("locks.go")
	if err != nil || len(taken.FindAll(text, -1)) != 4 {
		t.Errorf("found %q, %v", taken.FindAll(text, -1), err)
	}
}

// Another version of the program may run on the same database: the numbers that it
// knows stay as they are.
func TestNumbersOfLocksStayAsTheyAre(t *testing.T) {
	t.Parallel()
	pool := pgtest.New(t)
	numbers := map[locks.Lock]int64{
		locks.LedgerSchema: 0x67756973687501, locks.ReadSchema: 0x6775697368750001, locks.ReactionSchema: 0x6775697368750002,
		locks.AuthSchema: 0x6775697368750003, locks.IDSchema: 0x6775697368750007, locks.Origin: 0x6775697368750008,
		locks.ParkingSchema: 0x6775697368750009, locks.RegistrySchema: 0x677569736875000a,
		locks.KeySchema: -50385243190332834, locks.DemoSchema: -42331835275041490,
		locks.Consumer("promote-customer"): 3770935247456360476, locks.ReadModel("customers", 3): -3706165467611951509, locks.Import("firm"): -8547557993046431982,
	}
	for lock, want := range numbers {
		if got, err := lock.Number(t.Context(), pool); err != nil || got != want {
			t.Errorf("%+v has the number %d, %v, want %d", lock, got, err, want)
		}
	}
	for _, lock := range locks.All() {
		if _, known := numbers[lock]; !known {
			t.Errorf("%+v is not compared", lock)
		}
	}
}

// A lock keeps another session out until it is let go of.
func TestALockKeepsOthersOut(t *testing.T) {
	t.Parallel()
	for name, lock := range map[string]locks.Lock{"of a number": locks.Consumer("a"), "of a text": locks.Import("a")} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			pool := pgtest.New(t)
			holder, err := pool.Acquire(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			defer holder.Release()
			if seized, err := lock.Seize(t.Context(), holder); err != nil || !seized {
				t.Fatalf("a free lock: %t, %v", seized, err)
			}
			other, err := pool.Begin(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			defer func() { _ = other.Rollback(t.Context()) }()
			if got, err := lock.Try(t.Context(), other); err != nil || got {
				t.Errorf("a lock that another session holds: %t, %v", got, err)
			}
			if err := lock.Release(t.Context(), holder); err != nil {
				t.Fatal(err)
			}
			if got, err := lock.Try(t.Context(), other); err != nil || !got {
				t.Errorf("a lock that was let go of: %t, %v", got, err)
			}
		})
	}
}
