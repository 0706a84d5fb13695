package demo_test

import (
	"crypto/sha256"
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"

	"guishu/commands/ledger"
	"guishu/domain"
	"guishu/eventstore"
	"guishu/internal/app"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
)

// content is what a ledger says, apart from when and in which order across
// streams: for every event its stream, id, author, stated time and data in clear.
type content map[string]string

// read takes the whole ledger in.
func read(t *testing.T, a *app.App) content {
	t.Helper()
	told := content{}
	for recorded, err := range a.Store.ReadAll(t.Context(), eventstore.AllQuery{}) {
		if err != nil {
			t.Fatal(err)
		}
		if !ledger.OwnsStream(recorded.Stream) {
			t.Errorf("the stream %s does not pass for the ledger's own", recorded.Stream)
		}
		decoded, err := a.Codec.Decode(t.Context(), recorded)
		if err != nil {
			t.Fatal(err)
		}
		stream, revision := string(recorded.Stream), fmt.Sprint(recorded.Revision)
		if strings.HasPrefix(stream, "lookup-") {
			// A day's look-ups by one person stand in the order they came in.
			stream, revision = "lookup", ""
		}
		meta := decoded.Metadata
		told[recorded.ID.String()] = fmt.Sprintf("%s %s %s by %s at %v under %s: %s",
			stream, revision, recorded.Type, meta.Actor, meta.EffectiveAt.UTC(), meta.MigrationBatch, plain(t, decoded.Event))
	}
	return told
}

// plain writes an event in clear, without what depends on when and at which
// position it was recorded.
func plain(t *testing.T, event any) string {
	t.Helper()
	clear := json.MarshalToFunc(func(to *jsontext.Encoder, p domain.Personal) error {
		return to.WriteToken(jsontext.String(p.Reveal()))
	})
	text, err := json.Marshal(event, json.WithMarshalers(clear))
	if err != nil {
		t.Fatal(err)
	}
	var fields any
	if err := json.Unmarshal(text, &fields); err != nil {
		t.Fatal(err)
	}
	text, err = json.Marshal(steady(fields), json.Deterministic(true))
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// unsteady are the fields of an attribution that name positions, times, and the
// hash over them.
var unsteady = []string{
	"Position", "EntryPosition", "EntryTime", "InputsHash", "Decision", "Supersedes", "position", "handler-position", "contact-position", "earliest-position", "entered",
}

func steady(value any) any {
	switch v := value.(type) {
	case map[string]any:
		if name, is := v["Name"].(string); is && slices.Contains(unsteady, name) {
			return nil
		}
		for _, name := range unsteady {
			delete(v, name)
		}
		for name, field := range v {
			v[name] = steady(field)
		}
	case []any:
		for i := range v {
			v[i] = steady(v[i])
		}
		if len(v) > 0 {
			if input, is := v[0].(map[string]any); is && input["Event"] != nil && input["Type"] != nil {
				return len(v) // the order of inputs is that of their positions
			}
		}
	}
	return value
}

func (c content) hash() string {
	sum := sha256.New()
	for _, id := range slices.Sorted(maps.Keys(c)) {
		fmt.Fprintln(sum, id, c[id])
	}
	return fmt.Sprintf("%x", sum.Sum(nil))
}

// same fails the test with the first events that differ.
func same(t *testing.T, got, want content) {
	t.Helper()
	if got.hash() == want.hash() {
		return
	}
	shown := 0
	for _, id := range slices.Sorted(maps.Keys(want)) {
		if got[id] != want[id] && shown < 5 {
			t.Errorf("event %s\n got  %s\n want %s", id, got[id], want[id])
			shown++
		}
	}
	for _, id := range slices.Sorted(maps.Keys(got)) {
		if _, known := want[id]; !known && shown < 8 {
			t.Errorf("event %s is too many: %s", id, got[id])
			shown++
		}
	}
	t.Errorf("%d events, want %d", len(got), len(want))
}

// types counts the events of each type.
func types(t *testing.T, a *app.App) map[string]int {
	t.Helper()
	counts := map[string]int{}
	for recorded, err := range a.Store.ReadAll(t.Context(), eventstore.AllQuery{}) {
		if err != nil {
			t.Fatal(err)
		}
		counts[recorded.Type]++
	}
	return counts
}
