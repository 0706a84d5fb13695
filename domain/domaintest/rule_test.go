package domaintest

import (
	"strings"
	"testing"

	"guishu/domain"
)

type raised struct{ By int }

type counter struct {
	Total int
	Log   []int
}

func (c *counter) Apply(event any, _ domain.Fact) {
	if e, ok := event.(raised); ok {
		c.Total += e.By
		c.Log = append(c.Log, e.By)
	}
}

func (c *counter) Clone() *counter {
	clone := *c
	clone.Log = append([]int(nil), c.Log...)
	return &clone
}

// shallow forgets to copy what its clones change.
type shallow struct{ Marks map[string]bool }

func (s *shallow) Apply(any, domain.Fact) {
	if s.Marks == nil {
		s.Marks = map[string]bool{}
	}
	s.Marks["x"] = len(s.Marks) > 0
}

func (s *shallow) Clone() *shallow { clone := *s; return &clone }

// failures collects what check reports instead of failing the test.
type failures struct {
	testing.TB
	said []string
}

func (f *failures) Helper() {}
func (f *failures) Errorf(format string, _ ...any) {
	f.said = append(f.said, format)
}
func (f *failures) Error(args ...any) { f.said = append(f.said, args[0].(string)) }
func (f *failures) Fatalf(format string, _ ...any) {
	f.said = append(f.said, format)
	panic(f)
}

func failing[S any, A Aggregate[S]](t *testing.T, rule Rule[S]) (said string) {
	t.Helper()
	f := &failures{TB: t}
	defer func() {
		if stopped := recover(); stopped != nil && stopped != any(f) {
			panic(stopped)
		}
		said = strings.Join(f.said, "; ")
	}()
	check[S, A](f, rule)
	return ""
}

func TestRule(t *testing.T) {
	Run(t,
		Rule[counter]{
			Name:  "the events of a decision are compared in order",
			Given: []any{raised{1}, Past{Event: raised{2}}},
			When:  func(c *counter) ([]any, error) { return []any{raised{c.Total}}, nil },
			Then:  []any{raised{3}},
		},
		Rule[counter]{
			Name:    "a refusal is compared by code and field",
			When:    func(*counter) ([]any, error) { return nil, domain.ErrFormRequired.At("name") },
			Refused: domain.ErrFormRequired, At: "name",
		},
	)
}

// Each fault that check guards against is put in, and check must say so.
func TestRuleReportsFaults(t *testing.T) {
	t.Parallel()
	faults := []struct {
		fault, said string
		of          func() string
	}{
		{"other events", "event %d", func() string {
			return failing(t, Rule[counter]{When: func(*counter) ([]any, error) { return []any{raised{2}}, nil }, Then: []any{raised{1}}})
		}},
		{"too few events", "got %+v", func() string {
			return failing(t, Rule[counter]{When: func(*counter) ([]any, error) { return nil, nil }, Then: []any{raised{1}}})
		}},
		{"a refusal", "refused: %v", func() string {
			return failing(t, Rule[counter]{When: func(*counter) ([]any, error) { return nil, domain.ErrFormValue }, Then: []any{raised{1}}})
		}},
		{"another refusal", "refused with %s", func() string {
			return failing(t, Rule[counter]{When: func(*counter) ([]any, error) { return nil, domain.ErrFormValue }, Refused: domain.ErrFormRequired})
		}},
		{"no refusal", "want the refusal", func() string {
			return failing(t, Rule[counter]{When: func(*counter) ([]any, error) { return nil, nil }, Refused: domain.ErrFormRequired})
		}},
		{"a refusal about another field", "the refusal is about", func() string {
			return failing(t, Rule[counter]{When: func(*counter) ([]any, error) { return nil, domain.ErrFormValue.At("b") }, Refused: domain.ErrFormValue, At: "a"})
		}},
		{"events beside a refusal", "events beside a refusal", func() string {
			return failing(t, Rule[counter]{When: func(*counter) ([]any, error) { return []any{raised{1}}, domain.ErrFormValue }, Refused: domain.ErrFormValue})
		}},
		{"a decision that changes the state", "the decision changed", func() string {
			return failing(t, Rule[counter]{When: func(c *counter) ([]any, error) { c.Total++; return nil, nil }})
		}},
		{"a shallow clone", "changed the state it came from", func() string {
			return failing(t, Rule[shallow]{Given: []any{1}, When: func(*shallow) ([]any, error) { return []any{2}, nil }, Then: []any{2}})
		}},
		{"an event that changes nothing", "changed nothing", func() string {
			return failing(t, Rule[counter]{When: func(*counter) ([]any, error) { return []any{raised{}, "unknown"}[1:], nil }, Then: []any{"unknown"}})
		}},
	}
	for _, f := range faults {
		if said := f.of(); !strings.Contains(said, f.said) {
			t.Errorf("%s: check said %q, want %q in it", f.fault, said, f.said)
		}
	}
}
