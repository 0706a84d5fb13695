package waiting

import (
	"context"
	"iter"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"
)

// Watch looks after everything that one test waits for. Its context ends, and the
// test fails, when something is waited for and nothing was heard for Patience.
type Watch struct {
	t      testing.TB
	ctx    context.Context
	cancel context.CancelCauseFunc

	mu      sync.Mutex
	awaited map[*string]struct{} // what is waited for now
	heard   time.Time            // the last sign of life
	timer   *time.Timer
	over    bool // the test has ended, or has failed here
}

// Over gives a watch over a test, which ends with it.
func Over(t testing.TB) *Watch {
	ctx, cancel := context.WithCancelCause(t.Context())
	w := &Watch{t: t, ctx: ctx, cancel: cancel, awaited: make(map[*string]struct{}), heard: time.Now()}
	w.mu.Lock()
	defer w.mu.Unlock()
	w.timer = time.AfterFunc(Patience, w.look)
	t.Cleanup(w.end)
	return w
}

// Context ends with the test, or when it waited in vain, with an error that says
// for what.
func (w *Watch) Context() context.Context { return telling{w.ctx} }

// Await says that the test waits for something, until the function it gives is
// called. Both are signs of life.
func (w *Watch) Await(what string) (came func()) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.awaited[&what] = struct{}{}
	w.heard = time.Now()
	return func() {
		w.mu.Lock()
		defer w.mu.Unlock()
		delete(w.awaited, &what)
		w.heard = time.Now()
	}
}

// Alive is a sign of life of what is waited for.
func (w *Watch) Alive() {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.heard = time.Now()
}

// From receives from a channel under a watch, or ends the test when nothing comes
// and no other sign of life is there.
func From[T any](w *Watch, what string, from <-chan T) T {
	w.t.Helper()
	defer w.Await(what)()
	select {
	case value := <-from:
		return value
	case <-w.ctx.Done():
		w.t.FailNow() // look has said why
		panic("unreachable")
	}
}

// Each is a sequence whose every step is waited for under a watch.
func Each[T any](w *Watch, what string, sequence iter.Seq2[T, error]) iter.Seq2[T, error] {
	return func(yield func(T, error) bool) {
		came := w.Await(what)
		defer func() { came() }()
		for value, err := range sequence {
			came()
			if !yield(value, err) {
				return
			}
			came = w.Await(what)
		}
	}
}

// look ends the test's waiting when it was in vain, and otherwise comes back when
// it could be.
func (w *Watch) look() {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.over {
		return
	}
	left := Patience - time.Since(w.heard)
	if len(w.awaited) == 0 {
		left = Patience
	}
	if left > 0 {
		w.timer.Reset(left)
		return
	}
	w.over = true
	err := vain(w.list())
	w.t.Error(err)
	w.cancel(err)
}

// list names what is waited for, each thing once.
func (w *Watch) list() string {
	var names []string
	for what := range w.awaited {
		names = append(names, *what)
	}
	slices.Sort(names)
	return strings.Join(slices.Compact(names), " and ")
}

func (w *Watch) end() {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.over = true
	w.timer.Stop()
	w.cancel(context.Canceled)
}
