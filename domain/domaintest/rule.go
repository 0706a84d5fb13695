// Package domaintest tests decisions the way rules are written: given events,
// when a decision is asked for, then events or a refusal.
package domaintest

import (
	"reflect"
	"testing"

	"guishu/domain"
)

// Aggregate is what every state of the domain offers.
type Aggregate[S any] interface {
	*S
	Apply(event any, fact domain.Fact)
	Clone() *S
}

// Past is an event with its fact, for rules that depend on who did something,
// when, or where it stands in the ledger. Elsewhere the bare event is enough.
type Past struct {
	Event any
	Fact  domain.Fact
}

// Rule is one rule of an aggregate with state S. Its name is the rule, with the
// requirement's id first.
type Rule[S any] struct {
	Name    string
	Given   []any // events, or Past; positions are 1, 2, 3 … unless Past says otherwise
	When    func(*S) ([]any, error)
	Then    []any       // exactly these events, in this order; nil for "nothing to do"
	Refused domain.Code // or this refusal
	At      string      // with Refused: the field it is about, if that matters
}

// Run tests each rule as a parallel subtest. Beside what the rule says it checks
// what holds for all: a decision changes nothing, and folding its events into a
// clone leaves the state alone.
func Run[S any, A Aggregate[S]](t *testing.T, rules ...Rule[S]) {
	t.Helper()
	t.Parallel()
	for _, rule := range rules {
		t.Run(rule.Name, func(t *testing.T) {
			t.Parallel()
			check[S, A](t, rule)
		})
	}
}

// Fold folds events, or Past, into a fresh state.
func Fold[S any, A Aggregate[S]](given ...any) *S {
	state := A(new(S))
	for i, event := range given {
		bare, fact := unpack(event, i)
		state.Apply(bare, fact)
	}
	return (*S)(state)
}

func unpack(event any, index int) (any, domain.Fact) {
	past, ok := event.(Past)
	if !ok {
		return event, domain.Fact{Position: domain.Position(index + 1)}
	}
	if past.Fact.Position == 0 {
		past.Fact.Position = domain.Position(index + 1)
	}
	return past.Event, past.Fact
}

func check[S any, A Aggregate[S]](t testing.TB, rule Rule[S]) {
	t.Helper()
	state, twin := Fold[S, A](rule.Given...), Fold[S, A](rule.Given...)
	events, err := rule.When(state)
	if !reflect.DeepEqual(state, twin) {
		t.Error("the decision changed the state")
	}
	switch {
	case !rule.Refused.IsZero():
		refused(t, rule, events, err)
		return
	case err != nil:
		t.Fatalf("refused: %v", err)
	case len(events) != len(rule.Then):
		t.Fatalf("events\n got %+v\nwant %+v", events, rule.Then)
	}
	clone := A(state).Clone()
	for i, event := range events {
		if !reflect.DeepEqual(event, rule.Then[i]) {
			t.Errorf("event %d\n got %T %+v\nwant %T %+v", i+1, event, event, rule.Then[i], rule.Then[i])
		}
		A(clone).Apply(event, domain.Fact{Position: domain.Position(len(rule.Given) + i + 1)})
	}
	if !reflect.DeepEqual(state, twin) {
		t.Error("folding events into a clone changed the state it came from")
	}
	if len(events) > 0 && reflect.DeepEqual(clone, state) {
		t.Error("folding the events changed nothing")
	}
}

func refused[S any](t testing.TB, rule Rule[S], events []any, err error) {
	t.Helper()
	if len(events) != 0 {
		t.Errorf("events beside a refusal: %+v", events)
	}
	refusal, ok := domain.AsError(err)
	if !ok {
		t.Fatalf("got %v, want the refusal %s", err, rule.Refused.Name())
	}
	if refusal.Code != rule.Refused {
		t.Fatalf("refused with %s at %q, want %s", refusal.Code.Name(), refusal.Field, rule.Refused.Name())
	}
	if rule.At != "" && refusal.Field != rule.At {
		t.Errorf("the refusal is about %q, want %q", refusal.Field, rule.At)
	}
}
