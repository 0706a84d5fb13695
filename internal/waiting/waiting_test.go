package waiting_test

import (
	"context"
	"errors"
	"fmt"
	"runtime"
	"slices"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"guishu/internal/waiting"
)

// judged is a test whose failures are looked at.
type judged struct {
	testing.TB
	mu     sync.Mutex
	failed []string
}

func (j *judged) note(text string) {
	j.mu.Lock()
	defer j.mu.Unlock()
	j.failed = append(j.failed, text)
}

func (j *judged) Helper()           {}
func (j *judged) FailNow()          { runtime.Goexit() }
func (j *judged) Error(args ...any) { j.note(fmt.Sprint(args...)) }
func (j *judged) Fatalf(format string, args ...any) {
	j.note(fmt.Sprintf(format, args...))
	runtime.Goexit()
}

// judge runs a test in made-up time and gives what it failed with.
func judge(t *testing.T, run func(j *judged)) (failed []string) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		j := &judged{TB: t}
		var group sync.WaitGroup
		group.Go(func() { run(j) })
		group.Wait()
		failed = j.failed
	})
	return failed
}

func TestWorkThatTakesLongIsNotWaiting(t *testing.T) {
	t.Parallel()
	failed := judge(t, func(j *judged) {
		watch := waiting.Over(j)
		time.Sleep(10 * waiting.Patience)
		for range 100 {
			came := watch.Await("an answer")
			time.Sleep(waiting.Patience - time.Second)
			came()
		}
		came := watch.Await("a long answer")
		for range 100 {
			time.Sleep(waiting.Patience - time.Second)
			watch.Alive()
		}
		came()
		if watch.Context().Err() != nil {
			j.note("the context ended")
		}
	})
	if len(failed) > 0 {
		t.Errorf("failed with %q", failed)
	}
}

func TestATestThatWaitsInVainEndsAndSaysForWhat(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		wait func(j *judged)
		want []string
	}{
		"calls that nothing answers": {func(j *judged) {
			watch := waiting.Over(j)
			watch.Await("an answer to a")
			watch.Await("an answer to b")
			watch.Await("an answer to a")
			watch.Await("what came")()
			<-watch.Context().Done()
			j.note(watch.Context().Err().Error())
		}, slices.Repeat([]string{"waited 1m0s in vain for an answer to a and an answer to b: context deadline exceeded"}, 2)},
		"a sequence that stands still": {func(j *judged) {
			watch := waiting.Over(j)
			standing := func(yield func(int, error) bool) {
				for range 10 {
					time.Sleep(waiting.Patience - time.Second)
					yield(0, nil)
				}
				<-watch.Context().Done()
			}
			for range waiting.Each(watch, "the eleventh", standing) {
				time.Sleep(2 * waiting.Patience) // work
			}
		}, []string{"waited 1m0s in vain for the eleventh: context deadline exceeded"}},
		"one call": {func(j *judged) {
			ctx, cancel := context.WithCancel(waiting.Context(j, "the call"))
			defer cancel()
			<-ctx.Done()
			if !errors.Is(ctx.Err(), context.DeadlineExceeded) {
				j.note("it is not told as late")
			}
			j.note(ctx.Err().Error())
		}, []string{"waited 1m0s in vain for the call: context deadline exceeded"}},
		"a channel": {func(j *judged) {
			waiting.For(j, "the signal", make(chan int))
		}, []string{"waited 1m0s in vain for the signal: context deadline exceeded"}},
		"a condition": {func(j *judged) {
			waiting.Until(j, "the server", func() bool { return false })
		}, []string{"waited 1m0s in vain for the server"}},
		"a way that ends too early": {func(j *judged) {
			far := 0
			waiting.Progress(j, "position 20000", func() (int, bool) { far = min(far+1, 15_000); return far, far == 20_000 })
		}, []string{"waited 1m0s in vain for position 20000, and it stands at 15000"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if failed := judge(t, c.wait); !slices.Equal(failed, c.want) {
				t.Errorf("failed with %q, want %q", failed, c.want)
			}
		})
	}
}

func TestWhatComesLateIsWaitedFor(t *testing.T) {
	t.Parallel()
	failed := judge(t, func(j *judged) {
		signal := make(chan int)
		go func() { time.Sleep(waiting.Patience - time.Second); signal <- 7 }()
		if got := waiting.For(j, "the signal", signal); got != 7 {
			j.note("another value came")
		}
		far := 0
		waiting.Progress(j, "the end", func() (int, bool) { time.Sleep(waiting.Patience / 2); far++; return far, far == 10 })
	})
	if len(failed) > 0 {
		t.Errorf("failed with %q", failed)
	}
}
