package gateway

import (
	"errors"
	"regexp"
	"slices"
	"strings"
	"testing"

	"guishu/eventstore"
	"guishu/eventstore/gateway/expression"
)

func TestExpressionsTheStoreCanDo(t *testing.T) {
	t.Parallel()
	cases := []struct {
		byStream          bool
		expression        string
		types, beginnings []string
	}{
		{false, `^(?:customer\.registered|customer\.linked|payment\.confirmed)$`,
			[]string{"customer.registered", "customer.linked", "payment.confirmed"}, nil},
		{false, `^customer\.registered$`, []string{"customer.registered"}, nil},
		{false, `^(a|b)(c|d)?$`, []string{"ac", "bc", "ad", "bd", "a", "b"}, nil},
		{false, `^[ab]x\z`, []string{"ax", "bx"}, nil},
		{true, `^(?:customer-|payment-)`, nil, []string{"customer-", "payment-"}},
		{true, `^customer-.*`, nil, []string{"customer-"}},
		{true, `^customer-`, nil, []string{"customer-"}},
		// What the store cannot do is left to the expression.
		{false, `customer\.registered`, nil, nil},
		{false, `^customer\.`, nil, nil},
		{false, `(?i)^a$`, nil, nil},
		{false, `^[^$].*`, nil, nil},
		{false, `^$`, nil, nil},
		{false, `^(?:a|)$`, nil, nil},
		{true, `^`, nil, nil},
		{true, `^.*`, nil, nil},
		{true, `^a.*b`, nil, nil},
		{true, `customer`, nil, nil},
		{true, `^customer-\d+$`, nil, nil},
		{true, `^` + strings.Repeat("[abc]", 12), nil, nil},
		{true, `(?m)^a`, nil, nil},
		{true, `^(?i:a)`, nil, nil},
		{true, `^a|b`, nil, nil},
		{true, `^a+`, nil, nil},
	}
	for _, c := range cases {
		f, err := newEventFilter(c.byStream, c.expression, nil)
		if err != nil {
			t.Fatalf("%s: %v", c.expression, err)
		}
		got := [2][]string{f.pushed.Types, f.pushed.StreamPrefixes}
		want := [2][]string{c.types, c.beginnings}
		for i := range got {
			slices.Sort(got[i])
			slices.Sort(want[i])
			if !slices.Equal(got[i], want[i]) {
				t.Errorf("%s (by stream: %v) is handed to the store as %v, want %v", c.expression, c.byStream, got, want)
			}
		}
		if f.exact != !f.pushed.IsZero() {
			t.Errorf("%s: exact is %v", c.expression, f.exact)
		}
	}
}

// FuzzFilter holds every filter to what the expression says, whoever applies it.
func FuzzFilter(f *testing.F) {
	for _, expression := range []string{`^(?:a|b)$`, `^a.*`, `^[^\$].*`, `^[^$].*`, `^(ab?|c)`, `x$`, `(?s)^a.*`, `^a(?i:b)$`, `^\x{10FFFF}?a$`, "^a\n$"} {
		for _, name := range []string{"a", "ab", "AB", "$a", "", "a\nb", "\na", "cx", "\n"} {
			f.Add(expression, name, true)
			f.Add(expression, name, false)
		}
	}
	f.Fuzz(func(t *testing.T, expression, name string, byStream bool) {
		if expression == "" || hidden(eventstore.Stream(name)) {
			return
		}
		compiled, err := regexp.Compile(expression)
		filter, errFilter := newEventFilter(byStream, expression, nil)
		if errors.Is(errFilter, errLargeFilter) {
			return
		}
		if (err == nil) != (errFilter == nil) {
			t.Fatalf("%v, %v", err, errFilter)
		}
		if err != nil {
			return
		}
		event := eventstore.Event{Stream: "other", Type: name}
		if byStream {
			event = eventstore.Event{Stream: eventstore.Stream(name), Type: "other"}
		}
		for range 2 {
			got := filter.store().Keeps(event.Stream, event.Type) && kept(filter, &event)
			if want := compiled.MatchString(name); got != want {
				t.Fatalf("%q keeps %q: %v, want %v (the store does %+v)", expression, name, got, want, filter.pushed)
			}
		}
	})
}

// kept says whether a filter keeps an event whose name is matched in time.
func kept(f *eventFilter, event *eventstore.Event) bool {
	kept, err := f.keeps(event)
	return kept && err == nil
}

func TestPrefixes(t *testing.T) {
	t.Parallel()
	customer := eventstore.Event{Stream: "customer-1", Type: "customer.registered"}
	system := eventstore.Event{Stream: "$$customer-1", Type: "$metadata"}
	cases := []struct {
		byStream         bool
		prefixes         []string
		customer, system bool
	}{
		{true, []string{"customer-", "x"}, true, false},
		{true, []string{"payment-"}, false, false},
		{true, []string{""}, true, true},
		{true, []string{"payment-", ""}, true, true},
		{true, []string{strings.Repeat("x", 600)}, false, false},
		{true, nil, false, false},
		{false, []string{"customer.", "payment."}, true, false},
		{false, []string{"$"}, false, true},
		{false, nil, false, false},
	}
	for _, c := range cases {
		f, err := newEventFilter(c.byStream, "", c.prefixes)
		if err != nil {
			t.Fatal(err)
		}
		keeps := func(event eventstore.Event) bool {
			return f.store().Keeps(event.Stream, event.Type) && kept(f, &event)
		}
		if keeps(customer) != c.customer || keeps(system) != c.system {
			t.Errorf("%+v: customer %v, system %v", c, keeps(customer), keeps(system))
		}
	}
}

func TestHiddenStreams(t *testing.T) {
	t.Parallel()
	for stream, want := range map[eventstore.Stream]bool{
		"$epoch-information":                             true,
		"$persistentsubscription-$all::group-checkpoint": true,
		"$persistentsubscription-$all::group-parked":     true,
		"$persistentsubscription-one::group-parked":      false,
		"$persistentsubscription-$all::group":            false,
		"$$customer-1":                                   false, "$settings": false, "customer-1": false, "": false,
	} {
		event := eventstore.Event{Stream: stream}
		var all *eventFilter
		if hidden(stream) != want || kept(all, &event) == want {
			t.Errorf("%q is hidden: %v, want %v", stream, hidden(stream), want)
		}
	}
}

// TestFiltersAreBounded: whoever asks for much is told so at once; what lists all
// types of a large ledger is not much.
func TestFiltersAreBounded(t *testing.T) {
	t.Parallel()
	names := strings.Repeat("somebody.registered|", 500)
	for _, c := range []struct {
		expression string
		prefixes   []string
		large      bool
	}{
		{strings.Repeat("x", expression.MaxBytes+1), nil, true},
		{strings.Repeat("a{1000}", 100), nil, true},
		{"", make([]string, maxPrefixes+1), true},
		{"^(?:" + names + "last)$", nil, false},
		{"", make([]string, maxPrefixes), false},
	} {
		if _, err := newEventFilter(true, c.expression, c.prefixes); errors.Is(err, errLargeFilter) != c.large {
			t.Errorf("%.20s… and %d prefixes: %v", c.expression, len(c.prefixes), err)
		}
	}
}

func TestMalformedExpression(t *testing.T) {
	t.Parallel()
	if _, err := newEventFilter(true, "(", nil); err == nil {
		t.Error("a malformed expression was taken")
	}
}
