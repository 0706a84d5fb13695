package transfer_test

import (
	"bytes"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"guishu/eventstore"
	"guishu/eventstore/transfer"

	"github.com/go-json-experiment/json"
	"github.com/google/uuid"
	"pgregory.net/rapid"
)

// drawn is any event that a store may hold.
func drawn(r *rapid.T) eventstore.Loaded {
	anyBytes := rapid.OneOf(
		rapid.SliceOf(rapid.Byte()),
		rapid.Map(rapid.String(), func(s string) []byte { return []byte(s) }),
		rapid.SampledFrom([][]byte{{}, []byte(`{"a":1}`), []byte("\u2028\u2029\ufffd"), []byte("\x00\n\r\"\\"), []byte("\xed\xa0\x80"), []byte(`"crc32c":"00000000"}`)}),
	)
	name := rapid.StringN(1, 40, 512).Filter(func(s string) bool {
		return len(s) > 0 && len(s) <= eventstore.MaxNameBytes && utf8.ValidString(s) && !strings.Contains(s, "\x00")
	})
	return eventstore.Loaded{
		Scope: eventstore.IDScope(rapid.IntRange(0, 1).Draw(r, "scope")),
		Event: eventstore.Event{
			Position: eventstore.Position(rapid.Int64Min(0).Draw(r, "position")), Stream: eventstore.Stream(name.Draw(r, "stream")),
			Revision: eventstore.Revision(rapid.Int64Min(0).Draw(r, "revision")), ID: uuid.New(), Type: name.Draw(r, "type"),
			RecordedAt: time.UnixMicro(rapid.Int64Range(-62_135_596_800_000_000, 253_402_300_799_999_999).Draw(r, "time")).UTC(),
			Data:       anyBytes.Draw(r, "data"), Metadata: anyBytes.Draw(r, "metadata"), Binary: rapid.Bool().Draw(r, "binary"),
		},
	}
}

func TestEveryEventComesBackAsItWas(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(r *rapid.T) {
		event := drawn(r)
		line, err := transfer.AppendEvent(nil, &event)
		if err != nil {
			r.Fatal(err)
		}
		if bytes.IndexByte(line, '\n') >= 0 {
			r.Fatalf("the line has an end inside: %q", line)
		}
		var asJSON map[string]any
		if err := json.Unmarshal(line, &asJSON); err != nil {
			r.Fatalf("the line is not JSON: %v", err)
		}
		back, err := transfer.ParseEvent(line)
		if err != nil {
			r.Fatal(err)
		}
		if !back.Equal(event.Event) || back.Position != event.Position || back.Scope != event.Scope {
			r.Fatalf("got %+v, want %+v", back, event)
		}
	})
}

// Whatever single byte of a line is changed, it is noticed.
func TestAnAlteredLineIsNoticed(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(r *rapid.T) {
		event := drawn(r)
		line, err := transfer.AppendEvent(nil, &event)
		if err != nil {
			r.Fatal(err)
		}
		at := rapid.IntRange(0, len(line)-1).Draw(r, "at")
		to := rapid.Byte().Draw(r, "to")
		if to == line[at] || 'A' <= to && to <= 'F' && at >= len(line)-10 {
			return // unchanged, but for a checksum's letter in upper case
		}
		line[at] = to
		if back, err := transfer.ParseEvent(line); err == nil {
			r.Fatalf("byte %d became %q and nobody noticed: %+v", at, to, back)
		}
	})
}

func TestWhatIsNoEventsLineIsRefused(t *testing.T) {
	t.Parallel()
	event := eventstore.Loaded{Event: eventstore.Event{Stream: "s", ID: uuid.New(), Type: "t", RecordedAt: time.Unix(0, 0)}}
	good, err := transfer.AppendEvent(nil, &event)
	if err != nil {
		t.Fatal(err)
	}
	body := string(good[:bytes.Index(good, []byte(`,"crc32c"`))])
	if _, err := transfer.ParseEvent(transfer.Sign(body)); err != nil {
		t.Fatalf("the line as it was: %v", err)
	}
	for name, spoilt := range map[string]string{
		"an unknown member":      body + `,"more":1`,
		"a member twice":         body + `,"stream":"s"`,
		"data in both forms":     body + `,"data_base64":""`,
		"no data":                strings.Replace(body, `,"data":""`, ``, 1),
		"data embedded":          strings.Replace(body, `"data":""`, `"data":{}`, 1),
		"wrong base64":           strings.Replace(body, `"data":""`, `"data_base64":"*"`, 1),
		"no position":            strings.Replace(body, `"position":0`, `"position":null`, 1),
		"position of text":       strings.Replace(body, `"position":0`, `"position":"0"`, 1),
		"a position too large":   strings.Replace(body, `"position":0`, `"position":9223372036854775808`, 1),
		"another scope":          strings.Replace(body, `"stream","data`, `"world","data`, 1),
		"another form of time":   strings.Replace(body, `1970-01-01T00:00:00.000000Z`, `1970-01-01T00:00:00Z`, 1),
		"an id that is none":     strings.Replace(body, event.ID.String(), "nobody", 1),
		"the wrong letter case":  strings.Replace(body, `"type"`, `"Type"`, 1),
		"not JSON":               body + `,`,
		"an array":               `[`,
		"text that is not UTF-8": strings.Replace(body, `"type":"t"`, "\"type\":\"\xff\"", 1),
	} {
		if spoilt == body {
			t.Fatalf("%s: nothing was changed", name)
		}
		if back, err := transfer.ParseEvent(transfer.Sign(spoilt)); err == nil {
			t.Errorf("%s is taken: %+v", name, back)
		}
	}
	for _, short := range []string{"", "{}", `,"crc32c":"00000000"}`, body + "}"} {
		if _, err := transfer.ParseEvent([]byte(short)); err == nil {
			t.Errorf("%q is taken", short)
		}
	}
}

func FuzzParseEvent(f *testing.F) {
	f.Add([]byte(`{"position":1,"stream":"s","revision":0,"id":"6ba7b810-9dad-11d1-80b4-00c04fd430c8","type":"t","recorded_at":"2026-01-02T03:04:05.000006Z","scope":"store","data":"{}","metadata_base64":"/w=="`))
	f.Fuzz(func(t *testing.T, body []byte) {
		event, err := transfer.ParseEvent(transfer.Sign(string(body)))
		if err != nil {
			return
		}
		line, err := transfer.AppendEvent(nil, &event)
		if err != nil {
			return // names that no store takes are for the order's check
		}
		again, err := transfer.ParseEvent(line)
		if err != nil || !again.Equal(event.Event) {
			t.Errorf("%+v became %+v, %v", event, again, err)
		}
	})
}
