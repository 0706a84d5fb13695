// Package waiting lets tests wait. It bounds how long nothing happens and never
// how long work takes: every sign of life begins the time anew, so that a busy
// machine makes a test slow and leaves it green. A test that waited in vain says
// for what.
package waiting

import (
	"context"
	"fmt"
	"testing"
	"time"
)

// Patience is how long a test waits without a sign of life.
const Patience = time.Minute

// pace is how often a test looks at what no signal announces.
const pace = 5 * time.Millisecond

// For receives from a channel, or ends the test when nothing comes. A channel
// that is closed gives the zero value.
func For[T any](t testing.TB, what string, from <-chan T) T {
	t.Helper()
	return From(Over(t), what, from)
}

// Until looks again and again until something holds, or ends the test.
func Until(t testing.TB, what string, holds func() bool) {
	t.Helper()
	if _, there := progress(func() (struct{}, bool) { return struct{}{}, holds() }); !there {
		t.Fatalf("waited %v in vain for %s", Patience, what)
	}
}

// Progress looks again and again until what is waited for is there, or ends the
// test when the way there shows no progress: look says how far it is, and
// whenever that changes the time begins anew.
func Progress[S comparable](t testing.TB, what string, look func() (far S, there bool)) {
	t.Helper()
	if far, there := progress(look); !there {
		t.Fatalf("waited %v in vain for %s, and it stands at %v", Patience, what, far)
	}
}

func progress[S comparable](look func() (far S, there bool)) (S, bool) {
	ticker := time.NewTicker(pace)
	defer ticker.Stop()
	before, there := look()
	for heard := time.Now(); !there && time.Since(heard) < Patience; <-ticker.C {
		var far S
		if far, there = look(); far != before {
			before, heard = far, time.Now()
		}
	}
	return before, there
}

// Context is for one call that a test waits for: after Patience it ends, with an
// error that says what was waited for.
func Context(t testing.TB, what string) context.Context {
	ended, end := context.WithTimeoutCause(t.Context(), Patience, vain(what))
	t.Cleanup(end)
	return telling{ended}
}

// vain is the error of what was waited for in vain.
func vain(what string) error {
	return fmt.Errorf("waited %v in vain for %s: %w", Patience, what, context.DeadlineExceeded)
}

// telling is a context whose error is its cause, and that of every context made
// from it, so that anyone who gives the error on says it too.
type telling struct{ context.Context }

// Value implements context.Context. It hides the inner context, from which those
// made from this one would take an error without the cause.
func (c telling) Value(any) any { return nil }

// Err implements context.Context.
func (c telling) Err() error { return context.Cause(c.Context) }
