package transfer_test

import (
	"bytes"
	"compress/gzip"
	"context"
	"errors"
	"fmt"
	"iter"
	"slices"
	"strings"
	"testing"
	"time"

	"guishu/eventstore"
	"guishu/eventstore/memory"
	"guishu/eventstore/storetest"
	"guishu/eventstore/transfer"

	"github.com/google/uuid"
)

// ledger is a store with some events on a few streams, in both scopes.
func ledger(t testing.TB, appends int) *memory.Store {
	t.Helper()
	store := memory.New()
	for i := range appends {
		a := eventstore.Append{
			Stream: eventstore.Stream(fmt.Sprintf("thing-%d", i%3)), Expected: eventstore.AnyRevision, Scope: eventstore.IDScope(i % 2),
		}
		for n := range 1 + i%2 {
			a.Events = append(a.Events, eventstore.NewEvent{
				ID: uuid.New(), Type: "thing.happened", Data: fmt.Appendf(nil, `{"n":%d,"i":%d}`, n, i), Metadata: []byte{byte(i)}, Binary: i%5 == 0,
			})
		}
		if _, err := store.Append(t.Context(), a); err != nil {
			t.Fatal(err)
		}
	}
	return store
}

var header = transfer.Header{Ledger: uuid.New(), ExportedAt: time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC), Store: "memory"}

func export(t testing.TB, store eventstore.Store) []byte {
	t.Helper()
	var file bytes.Buffer
	if _, err := transfer.Export(t.Context(), &file, store, header, nil); err != nil {
		t.Fatal(err)
	}
	return file.Bytes()
}

func verify(file []byte) (transfer.Summary, error) {
	r, err := transfer.NewReader(bytes.NewReader(file))
	if err != nil {
		return transfer.Summary{}, err
	}
	return transfer.Verify(r, nil)
}

func TestALedgerLeavesAndComesBack(t *testing.T) {
	t.Parallel()
	store := ledger(t, 1500)
	var file bytes.Buffer
	var told int64
	written, err := transfer.Export(t.Context(), &file, store, header, func(done, total int64) {
		if done < told || total != 2250 {
			t.Errorf("%d of %d events after %d", done, total, told)
		}
		told = done
	})
	if err != nil || written.Events != 2250 || told != 2250 {
		t.Fatalf("%+v, %d told of, %v", written, told, err)
	}
	if read, err := verify(file.Bytes()); err != nil || read != written {
		t.Errorf("read %+v, wrote %+v, %v", read, written, err)
	}
	other := memory.New()
	r, err := transfer.NewReader(bytes.NewReader(file.Bytes()))
	if err != nil {
		t.Fatal(err)
	}
	if loaded, err := other.Load(t.Context(), r.Events()); err != nil || loaded != 2250 {
		t.Fatalf("%d loaded, %v", loaded, err)
	}
	if summary, whole := r.Summary(); !whole || summary != written {
		t.Errorf("loaded %+v, whole: %t", summary, whole)
	}
	if again := export(t, other); !bytes.Equal(again, file.Bytes()) {
		t.Error("the copy's file differs")
	}
}

func TestAnEmptyLedgerIsAFileToo(t *testing.T) {
	t.Parallel()
	file := export(t, memory.New())
	if lines := bytes.Count(file, []byte("\n")); lines != 2 {
		t.Errorf("%d lines, want 2", lines)
	}
	if read, err := verify(file); err != nil || read.Events != 0 || read.Header != header {
		t.Errorf("%+v, %v", read, err)
	}
}

// growing is a store to which somebody appends while it is read.
type growing struct {
	*memory.Store
	t *testing.T
}

func (g growing) ReadAll(ctx context.Context, q eventstore.AllQuery) iter.Seq2[eventstore.Event, error] {
	return func(yield func(eventstore.Event, error) bool) {
		for event, err := range g.Store.ReadAll(ctx, q) {
			late := eventstore.Append{Stream: "late", Expected: eventstore.AnyRevision, Events: []eventstore.NewEvent{{ID: uuid.New(), Type: "late"}}}
			if _, err := g.Append(ctx, late); err != nil {
				g.t.Error(err)
			}
			if !yield(event, err) {
				return
			}
		}
	}
}

func TestWhatIsAppendedMeanwhileIsNotInTheFile(t *testing.T) {
	t.Parallel()
	store := ledger(t, 30)
	before := export(t, store)
	if during := export(t, growing{store, t}); !bytes.Equal(during, before) {
		t.Error("the file differs from that of the ledger when the export began")
	}
}

func TestACompressedFileIsRead(t *testing.T) {
	t.Parallel()
	file := export(t, ledger(t, 100))
	var zipped bytes.Buffer
	z := gzip.NewWriter(&zipped)
	if _, err := z.Write(file); err != nil {
		t.Fatal(err)
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	if read, err := verify(zipped.Bytes()); err != nil || read.Events != 150 {
		t.Errorf("%+v, %v", read, err)
	}
	for length := range zipped.Len() {
		wants(t, fmt.Sprintf("cut at byte %d", length), zipped.Bytes()[:length], 0)
	}
	for at := 10; at < zipped.Len(); at += 7 {
		damaged := bytes.Clone(zipped.Bytes())
		damaged[at] ^= 0x55
		if _, err := verify(damaged); err == nil {
			t.Errorf("damaged at byte %d and nobody noticed", at)
		}
	}
}

// wants fails unless the file is refused with one of the codes, at the line; line
// 0 is any, no codes are any.
func wants(t *testing.T, name string, file []byte, line int64, codes ...transfer.Code) {
	t.Helper()
	_, err := verify(file)
	var refusal *transfer.Error
	if !errors.As(err, &refusal) {
		t.Errorf("%s: %v", name, err)
		return
	}
	if line != 0 && refusal.Line != line || len(codes) > 0 && !slices.Contains(codes, refusal.Code) {
		t.Errorf("%s: %v, want %v at line %d", name, err, codes, line)
	}
	if !strings.HasPrefix(err.Error(), string(refusal.Code)+": line ") {
		t.Errorf("%s: the error does not begin with its code: %v", name, err)
	}
}

func TestAFileThatIsCutAnywhereIsRefused(t *testing.T) {
	t.Parallel()
	file := export(t, ledger(t, 8))
	for length := range file {
		line := int64(bytes.Count(file[:length], []byte("\n"))) + 1
		switch {
		case length < len(`{"format":"guishu-ledger",`):
			wants(t, fmt.Sprintf("cut at byte %d", length), file[:length], 1, transfer.NotALedger)
		case file[length-1] == '\n':
			wants(t, fmt.Sprintf("cut at byte %d", length), file[:length], line-1, transfer.CutShort)
		default:
			wants(t, fmt.Sprintf("cut at byte %d", length), file[:length], line, transfer.CutShort)
		}
	}
}

func TestAFileWithOneByteChangedIsRefused(t *testing.T) {
	t.Parallel()
	file := export(t, ledger(t, 8))
	lines := bytes.Count(file, []byte("\n"))
	for at := range file {
		for _, with := range []byte{file[at] ^ 1, 'x', '\n', 0} {
			if with == file[at] {
				continue
			}
			damaged := bytes.Clone(file)
			damaged[at] = with
			line := int64(bytes.Count(file[:at], []byte("\n"))) + 1
			if file[at] == '\n' || with == '\n' || line == 1 || line == int64(lines) {
				line = 0 // the header's own words are covered by the closing line
			}
			wants(t, fmt.Sprintf("byte %d (%q) is %q", at, file[at], with), damaged, line)
		}
	}
}

func TestAFileWithLinesMovedIsRefused(t *testing.T) {
	t.Parallel()
	file := export(t, ledger(t, 8))
	original := bytes.SplitAfter(bytes.TrimSuffix(file, []byte("\n")), []byte("\n"))
	original[len(original)-1] = append(original[len(original)-1], '\n')
	last := len(original) - 1
	joined := func(lines [][]byte) []byte { return bytes.Join(lines, nil) }
	for i := 1; i < last; i++ {
		without := slices.Delete(slices.Clone(original), i, i+1)
		wants(t, fmt.Sprintf("without line %d", i+1), joined(without), 0, transfer.OutOfOrder, transfer.TotalsDiffer)
		twice := slices.Insert(slices.Clone(original), i, original[i])
		wants(t, fmt.Sprintf("line %d twice", i+1), joined(twice), int64(i+2), transfer.OutOfOrder)
		if i+1 < last {
			swapped := slices.Clone(original)
			swapped[i], swapped[i+1] = swapped[i+1], swapped[i]
			wants(t, fmt.Sprintf("lines %d and %d swapped", i+1, i+2), joined(swapped), 0, transfer.OutOfOrder)
		}
	}
	wants(t, "without the last event", joined(slices.Delete(slices.Clone(original), last-1, last)), int64(last), transfer.TotalsDiffer)
	wants(t, "with more behind the end", append(bytes.Clone(file), '\n'), 0, transfer.GoesOn)
	wants(t, "twice", append(bytes.Clone(file), file...), 0, transfer.GoesOn)
	wants(t, "of the next version", bytes.Replace(file, []byte(`"version":1`), []byte(`"version":2`), 1), 1, transfer.UnknownVersion)
	wants(t, "with a header of its own", bytes.Replace(file, []byte(`"store":`), []byte(`"shop":`), 1), 1, transfer.LineMalformed)
	wants(t, "something else", []byte("position;stream\n1;s\n"), 1, transfer.NotALedger)
}

// A file whose lines are sound but which is no ledger is refused where it goes
// wrong, before anything is written.
func TestAFileThatIsNoLedgerIsRefused(t *testing.T) {
	t.Parallel()
	event := func(position int, stream string, revision int, id uuid.UUID) eventstore.Event {
		return eventstore.Event{
			Position: eventstore.Position(position), Stream: eventstore.Stream(stream), Revision: eventstore.Revision(revision), ID: id, Type: "t", RecordedAt: time.Unix(0, 0),
		}
	}
	same := uuid.New()
	for name, events := range map[string][]eventstore.Event{
		"a revision too far": {event(1, "s", 0, uuid.New()), event(2, "s", 2, uuid.New())},
		"an id twice":        {event(1, "s", 0, same), event(2, "s", 1, same)},
		"a nil id":           {event(1, "s", 0, uuid.New()), event(2, "s", 1, uuid.Nil)},
		"no stream":          {event(1, "s", 0, uuid.New()), event(2, "", 0, uuid.New())},
	} {
		file := export(t, fixed{memory.New(), events})
		wants(t, name, file, 3, transfer.OutOfOrder)
	}
}

// fixed is a store that holds what no store should.
type fixed struct {
	*memory.Store
	events []eventstore.Event
}

func (f fixed) LastPosition(context.Context) (eventstore.Position, error) {
	return eventstore.Position(len(f.events)), nil
}

func (f fixed) ReadAll(context.Context, eventstore.AllQuery) iter.Seq2[eventstore.Event, error] {
	return storetest.Sequence(f.events)
}

func BenchmarkExport(b *testing.B) {
	store := ledger(b, 20_000)
	for b.Loop() {
		export(b, store)
	}
	b.ReportMetric(float64(30_000*b.N)/b.Elapsed().Seconds(), "events/s")
}

func BenchmarkVerify(b *testing.B) {
	file := export(b, ledger(b, 20_000))
	for b.Loop() {
		if _, err := verify(file); err != nil {
			b.Fatal(err)
		}
	}
	b.ReportMetric(float64(30_000*b.N)/b.Elapsed().Seconds(), "events/s")
}
