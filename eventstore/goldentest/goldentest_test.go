package goldentest

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"

	"guishu/domain"
	"guishu/eventstore"
)

// movedV1 is the first shape of moved, which had one word for the place.
type movedV1 struct {
	Person  uuid.UUID
	Name    domain.Personal
	Address string
}

// moved is an event in its second version.
type moved struct {
	Person uuid.UUID
	Name   domain.Personal
	City   string
	Street string
	On     time.Time
}

func (e moved) Subject() domain.SubjectID { return domain.SubjectOf(e.Person) }

// left has a field more and a field less than it will turn out it should.
type left struct {
	Person  uuid.UUID
	Reasons []string
}

func registryOf(t *testing.T, types ...domain.EventType) *eventstore.Registry {
	t.Helper()
	registry, err := eventstore.NewRegistry(types)
	if err != nil {
		t.Fatal(err)
	}
	return registry
}

func full(t *testing.T) *eventstore.Registry {
	return registryOf(t,
		domain.UpcastEvent("test.moved", 1, func(e movedV1) moved {
			city, street, _ := strings.Cut(e.Address, " ")
			return moved{Person: e.Person, Name: e.Name, City: city, Street: street}
		}),
		domain.DescribeEvent[moved]("test.moved", 2),
		domain.DescribeEvent[left]("test.left", 1))
}

var person = uuid.MustParse("018f5c3e-0000-7000-8000-000000000001")

func samples() []any {
	return []any{
		moved{Person: person, Name: domain.NewPersonal("赵明"), City: "南京", Street: "中山路1号", On: time.Date(2026, 3, 1, 0, 0, 0, 0, time.UTC)},
		Older(1, moved{Person: person, Name: domain.NewPersonal("赵明"), City: "南京", Street: "中山路1号"}),
		left{Person: person, Reasons: []string{"moved abroad"}},
	}
}

// Every released version reads as it should: the package's own golden files.
func TestReleasedVersionsRead(t *testing.T) {
	t.Parallel()
	Check(t, full(t), "testdata/released", samples()...)
}

func TestGoldenFilesHoldNothingInClear(t *testing.T) {
	t.Parallel()
	data, err := os.ReadFile("testdata/released/test.moved.v2.json")
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Contains(data, []byte(`"Name": "sealed1:`)) || bytes.Contains(data, []byte("赵")) {
		t.Errorf("%s", data)
	}
}

// Each thing that can go wrong is put in, and the check must name it.
func TestCheckCatches(t *testing.T) {
	t.Parallel()
	cases := map[string]struct {
		spoil    func(t *testing.T, dir string)
		registry func(t *testing.T) *eventstore.Registry
		samples  func() []any
		want     string
	}{
		"a missing file": {
			spoil: func(t *testing.T, dir string) { remove(t, dir, "test.left.v1.json") },
			want:  "test.left.v1.json is missing",
		},
		"a missing file of an older version": {
			spoil: func(t *testing.T, dir string) { remove(t, dir, "test.moved.v1.json") },
			want:  "test.moved.v1.json is missing",
		},
		"a changed file": {
			spoil: func(t *testing.T, dir string) {
				replace(t, dir, "test.left.v1.json", `"Reasons": [`, `"Grounds": [`)
			},
			want: "- \t\"Grounds\": [\n+ \t\"Reasons\": [",
		},
		"a sealed text that was changed": {
			spoil: func(t *testing.T, dir string) {
				replace(t, dir, "test.moved.v1.json", `"Name": "sealed1:AY9`, `"Name": "sealed1:BY9`)
			},
			want: "test.moved.v1.json: event",
		},
		"a file of a type that is gone": {
			spoil: func(t *testing.T, dir string) {
				if err := os.WriteFile(filepath.Join(dir, "test.gone.v1.json"), []byte("{}"), 0o600); err != nil {
					t.Fatal(err)
				}
			},
			want: "test.gone.v1.json was released but is not registered",
		},
		"an upcaster that loses something": {
			registry: func(t *testing.T) *eventstore.Registry {
				return registryOf(t,
					domain.UpcastEvent("test.moved", 1, func(e movedV1) moved { return moved{Person: e.Person} }),
					domain.DescribeEvent[moved]("test.moved", 2), domain.DescribeEvent[left]("test.left", 1))
			},
			want: "test.moved.v1.json reads as",
		},
		"a type without a sample": {
			samples: func() []any { return samples()[:2] },
			want:    "no sample of goldentest.left",
		},
		"an older version without an expectation": {
			samples: func() []any { return []any{samples()[0], samples()[2]} },
			want:    "no Older(1, …)",
		},
		"a sample with a field unset": {
			samples: func() []any { return []any{samples()[0], samples()[1], left{Person: person, Reasons: []string{""}}} },
			want:    "field test.left.Reasons[0] is not set",
		},
		"a sample of nothing known": {
			samples: func() []any { return append(samples(), movedV1{}) },
			want:    "movedV1 is not a registered event",
		},
		"two samples of a type": {
			samples: func() []any { return append(samples(), samples()[2]) },
			want:    "test.left.v1.json: two samples",
		},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			dir := t.TempDir()
			if err := os.CopyFS(dir, os.DirFS("testdata/released")); err != nil {
				t.Fatal(err)
			}
			registry, given := full(t), samples()
			if c.registry != nil {
				registry = c.registry(t)
			}
			if c.samples != nil {
				given = c.samples()
			}
			if c.spoil != nil {
				c.spoil(t, dir)
			}
			faults := golden{dir: dir}.check(registry, given)
			var all strings.Builder
			for _, fault := range faults {
				all.WriteString(fault.Error() + "\n")
			}
			if !strings.Contains(all.String(), c.want) {
				t.Errorf("want %q in\n%s", c.want, all.String())
			}
		})
	}
}

// Updating writes what is missing and leaves what was released as it is.
func TestUpdateWritesOnlyMissing(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	if err := os.CopyFS(dir, os.DirFS("testdata/released")); err != nil {
		t.Fatal(err)
	}
	remove(t, dir, "test.moved.v2.json")
	replace(t, dir, "test.left.v1.json", `"Reasons"`, `"Grounds"`)

	if faults := (golden{dir: dir, write: true}).check(full(t), samples()); len(faults) != 1 {
		t.Errorf("want the changed file only, got %v", faults)
	}
	if got := read(t, dir, "test.moved.v2.json"); got != read(t, "testdata/released", "test.moved.v2.json") {
		t.Errorf("the missing file was written as\n%s", got)
	}
	if !strings.Contains(read(t, dir, "test.left.v1.json"), "Grounds") {
		t.Error("a released file was written over")
	}
	if faults := (golden{dir: dir, write: true, overwrite: true}).check(full(t), samples()); len(faults) != 0 {
		t.Errorf("forced, yet %v", faults)
	}
	if !strings.Contains(read(t, dir, "test.left.v1.json"), "Reasons") {
		t.Error("an unreleased file was not written anew")
	}
}

func read(t *testing.T, dir, file string) string {
	t.Helper()
	data, err := os.ReadFile(filepath.Join(dir, file))
	if err != nil {
		t.Fatal(err)
	}
	return string(data)
}

func remove(t *testing.T, dir, file string) {
	t.Helper()
	if err := os.Remove(filepath.Join(dir, file)); err != nil {
		t.Fatal(err)
	}
}

func replace(t *testing.T, dir, file, old, now string) {
	t.Helper()
	text := read(t, dir, file)
	if !strings.Contains(text, old) {
		t.Fatalf("%s has no %s:\n%s", file, old, text)
	}
	if err := os.WriteFile(filepath.Join(dir, file), []byte(strings.Replace(text, old, now, 1)), 0o600); err != nil {
		t.Fatal(err)
	}
}
