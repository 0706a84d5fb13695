package transfer

import (
	"bufio"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"hash"
	"io"
	"time"

	"guishu/eventstore"

	"github.com/go-json-experiment/json"
	"github.com/google/uuid"
)

// writer writes lines and adds them up.
type writer struct {
	to     *bufio.Writer
	sum    hash.Hash
	line   []byte
	header Header
	events int64
}

// headerLine and closingLine are the first and the last line.
type (
	headerLine struct {
		Format     string    `json:"format"`
		Version    int       `json:"version"`
		Ledger     uuid.UUID `json:"ledger"`
		ExportedAt time.Time `json:"exported_at"`
		Store      string    `json:"store"`
	}
	closingLine struct {
		Events int64  `json:"events"`
		SHA256 string `json:"sha256"`
	}
)

func newWriter(w io.Writer, header Header) (*writer, error) {
	header.ExportedAt = header.ExportedAt.UTC().Truncate(time.Second)
	out := &writer{to: bufio.NewWriterSize(w, 64<<10), sum: sha256.New(), header: header}
	line, err := json.Marshal(headerLine{Format, Version, header.Ledger, header.ExportedAt, header.Store})
	if err != nil {
		return nil, err
	}
	return out, out.put(line)
}

func (w *writer) put(line []byte) error {
	line = append(line, '\n')
	w.sum.Write(line)
	_, err := w.to.Write(line)
	w.line = line[:0]
	return err
}

func (w *writer) event(e *eventstore.Loaded) error {
	line, err := appendEvent(w.line[:0], e)
	if err != nil {
		return err
	}
	w.events++
	return w.put(line)
}

func (w *writer) close() (Summary, error) {
	s := Summary{Header: w.header, Events: w.events, SHA256: hex.EncodeToString(w.sum.Sum(nil))}
	line, err := json.Marshal(closingLine{s.Events, s.SHA256})
	if err != nil {
		return s, err
	}
	if err := w.put(line); err != nil {
		return s, err
	}
	return s, w.to.Flush()
}

// Progress is told how many events are done, of how many; the total is 0 where
// nobody can tell.
type Progress func(done, total int64)

// pageSize is how many events are asked about at once.
const pageSize = 1000

// Export writes every event that store holds when it begins, in the store's order.
// It works beside writers: what they add later is not in the file.
func Export(ctx context.Context, w io.Writer, store eventstore.Store, header Header, progress Progress) (Summary, error) {
	until, err := store.LastPosition(ctx)
	if err != nil {
		return Summary{}, err
	}
	out, err := newWriter(w, header)
	if err != nil {
		return Summary{}, err
	}
	x := exporter{store: store, out: out, progress: progress}
	if store.Contiguous() {
		x.total = int64(until)
	}
	for event, err := range store.ReadAll(ctx, eventstore.AllQuery{}) {
		if err != nil {
			return Summary{}, err
		}
		if event.Position > until {
			break
		}
		if x.page = append(x.page, eventstore.Loaded{Event: event}); len(x.page) < pageSize {
			continue
		}
		if err := x.turn(ctx); err != nil {
			return Summary{}, err
		}
	}
	if err := x.turn(ctx); err != nil {
		return Summary{}, err
	}
	return out.close()
}

type exporter struct {
	store    eventstore.Store
	out      *writer
	page     []eventstore.Loaded
	total    int64
	progress Progress
}

// turn writes the page.
func (x *exporter) turn(ctx context.Context) error {
	if err := x.findScopes(ctx); err != nil {
		return err
	}
	for i := range x.page {
		if err := x.out.event(&x.page[i]); err != nil {
			return err
		}
	}
	x.page = x.page[:0]
	if x.progress != nil {
		x.progress(x.out.events, x.total)
	}
	return nil
}

// findScopes asks the store in which scope the page's ids were appended. A store
// that cannot tell knows one scope only.
func (x *exporter) findScopes(ctx context.Context) error {
	teller, ok := x.store.(eventstore.ScopeTeller)
	if !ok || len(x.page) == 0 {
		return nil
	}
	events := make([]eventstore.Event, len(x.page))
	for i, event := range x.page {
		events[i] = event.Event
	}
	scopes, err := teller.Scopes(ctx, events)
	if err != nil {
		return err
	}
	for i, scope := range scopes {
		x.page[i].Scope = scope
	}
	return nil
}
