package projectiontest

import (
	"context"
	"fmt"
	"sync"

	"guishu/internal/invented"
)

// What stories are made of.
type (
	Story = invented.Story
	Write = invented.Write
	At    = invented.At
)

// NewStory invents a firm of so many outlets.
func NewStory(outlets int) *Story { return invented.New(outlets) }

// Tell writes the opening and the lives of so many customers, many at a time.
func (l *Ledger) Tell(s *Story, customers int) {
	l.t.Helper()
	for _, w := range s.Opening() {
		l.AppendAt(w.At, w.Stream, w.Events...)
	}
	l.Live(s, 0, customers)
}

// Live writes the lives of the customers from one number to another.
func (l *Ledger) Live(s *Story, from, to int) {
	l.t.Helper()
	ctx, cancel := context.WithCancelCause(context.Background())
	defer cancel(nil)
	next := make(chan int)
	go func() {
		defer close(next)
		for n := from; n < to; n++ {
			select {
			case next <- n:
			case <-ctx.Done():
				return
			}
		}
	}()
	var writers sync.WaitGroup
	for range 32 {
		writers.Go(func() {
			for n := range next {
				for _, w := range s.Life(n) {
					if _, err := l.TryAppend(w.At, w.Stream, w.Events...); err != nil {
						cancel(fmt.Errorf("customer %d, %s: %w", n, w.Stream, err))
						return
					}
				}
			}
		})
	}
	writers.Wait()
	if err := context.Cause(ctx); err != nil {
		l.t.Fatal(err)
	}
}
