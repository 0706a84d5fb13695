package ledger

import (
	"context"
	"sync"
	"sync/atomic"

	"guishu/domain"
	"guishu/eventstore"
)

// deciding is one attempt to decide a command. What is kept of streams may be over by
// the time that it is decided on: another process may have appended. What is to be
// written is safe all the same, by the revision that it expects; a refusal is not, and
// is given only after another attempt for which every stream was asked (C-01, L-02).
type deciding struct {
	asks  bool        // for what each stream holds by now
	kept  atomic.Bool // something was decided on without asking
	wrote atomic.Bool // it is on record: a look-up says no after that

	mu    sync.Mutex
	asked map[eventstore.Stream]bool
}

type decidingKey struct{}

// decideIn gives the context of an attempt.
func decideIn(ctx context.Context, d *deciding) context.Context {
	return context.WithValue(ctx, decidingKey{}, d)
}

// mustAsk says whether a kept state is to be brought up to date first, once for each
// stream.
func mustAsk(ctx context.Context, stream eventstore.Stream) bool {
	d, is := ctx.Value(decidingKey{}).(*deciding)
	if !is {
		return false
	}
	if !d.asks {
		d.kept.Store(true)
		return false
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.asked[stream] {
		return false
	}
	if d.asked == nil {
		d.asked = map[eventstore.Stream]bool{}
	}
	d.asked[stream] = true
	return true
}

// noteWritten says that the attempt has written.
func noteWritten(ctx context.Context) {
	if d, is := ctx.Value(decidingKey{}).(*deciding); is {
		d.wrote.Store(true)
	}
}

// refused says that a command came to a definite no.
func refused(err error) bool {
	refusal, is := domain.AsError(err)
	return is && refusal.Kind() != domain.Unavailable
}

// decide carries out attempts until one counts.
func decide[A any](ctx context.Context, attempt func(context.Context) (A, error)) (A, error) {
	first := &deciding{}
	answer, err := attempt(decideIn(ctx, first))
	if !refused(err) || !first.kept.Load() || first.wrote.Load() {
		return answer, err
	}
	return attempt(decideIn(ctx, &deciding{asks: true}))
}

// bring folds what a stream holds by now into what is kept of it. The entry is locked.
func (l *Ledger) bring(ctx context.Context, stream eventstore.Stream, e *entry) error {
	for read, err := range l.ReadStream(ctx, eventstore.StreamQuery{Stream: stream, From: e.revision + 1}) {
		if err != nil {
			e.loaded = false
			return err
		}
		e.take(read.Revision, read.Event, read.Fact)
		e.known = max(e.known, read.Revision)
	}
	return nil
}
