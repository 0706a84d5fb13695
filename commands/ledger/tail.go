package ledger

import (
	"context"
	"sync"

	"guishu/eventstore"
)

// tail is how far this process has heard of what anybody appends.
type tail struct {
	mu    sync.Mutex
	at    eventstore.Position
	moved chan struct{} // closed when at has grown
}

func newTail() *tail { return &tail{moved: make(chan struct{})} }

func (t *tail) passed(position eventstore.Position) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if position > t.at {
		t.at = position
		close(t.moved)
		t.moved = make(chan struct{})
	}
}

func (t *tail) look() (at eventstore.Position, moved <-chan struct{}) {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.at, t.moved
}

// WaitFor waits until this process has heard of every event up to a position, whoever
// appended it, so that Principal, Tree and Member are no older than that. It gives the
// context's error when that ends first.
func (l *Ledger) WaitFor(ctx context.Context, position eventstore.Position) error {
	for {
		at, moved := l.tail.look()
		if at >= position {
			return nil
		}
		select {
		case <-moved:
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}
