package esdb

import (
	"bytes"
	"encoding/json"
	"testing"
	"time"

	"pgregory.net/rapid"
)

// metadataTexts are what metadata can look like, above all what looks as if it
// had been loaded.
func metadataTexts() *rapid.Generator[[]byte] {
	piece := rapid.SampledFrom([]string{
		"{", "}", "[", "]", " ", "\n", ",", ":", `"a"`, "1", `"`, "null", `"$recordedAt":"`, `"$recordedAt":""`, `"$recordedAt":"2026-03-01T01:30:00.5Z"`,
		`,"$recordedAt":"2026-03-01T01:30:00Z"}`, `{"$metadata":"`, `{"$metadata":"aGVsbG8="`, "aGVsbG8=", "\xff", `"}`, `{"a":1`, `{"a":{}`,
	})
	return rapid.Custom(func(t *rapid.T) []byte {
		var text []byte
		for _, part := range rapid.SliceOfN(piece, 0, 8).Draw(t, "pieces") {
			text = append(text, part...)
		}
		if rapid.Bool().Draw(t, "loaded before") {
			text, _ = addRecordedAt(text, time.Unix(rapid.Int64Range(0, 1<<32).Draw(t, "before"), 0))
		}
		return text
	})
}

func TestWhatIsAddedToMetadataIsTakenOffExactly(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		metadata := metadataTexts().Draw(t, "metadata")
		at := time.Unix(rapid.Int64Range(-1<<34, 1<<34).Draw(t, "seconds"), rapid.Int64Range(0, 999_999_999).Draw(t, "nanoseconds")).UTC()
		loaded, ok := addRecordedAt(metadata, at)
		if !ok || !json.Valid(loaded) {
			t.Fatalf("%q became %q", metadata, loaded)
		}
		stripped, gotAt, wasLoaded := stripRecordedAt(loaded)
		if !wasLoaded || !bytes.Equal(stripped, metadata) || !gotAt.Equal(at) {
			t.Fatalf("%q came back as %q, recorded at %s, want %s", metadata, stripped, gotAt, at)
		}
	})
}

func TestMetadataThatIsAppendedIsReadAsItIs(t *testing.T) {
	t.Parallel()
	looked := false
	rapid.Check(t, func(t *rapid.T) {
		metadata := metadataTexts().Draw(t, "metadata")
		escaped := escapeRecordedAt(metadata)
		looked = looked || !bytes.Equal(escaped, metadata)
		stripped, at, _ := stripRecordedAt(escaped)
		if !bytes.Equal(stripped, metadata) || !at.IsZero() {
			t.Fatalf("%q came back as %q, recorded at %s", metadata, stripped, at)
		}
	})
	if !looked {
		t.Error("no metadata looked as if it had been loaded: the test tests nothing")
	}
}

func TestRecordedTimesLookLikeThis(t *testing.T) {
	t.Parallel()
	at := time.Date(2026, 3, 1, 1, 30, 0, 123456000, time.UTC)
	for metadata, want := range map[string]string{
		"":              `{"$recordedAt":"2026-03-01T01:30:00.123456Z"}`,
		"{}":            `{ "$recordedAt":"2026-03-01T01:30:00.123456Z"}`,
		`{"a":1}`:       `{"a":1,"$recordedAt":"2026-03-01T01:30:00.123456Z"}`,
		"{\"a\":1\n}\n": "{\"a\":1\n,\"$recordedAt\":\"2026-03-01T01:30:00.123456Z\"}\n",
		"hello":         `{"$metadata":"aGVsbG8=","$recordedAt":"2026-03-01T01:30:00.123456Z"}`,
		"[{}]":          `{"$metadata":"W3t9XQ==","$recordedAt":"2026-03-01T01:30:00.123456Z"}`,
		`{"a":1}, "b"}`: `{"$metadata":"eyJhIjoxfSwgImIifQ==","$recordedAt":"2026-03-01T01:30:00.123456Z"}`,
	} {
		if got, _ := addRecordedAt([]byte(metadata), at); string(got) != want {
			t.Errorf("%q became %s, want %s", metadata, got, want)
		}
	}
}

func TestATimeBeyondTheCalendarCannotBeCarried(t *testing.T) {
	t.Parallel()
	if got, ok := addRecordedAt(nil, time.Date(10_000, 1, 1, 0, 0, 0, 0, time.UTC)); ok {
		t.Errorf("got %s", got)
	}
}
