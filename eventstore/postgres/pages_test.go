package postgres

import (
	"context"
	"errors"
	"testing"
	"testing/synctest"
	"time"

	"guishu/eventstore"
)

// counting is a pager whose pages hold one event each, numbered.
type counting struct {
	next, pages int
	fails       bool // behind the last page
	small       []bool
}

func (c *counting) read(_ context.Context, p *page) error {
	c.next++
	if c.next > c.pages {
		return errors.New("lost")
	}
	c.small = append(c.small, p.small)
	p.events = append(p.events[:0], eventstore.Event{Position: eventstore.Position(c.next)})
	p.last = c.next == c.pages && !c.fails
	return nil
}

// A reader that takes its time over some pages gets every page once, in order, and
// does not keep its room; where there is none, pages are small.
func TestASlowReaderGivesUpItsRoom(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		slowAt   map[int]bool
		occupied int // of the two rooms
		fails    bool
	}{
		"quick":                     {},
		"slow at the first page":    {slowAt: map[int]bool{1: true}},
		"slow in the middle":        {slowAt: map[int]bool{5: true, 11: true}},
		"slow at the page left":     {slowAt: map[int]bool{5: true, 6: true, 7: true}},
		"always slow":               {slowAt: map[int]bool{1: true, 2: true, 3: true, 4: true, 5: true, 6: true, 7: true, 8: true}},
		"slow at the end":           {slowAt: map[int]bool{20: true}},
		"no room":                   {occupied: 2},
		"slow and then an error":    {slowAt: map[int]bool{20: true}, fails: true},
		"slow before the last page": {slowAt: map[int]bool{19: true}, fails: true},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				s := &Store{room: make(room, 2)}
				s.ending, s.end = context.WithCancelCause(t.Context())
				defer s.end(nil)
				for range test.occupied {
					s.room.take()
				}
				r := &counting{pages: 20, fails: test.fails}
				want := eventstore.Position(1)
				var failed error
				for p, err := range s.pages(t.Context(), r) {
					if err != nil {
						failed = err
						continue
					}
					if got := p.events[0].Position; got != want {
						t.Fatalf("page %d came, want %d", got, want)
					}
					if test.slowAt[int(want)] {
						time.Sleep(slow + time.Second)
					}
					want++
				}
				if want != 21 || (failed != nil) != test.fails {
					t.Errorf("the reading ended before %d with %v", want, failed)
				}
				if len(s.room) != test.occupied {
					t.Errorf("%d rooms are taken at the end, want %d", len(s.room), test.occupied)
				}
				small := 0
				for _, each := range r.small {
					if each {
						small++
					}
				}
				if test.occupied == 2 && small != 20 || test.occupied == 0 && len(test.slowAt) == 0 && small != 0 {
					t.Errorf("%d pages were small", small)
				}
				if test.slowAt[5] && small == 0 {
					t.Error("a slow reader went on with large pages")
				}
			})
		})
	}
}

// A page that a filter has left empty neither makes the next one bold nor undoes
// what is known of how large events are.
func TestAnEmptyPageTeachesNothing(t *testing.T) {
	t.Parallel()
	var size pageSize
	empty, large := new(page), &page{events: make([]eventstore.Event, 8), bytes: maxPageBytes}
	for i, step := range []struct {
		read *page
		want int
	}{{empty, firstPageEvents}, {large, 8}, {empty, 8}} {
		size.learn(step.read)
		if got := size.next(empty); got != step.want {
			t.Errorf("after page %d: asks for %d events, want %d", i+1, got, step.want)
		}
	}
}

// A reader that breaks off leaves nothing behind, wherever it does.
func TestBreakingOffGivesTheRoomBack(t *testing.T) {
	t.Parallel()
	for at := range 20 {
		synctest.Test(t, func(t *testing.T) {
			s := &Store{room: make(room, 1)}
			s.ending, s.end = context.WithCancelCause(t.Context())
			defer s.end(nil)
			count := 0
			for range s.pages(t.Context(), &counting{pages: 20}) {
				if count == 3 {
					time.Sleep(slow + time.Second)
				}
				if count++; count > at {
					break
				}
			}
			if len(s.room) != 0 {
				t.Errorf("the room is still taken after %d pages", count)
			}
		})
	}
}
