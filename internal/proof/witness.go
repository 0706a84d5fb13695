package proof

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"sync"

	"guishu/domain/aggregates"
	"guishu/eventstore"
	"guishu/internal/app"
	"guishu/reactions"

	"github.com/google/uuid"
	"golang.org/x/sync/errgroup"
)

// witness remembers of the whole log what streams and reactions are compared with:
// about 100 bytes a stream, 20 an event that a command wrote, and 200 an event that
// calls for something.
type witness struct {
	app       *app.App
	directory *aggregates.Directory
	streams   map[eventstore.Stream]*trace
	order     []eventstore.Stream
	written   map[uuid.UUID]struct{} // the commands that the ledger gave itself
	calls     []called
	asked     *reactions.Fulfilments
}

// trace is a stream as the log has it.
type trace struct {
	count  eventstore.Revision
	sum    [sha256.Size]byte // over every event
	broken string
}

// called is an event that a reaction hears of.
type called struct {
	reaction string
	event    eventstore.Event
}

// atOnce is how many streams are read at the same time.
const atOnce = 8

func newWitness(a *app.App) *witness {
	return &witness{
		app: a, directory: aggregates.All(), streams: map[eventstore.Stream]*trace{}, written: map[uuid.UUID]struct{}{},
	}
}

// take adds an event to what is known of its stream.
func (t *trace) take(e eventstore.Event) {
	if e.Revision != t.count && t.broken == "" {
		t.broken = fmt.Sprintf("the log has revision %d of it where %d is due", e.Revision, t.count)
	}
	h := sha256.New()
	h.Write(t.sum[:])
	h.Write(e.ID[:])
	h.Write([]byte(e.Type))
	h.Write(e.Data)
	h.Write(e.Metadata)
	h.Sum(t.sum[:0])
	t.count++
}

// read goes through the log. Where reactions stand is asked before, so that what they
// do meanwhile is only ever taken for not done yet.
func (w *witness) read(ctx context.Context, r *Report, progress func(Stage, int64, int64)) (err error) {
	if w.asked, err = w.app.Reactions.Fulfilments(ctx); err != nil {
		return err
	}
	last, err := w.app.Store.LastPosition(ctx)
	if err != nil {
		return err
	}
	for e, err := range w.app.Store.ReadAll(ctx, eventstore.AllQuery{}) {
		var gap *eventstore.GapError
		if errors.As(err, &gap) {
			r.Ledger.Hole = fmt.Sprintf("after position %d comes %d", gap.After, gap.Next)
			break
		}
		if err != nil {
			return err
		}
		if e.Position > last {
			break
		}
		w.take(e)
		if r.Streams.Events++; r.Streams.Events%1000 == 0 {
			progress(Reading, int64(e.Position), int64(last))
		}
	}
	return nil
}

func (w *witness) take(e eventstore.Event) {
	if _, err := w.directory.Of(string(e.Stream)); err != nil {
		return // another program's
	}
	known := w.streams[e.Stream]
	if known == nil {
		known = new(trace)
		w.streams[e.Stream] = known
		w.order = append(w.order, e.Stream)
	}
	known.take(e)
	if meta, err := eventstore.DecodeMetadata(e.Metadata); err == nil && meta.CausationID != uuid.Nil {
		w.written[meta.CommandID] = struct{}{}
	}
	for _, reaction := range w.asked.CalledBy(e.Type) {
		w.calls = append(w.calls, called{reaction, e})
	}
}

// compare reads every stream.
func (w *witness) compare(ctx context.Context, r *Report, progress func(Stage, int64, int64)) error {
	var mu sync.Mutex
	group, within := errgroup.WithContext(ctx)
	group.SetLimit(atOnce)
	for _, stream := range w.order {
		group.Go(func() error {
			reason, err := w.compareOne(within, stream)
			mu.Lock()
			defer mu.Unlock()
			if r.Streams.Read++; r.Streams.Read%1000 == 0 {
				progress(Comparing, r.Streams.Read, int64(len(w.order)))
			}
			if reason != "" {
				r.Streams.Damaged = append(r.Streams.Damaged, Damaged{stream, reason})
			}
			return err
		})
	}
	return group.Wait()
}

// compareOne says how a stream is not what the log has of it. It may have grown since.
func (w *witness) compareOne(ctx context.Context, stream eventstore.Stream) (string, error) {
	inLog, inStream := w.streams[stream], new(trace)
	if inLog.broken != "" {
		return inLog.broken, nil
	}
	query := eventstore.StreamQuery{Stream: stream, Limit: int(inLog.count)}
	for e, err := range eventstore.ReadWhole(ctx, w.app.Store, query) {
		var damaged *eventstore.DamagedError
		if errors.As(err, &damaged) {
			return fmt.Sprintf("revision %d is missing: %s", damaged.Missing, damaged.Reason), nil
		}
		if err != nil {
			return "", err
		}
		inStream.take(e)
	}
	switch {
	case inStream.count != inLog.count:
		return fmt.Sprintf("it gives %d events, the log has %d of it", inStream.count, inLog.count), nil
	case inStream.sum != inLog.sum:
		return "its events are not those that the log has of it", nil
	}
	return "", nil
}

// answer finds out what became of what events call for.
func (w *witness) answer(ctx context.Context, r *Report, progress func(Stage, int64, int64)) error {
	for i, c := range w.calls {
		if err := ctx.Err(); err != nil {
			return err
		}
		_, written := w.written[w.asked.Command(c.reaction, c.event.ID)]
		became, err := w.asked.Of(ctx, c.reaction, c.event, written)
		r.Reactions.CalledFor++
		switch became {
		case reactions.Done:
			r.Reactions.Done++
		case reactions.Waiting:
			r.Reactions.Waiting++
		case reactions.Aside:
			r.Reactions.Aside++
		case reactions.Missing:
			owed := reactions.Owed{Reaction: c.reaction, Event: c.event.ID, Position: c.event.Position, Type: c.event.Type, Stream: c.event.Stream}
			if err != nil {
				owed.Why = err.Error()
			}
			r.Reactions.Missing = append(r.Reactions.Missing, owed)
		}
		if i%100 == 99 {
			progress(Answering, int64(i), int64(len(w.calls)))
		}
	}
	return nil
}
