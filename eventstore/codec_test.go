package eventstore_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"
	"pgregory.net/rapid"

	"guishu/domain"
	"guishu/eventstore"
	"guishu/eventstore/sealing"
)

// opened is an event with personal texts wherever a text can stand.
type opened struct {
	Customer domain.SubjectID
	Name     domain.Personal
	Contacts []contact
	Aliases  []domain.Personal
	ByLabel  map[string]domain.Personal
	Former   *domain.Personal
	Amount   int64
	Ratio    float64
	Note     string
	Tags     []string
	At       time.Time
	Active   bool
	Counts   map[string]int
}

type contact struct {
	Kind  string
	Phone domain.Personal
}

func (e opened) Subject() domain.SubjectID { return e.Customer }

func newCodec(t testing.TB) (*eventstore.Codec, *sealing.MemoryRing) {
	t.Helper()
	registry, err := eventstore.NewRegistry([]domain.EventType{
		domain.DescribeEvent[opened]("test.opened", 1),
		domain.UpcastEvent("test.a", 1, toB), domain.UpcastEvent("test.a", 2, toC), domain.DescribeEvent[shapeC]("test.a", 3),
	})
	if err != nil {
		t.Fatal(err)
	}
	ring := sealing.NewMemoryRing(uuid.New())
	return eventstore.NewCodec(registry, sealing.NewSealer(ring)), ring
}

// store encodes an event and gives it as a store would.
func store(t testing.TB, codec *eventstore.Codec, event any, meta eventstore.Metadata) eventstore.Event {
	t.Helper()
	n, err := codec.Encode(context.Background(), "test-1", uuid.New(), event, meta)
	if err != nil {
		t.Fatal(err)
	}
	return eventstore.Event{
		Position: 7, Stream: "test-1", Revision: 3, ID: n.ID, Type: n.Type,
		RecordedAt: time.Date(2026, 3, 1, 0, 0, 0, 0, time.UTC), Data: n.Data, Metadata: n.Metadata,
	}
}

func genText() *rapid.Generator[string] {
	return rapid.OneOf(rapid.String(), rapid.SampledFrom([]string{"", "欧阳晓梅", "\"\\\n\x00", "sealed1:AAAA", "null", "𠮷"}))
}

func genPersonal() *rapid.Generator[domain.Personal] { return rapid.Map(genText(), domain.NewPersonal) }

func genTime() *rapid.Generator[time.Time] {
	return rapid.Map(rapid.Int64Range(-1<<33, 1<<35), func(s int64) time.Time { return time.Unix(s, s%1e9&^1).UTC() })
}

func genUUID() *rapid.Generator[uuid.UUID] {
	return rapid.Map(rapid.SliceOfN(rapid.Byte(), 16, 16), func(b []byte) uuid.UUID { return uuid.UUID(b) })
}

func genOpened() *rapid.Generator[opened] {
	return rapid.Custom(func(t *rapid.T) opened {
		e := opened{
			Customer: domain.SubjectID(uuid.New()),
			Name:     genPersonal().Draw(t, "name"),
			Contacts: rapid.SliceOfN(rapid.Custom(func(t *rapid.T) contact {
				return contact{Kind: genText().Draw(t, "kind"), Phone: genPersonal().Draw(t, "phone")}
			}), 1, 3).Draw(t, "contacts"),
			Aliases: rapid.SliceOfN(genPersonal(), 1, 4).Draw(t, "aliases"),
			ByLabel: rapid.MapOfN(genText(), genPersonal(), 1, 3).Draw(t, "labels"),
			Amount:  rapid.Int64().Draw(t, "amount"),
			Ratio:   rapid.Float64Range(-1e300, 1e300).Draw(t, "ratio"),
			Note:    genText().Draw(t, "note"),
			Tags:    rapid.SliceOfN(genText(), 1, 3).Draw(t, "tags"),
			At:      genTime().Draw(t, "at"),
			Active:  rapid.Bool().Draw(t, "active"),
			Counts:  rapid.MapOfN(genText(), rapid.Int(), 1, 3).Draw(t, "counts"),
		}
		if former := genPersonal().Draw(t, "former"); !former.IsZero() {
			e.Former = &former
		}
		return e
	})
}

func genMetadata() *rapid.Generator[eventstore.Metadata] {
	return rapid.Custom(func(t *rapid.T) eventstore.Metadata {
		id := rapid.OneOf(rapid.Just(uuid.Nil), genUUID())
		number := rapid.OneOf(rapid.Just(0), rapid.IntRange(1, 9), rapid.Int())
		return eventstore.Metadata{
			SchemaVersion: number.Draw(t, "schema"),
			EffectiveAt:   rapid.OneOf(rapid.Just(time.Time{}), genTime()).Draw(t, "effective"),
			Asserted:      rapid.Bool().Draw(t, "asserted"), MigrationBatch: id.Draw(t, "batch"),
			Actor: id.Draw(t, "actor"), Unit: id.Draw(t, "unit"),
			Role: genText().Draw(t, "role"), Command: genText().Draw(t, "command"),
			CommandID: id.Draw(t, "id"), RequestHash: genText().Draw(t, "hash"),
			CorrelationID: id.Draw(t, "correlation"), CausationID: id.Draw(t, "causation"),
			PolicyVersion: number.Draw(t, "policy"),
		}
	})
}

// Whatever is stored is read back as it was, with everything known about it.
func TestRoundTrip(t *testing.T) {
	t.Parallel()
	codec, _ := newCodec(t)
	rapid.Check(t, func(rt *rapid.T) {
		want, meta := genOpened().Draw(rt, "event"), genMetadata().Draw(rt, "meta")
		e := store(t, codec, want, meta)
		got, err := codec.Decode(context.Background(), e)
		if err != nil {
			rt.Fatal(err)
		}
		meta.SchemaVersion = 1
		expected := eventstore.Decoded{
			Event: want, Metadata: meta, Position: e.Position, Stream: e.Stream, Revision: e.Revision,
			ID: e.ID, Type: "test.opened", RecordedAt: e.RecordedAt,
		}
		if !reflect.DeepEqual(got, expected) {
			rt.Fatalf("stored %s", e.Data)
		}
	})
}

// Metadata read the same, and are refused the same, by the fast reader and by
// the library.
func TestMetadataRoundTrip(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		want := genMetadata().Draw(t, "meta")
		data, err := eventstore.EncodeMetadata(want)
		if err != nil {
			t.Fatal(err)
		}
		spaced := append([]byte(" "), data...) // which only the library reads
		for _, text := range [][]byte{data, spaced} {
			if got, err := eventstore.DecodeMetadata(text); err != nil || got != want {
				t.Fatalf("%s reads %+v, %v", text, got, err)
			}
		}
	})
}

func TestMetadataStoredForm(t *testing.T) {
	t.Parallel()
	id := uuid.MustParse("018f5c3e-0000-7000-8000-00000000000a")
	data, err := eventstore.EncodeMetadata(eventstore.Metadata{
		SchemaVersion: 2, EffectiveAt: time.Date(2026, 3, 1, 18, 0, 0, 5000, time.FixedZone("CST", 8*3600)), Asserted: true,
		MigrationBatch: id, Actor: id, Unit: id, Role: "advisor", Command: "claim-customer", CommandID: id,
		RequestHash: "hash", CorrelationID: id, CausationID: id, PolicyVersion: 3,
	})
	const u = `"018f5c3e-0000-7000-8000-00000000000a"`
	want := `{"SchemaVersion":2,"EffectiveAt":"2026-03-01T10:00:00.000005Z","Asserted":true,"MigrationBatch":` + u +
		`,"Actor":` + u + `,"Unit":` + u + `,"Role":"advisor","Command":"claim-customer","CommandID":` + u +
		`,"RequestHash":"hash","$correlationId":` + u + `,"$causationId":` + u + `,"PolicyVersion":3}`
	if err != nil || string(data) != want {
		t.Errorf("%v\ngot  %s\nwant %s", err, data, want)
	}
}

func TestMetadataOfOthers(t *testing.T) {
	t.Parallel()
	for text, ok := range map[string]bool{
		``: true, `{}`: true, `{"SchemaVersion":1,"$maxAge":{"a":[1]}}`: true, "{\n \"Role\" : \"a\\u0062\" }": true,
		`{"SchemaVersion":1,"Other":2}`: false, `{"SchemaVersion":1,"SchemaVersion":2}`: false, `{"SchemaVersion":1,}`: false,
		`{"Role":"a"`: false, `{"Actor":"nobody"}`: false, `[]`: false, `{"Asserted":1}`: false, `{"SchemaVersion":"1"}`: false,
		`{"SchemaVersion":01}`: false, `{"Role":"a" "Command":"b"}`: false, `{"EffectiveAt":"yesterday"}`: false,
		"{\"Role\":\"\xff\"}": false, `{,}`: false, `{"Role":}`: false, `{"Role"}`: false, `{"Role":"a",,"Command":"b"}`: false,
	} {
		if _, err := eventstore.DecodeMetadata([]byte(text)); (err == nil) != ok {
			t.Errorf("%s gives %v", text, err)
		}
	}
}

func FuzzDecodeMetadata(f *testing.F) {
	f.Add([]byte(`{"SchemaVersion":1,"Role":"a","Asserted":true}`))
	f.Add([]byte(`{"SchemaVersion":1,`))
	f.Add([]byte(`{"Role":""}`))
	f.Fuzz(func(t *testing.T, data []byte) {
		fast, err := eventstore.DecodeMetadata(data)
		slow, slowErr := eventstore.DecodeMetadata(append([]byte(" "), data...))
		if len(data) > 0 && ((err == nil) != (slowErr == nil) || fast != slow) {
			t.Errorf("%q reads %+v, %v with a scan and %+v, %v with the library", data, fast, err, slow, slowErr)
		}
	})
}

// A canary put into every personal field shows nowhere: not in the stored bytes,
// not in anything printed or logged, not in an error.
func TestCanary(t *testing.T) {
	t.Parallel()
	const canary = "CANARY-欧阳晓梅-13800000000"
	codec, ring := newCodec(t)
	p := domain.NewPersonal(canary)
	event := opened{
		Customer: domain.SubjectID(uuid.New()), Name: p, Contacts: []contact{{Kind: "mobile", Phone: p}},
		Aliases: []domain.Personal{p, {}, p}, ByLabel: map[string]domain.Personal{"old": p}, Former: &p,
	}
	e := store(t, codec, event, eventstore.Metadata{Role: "advisor"})
	got, err := codec.Decode(t.Context(), e)
	if err != nil {
		t.Fatal(err)
	}

	var out bytes.Buffer
	out.Write(e.Data)
	out.Write(e.Metadata)
	fmt.Fprintf(&out, "%v %+v %#v %v", got, got, got, e)
	slog.New(slog.NewJSONHandler(&out, nil)).Info("event", "event", got.Event, "all", got)
	slog.New(slog.NewTextHandler(&out, nil)).Info("event", "event", got.Event, "all", got)
	_, err = codec.Encode(t.Context(), "test-1", uuid.New(), opened{Name: p}, eventstore.Metadata{})
	fmt.Fprintln(&out, err)
	_, err = codec.Encode(t.Context(), "test-1", uuid.New(), &event, eventstore.Metadata{})
	fmt.Fprintln(&out, err)
	_, err = codec.Encode(t.Context(), "test-1", uuid.New(), opened{Customer: event.Customer, Name: domain.NewPersonal(canary + "\xff")}, eventstore.Metadata{})
	fmt.Fprintln(&out, err)
	if err := ring.Destroy(t.Context(), uuid.UUID(event.Customer), "test"); err != nil {
		t.Fatal(err)
	}
	_, err = codec.Encode(t.Context(), "test-1", uuid.New(), event, eventstore.Metadata{})
	fmt.Fprintln(&out, err)

	for _, trace := range []string{"CANARY", "晓梅", "13800000000", fmt.Sprintf("%x", "CANARY"), fmt.Sprint([]byte("CANARY"))} {
		if strings.Contains(out.String(), trace) {
			t.Errorf("%q shows in\n%s", trace, out.String())
		}
	}
	// The same search finds a text that is not personal, so it would find a leak.
	leaky := store(t, codec, opened{Customer: event.Customer, Note: "CANARY"}, eventstore.Metadata{})
	if !bytes.Contains(leaky.Data, []byte("CANARY")) {
		t.Error("the search finds nothing")
	}
}

// After erasure the stored bytes are as before, personal texts read as erased and
// everything else as it was; other subjects are untouched.
func TestErasure(t *testing.T) {
	t.Parallel()
	codec, ring := newCodec(t)
	p := domain.NewPersonal("欧阳晓梅")
	event := opened{
		Customer: domain.SubjectID(uuid.New()), Name: p, Contacts: []contact{{Kind: "mobile", Phone: p}, {Kind: "none"}},
		Aliases: []domain.Personal{{}, p}, Amount: 5, Note: "kept",
	}
	other := opened{Customer: domain.SubjectID(uuid.New()), Name: p}
	e, o := store(t, codec, event, eventstore.Metadata{}), store(t, codec, other, eventstore.Metadata{})
	before := bytes.Clone(e.Data)
	if err := ring.Destroy(t.Context(), uuid.UUID(event.Customer), "pipl-47"); err != nil {
		t.Fatal(err)
	}

	got, err := codec.Decode(t.Context(), e)
	erased := domain.ErasedPersonal()
	want := event
	want.Name, want.Contacts, want.Aliases = erased, []contact{{Kind: "mobile", Phone: erased}, {Kind: "none"}}, []domain.Personal{{}, erased}
	if err != nil || !reflect.DeepEqual(got.Event, any(want)) {
		t.Errorf("reads %+v, %v", got.Event, err)
	}
	if !bytes.Equal(before, e.Data) {
		t.Error("stored bytes changed")
	}
	if got, err := codec.Decode(t.Context(), o); err != nil || !reflect.DeepEqual(got.Event, any(other)) {
		t.Errorf("the other subject reads %+v, %v", got.Event, err)
	}
	for name, again := range map[string]opened{"an erased text": want, "a new text of an erased subject": event} {
		if _, err := codec.Encode(t.Context(), "test-1", uuid.New(), again, eventstore.Metadata{}); !errors.Is(err, eventstore.ErrErased) {
			t.Errorf("storing %s gives %v", name, err)
		}
	}
}

func TestNoSubject(t *testing.T) {
	t.Parallel()
	codec, _ := newCodec(t)
	_, err := codec.Encode(t.Context(), "test-1", uuid.New(), opened{Contacts: []contact{{}, {Phone: domain.NewPersonal("1")}}}, eventstore.Metadata{})
	var field *eventstore.SealedFieldError
	if !errors.Is(err, eventstore.ErrNoSubject) || !errors.As(err, &field) || field.Field != "/Contacts/1/Phone" {
		t.Errorf("got %v", err)
	}
	store(t, codec, opened{Note: "nothing personal"}, eventstore.Metadata{})
}

// A sealed text works only where it was sealed, unchanged, in its own ledger.
func TestTampering(t *testing.T) {
	t.Parallel()
	codec, _ := newCodec(t)
	other, _ := newCodec(t)
	event := opened{
		Customer: domain.SubjectID(uuid.New()), Name: domain.NewPersonal("name"),
		Aliases: []domain.Personal{domain.NewPersonal("one"), domain.NewPersonal("two")},
	}
	cases := map[string]struct {
		codec *eventstore.Codec
		spoil func(*eventstore.Event)
		want  error
		field string
	}{
		"another event":      {spoil: func(e *eventstore.Event) { e.ID = uuid.New() }, want: eventstore.ErrTampered, field: "/Name"},
		"another stream":     {spoil: func(e *eventstore.Event) { e.Stream = "test-2" }, want: eventstore.ErrTampered, field: "/Name"},
		"a changed letter":   {spoil: func(e *eventstore.Event) { flip(e.Data, `"Name":"sealed1:`, 70) }, want: eventstore.ErrTampered, field: "/Name"},
		"a changed nonce":    {spoil: func(e *eventstore.Event) { flip(e.Data, `"Name":"sealed1:`, 25) }, want: eventstore.ErrTampered, field: "/Name"},
		"a changed subject":  {spoil: func(e *eventstore.Event) { flip(e.Data, `"Name":"sealed1:`, 2) }, want: eventstore.ErrKeyMissing, field: "/Name"},
		"another element":    {spoil: swapAliases, want: eventstore.ErrTampered, field: "/Aliases/0"},
		"a text in clear":    {spoil: func(e *eventstore.Event) { e.Data = []byte(`{"Name":"clear"}`) }, want: eventstore.ErrTampered, field: "/Name"},
		"a number":           {spoil: func(e *eventstore.Event) { e.Data = []byte(`{"Name":5}`) }, want: eventstore.ErrTampered, field: "/Name"},
		"too short":          {spoil: func(e *eventstore.Event) { e.Data = []byte(`{"Name":"sealed1:AAAA"}`) }, want: eventstore.ErrTampered, field: "/Name"},
		"another key store":  {codec: other, spoil: func(*eventstore.Event) {}, want: eventstore.ErrKeyMissing, field: "/Name"},
		"no change, no harm": {spoil: func(*eventstore.Event) {}},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			e := store(t, codec, event, eventstore.Metadata{})
			c.spoil(&e)
			reader := codec
			if c.codec != nil {
				reader = c.codec
			}
			_, err := reader.Decode(t.Context(), e)
			var field *eventstore.SealedFieldError
			if !errors.Is(err, c.want) || c.want != nil && (!errors.As(err, &field) || field.Field != c.field) {
				t.Errorf("got %v", err)
			}
		})
	}
}

// What one ledger sealed does not open in another that has the same key.
func TestAnotherLedger(t *testing.T) {
	t.Parallel()
	same := func(uuid.UUID) []byte { return make([]byte, 32) }
	subject, place := uuid.New(), []byte("place")
	here := sealing.NewSealer(sealing.NewDerivedRing(uuid.New(), same))
	there := sealing.NewSealer(sealing.NewDerivedRing(uuid.New(), same))
	sealed, err := here.Seal(t.Context(), subject, place, "text")
	if err != nil {
		t.Fatal(err)
	}
	if got, err := here.Open(t.Context(), place, []byte(sealed)); got != "text" || err != nil {
		t.Errorf("at home reads %q, %v", got, err)
	}
	if _, err := there.Open(t.Context(), place, []byte(sealed)); !errors.Is(err, eventstore.ErrTampered) {
		t.Errorf("abroad gives %v", err)
	}
}

// flip changes the letter so far behind where mark ends.
func flip(data []byte, mark string, letter int) {
	i := bytes.Index(data, []byte(mark)) + len(mark) + letter
	if data[i] == 'A' {
		data[i] = 'B'
		return
	}
	data[i] = 'A'
}

// swapAliases exchanges the two elements of Aliases.
func swapAliases(e *eventstore.Event) {
	start := bytes.Index(e.Data, []byte(`"Aliases":[`)) + len(`"Aliases":[`)
	end := start + bytes.IndexByte(e.Data[start:], ']')
	one, two, _ := bytes.Cut(bytes.Clone(e.Data[start:end]), []byte(","))
	copy(e.Data[start:end], bytes.Join([][]byte{two, one}, []byte(",")))
}

// Older versions read in the current shape, through every upcaster.
func TestUpcasting(t *testing.T) {
	t.Parallel()
	codec, _ := newCodec(t)
	for version, data := range map[int]string{1: `{"A":1}`, 2: `{"B":2}`, 3: `{"C":20}`} {
		got, err := codec.Decode(t.Context(), eventstore.Event{
			Type: "test.a", Data: []byte(data), Metadata: fmt.Appendf(nil, `{"SchemaVersion":%d}`, version),
		})
		if err != nil || got.Event != any(shapeC{C: 20}) || got.Metadata.SchemaVersion != version {
			t.Errorf("version %d reads %+v, %v", version, got, err)
		}
	}
}

// What is not the ledger's is told from what a newer or older program of the
// ledger wrote, or somebody damaged.
func TestForeignEvents(t *testing.T) {
	t.Parallel()
	codec, _ := newCodec(t)
	for _, c := range []struct {
		stream, kind, data, metadata string
		foreign, system              bool
	}{
		{"s", "somebody.else", `<xml/>`, `not JSON`, true, false},
		{"s", "somebody.else", `{}`, ``, true, false},
		{"s", "somebody.else", `{}`, `{}`, true, false},
		{"s", "somebody.else", `{}`, `{"schemaversion":1}`, true, false},
		{"s", "somebody.else", `{}`, `{"SchemaVersion":"1"}`, true, false},
		{"s", "somebody.else", `{}`, `{"SchemaVersion":1}`, false, false},
		{"$$s", "$metadata", `{"$tb":1}`, ``, true, true},
		{"s", "$>", `0@t`, ``, true, true},
		{"$ce-test", "test.a", `{}`, `{"SchemaVersion":3}`, true, true},
		{"s", "test.a", `{}`, ``, false, false},
		{"s", "test.a", `{}`, `{}`, false, false},
	} {
		_, err := codec.Decode(t.Context(), eventstore.Event{
			Stream: eventstore.Stream(c.stream), Type: c.kind, Position: 9, Data: []byte(c.data), Metadata: []byte(c.metadata),
		})
		var foreign *eventstore.ForeignError
		if is := errors.As(err, &foreign); is != c.foreign || err == nil {
			t.Errorf("%+v gives %v", c, err)
		} else if is && (foreign.System != c.system || foreign.Position != 9 || foreign.Type != c.kind || string(foreign.Stream) != c.stream) {
			t.Errorf("%+v gives %+v", c, foreign)
		}
		event := eventstore.NewEvent{Type: c.kind, Data: []byte(c.data), Metadata: []byte(c.metadata)}
		if owns := codec.Owns(eventstore.Stream(c.stream), event); owns == c.foreign {
			t.Errorf("%+v is to be written by commands alone: %v", c, owns)
		}
	}
}

func TestUnreadable(t *testing.T) {
	t.Parallel()
	codec, _ := newCodec(t)
	read := func(name, data, metadata string) error {
		_, err := codec.Decode(t.Context(), eventstore.Event{Type: name, Position: 9, Data: []byte(data), Metadata: []byte(metadata)})
		return err
	}
	const current = `{"SchemaVersion":3}`
	var unknown *eventstore.UnknownTypeError
	if err := read("test.later", `{}`, `{"SchemaVersion":1,"Later":true}`); !errors.As(err, &unknown) || unknown.Type != "test.later" || unknown.Position != 9 {
		t.Errorf("a type of a newer program gives %v", err)
	}
	var newer *eventstore.NewerVersionError
	if err := read("test.a", `{}`, `{"SchemaVersion":4}`); !errors.As(err, &newer) || newer.Version != 4 || newer.Latest != 3 {
		t.Errorf("a newer version gives %v", err)
	}
	for name, err := range map[string]error{
		"an unknown field":    read("test.a", `{"C":1,"D":2}`, current),
		"another case":        read("test.a", `{"c":1}`, current),
		"a field twice":       read("test.a", `{"C":1,"C":2}`, current),
		"a wrong type":        read("test.a", `{"C":"1"}`, current),
		"no JSON":             read("test.a", `C=1`, current),
		"nothing":             read("test.a", ``, current),
		"something behind":    read("test.a", `{"C":1}{}`, current),
		"no metadata":         read("test.a", `{"C":1}`, ``),
		"broken metadata":     read("test.a", `{"C":1}`, `{`),
		"a negative version":  read("test.a", `{"C":1}`, `{"SchemaVersion":-1}`),
		"a broken sealed one": read("test.opened", `{"Name":"sealed1:`, `{"SchemaVersion":1}`),
	} {
		var malformed *eventstore.MalformedEventError
		if !errors.As(err, &malformed) {
			t.Errorf("%s gives %v", name, err)
		}
	}
}

func TestUnstorable(t *testing.T) {
	t.Parallel()
	codec, _ := newCodec(t)
	encode := func(event any, meta eventstore.Metadata) error {
		_, err := codec.Encode(t.Context(), "test-1", uuid.New(), event, meta)
		return err
	}
	var unregistered *eventstore.UnregisteredError
	for _, event := range []any{nil, shapeA{}, &shapeC{}, "text"} {
		if err := encode(event, eventstore.Metadata{}); !errors.As(err, &unregistered) {
			t.Errorf("%T gives %v", event, err)
		}
	}
	var unstorable *eventstore.UnstorableError
	for name, err := range map[string]error{
		"a broken text":    encode(opened{Note: "\xff"}, eventstore.Metadata{}),
		"a broken role":    encode(shapeC{C: 1}, eventstore.Metadata{Role: "\xff"}),
		"a year too great": encode(opened{At: time.Date(12026, 1, 1, 0, 0, 0, 0, time.UTC)}, eventstore.Metadata{}),
	} {
		if !errors.As(err, &unstorable) {
			t.Errorf("%s gives %v", name, err)
		}
	}
}

// Without keys nothing personal is written or read, and the rest is.
func TestNoSealer(t *testing.T) {
	t.Parallel()
	with, _ := newCodec(t)
	without := eventstore.NewCodec(with.Registry(), nil)
	personal := opened{Customer: domain.SubjectID(uuid.New()), Name: domain.NewPersonal("x")}
	var field *eventstore.SealedFieldError
	if _, err := without.Encode(t.Context(), "test-1", uuid.New(), personal, eventstore.Metadata{}); !errors.As(err, &field) {
		t.Errorf("writing gives %v", err)
	}
	if _, err := without.Decode(t.Context(), store(t, with, personal, eventstore.Metadata{})); !errors.As(err, &field) {
		t.Errorf("reading gives %v", err)
	}
	if got, err := without.Decode(t.Context(), store(t, without, shapeC{C: 1}, eventstore.Metadata{})); err != nil || got.Event != any(shapeC{C: 1}) {
		t.Errorf("reads %+v, %v", got.Event, err)
	}
}

// Equal events have equal bytes where nothing is sealed, whatever order maps have.
func TestDeterministic(t *testing.T) {
	t.Parallel()
	codec, _ := newCodec(t)
	counts := map[string]int{}
	for i := range 50 {
		counts[fmt.Sprint(i)] = i
	}
	first := store(t, codec, opened{Counts: counts}, eventstore.Metadata{})
	for range 20 {
		if again := store(t, codec, opened{Counts: counts}, eventstore.Metadata{}); !bytes.Equal(again.Data, first.Data) {
			t.Fatal("bytes differ")
		}
	}
}

// Many goroutines share one codec.
func TestConcurrentUse(t *testing.T) {
	t.Parallel()
	codec, _ := newCodec(t)
	failed := make(chan error, 8)
	for worker := range 8 {
		go func() {
			for i := range 100 {
				want := opened{Customer: domain.SubjectID(uuid.New()), Name: domain.NewPersonal(fmt.Sprint(worker, i))}
				got, err := codec.Decode(context.Background(), store(t, codec, want, eventstore.Metadata{}))
				if err != nil || !reflect.DeepEqual(got.Event, any(want)) {
					failed <- fmt.Errorf("reads %+v, %w", got.Event, err)
					return
				}
			}
			failed <- nil
		}()
	}
	for range 8 {
		if err := <-failed; err != nil {
			t.Error(err)
		}
	}
}
