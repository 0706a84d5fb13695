package ownership_test

import (
	"testing"

	"guishu/domain"
	"guishu/domain/ownership"

	"github.com/google/uuid"
)

// L-04: an owner is untenable who had left, or whose customer had been erased, before
// they became it; whoever leaves later stays on record as the owner until handed over.
func TestAnOwnerWhoCameTooLateIsUntenable(t *testing.T) {
	t.Parallel()
	owner := domain.StaffID(uuid.New())
	for _, c := range []struct {
		owner               domain.StaffID
		since, left, erased domain.Position
		want                bool
	}{
		{owner, 10, 0, 0, false},
		{owner, 10, 9, 0, true},
		{owner, 10, 11, 0, false},
		{owner, 10, 0, 9, true},
		{owner, 10, 0, 11, false},
		{owner, 10, 11, 9, true},
		{domain.StaffID{}, 10, 9, 9, false},
	} {
		s := ownership.State{Owner: c.owner, Since: c.since}
		if reason, got := s.Untenable(c.left, c.erased); got != c.want || (reason != "") != c.want {
			t.Errorf("since %d, left at %d, erased at %d: %q, %v", c.since, c.left, c.erased, reason, got)
		}
		if events := s.DissolveUntenable(c.left, c.erased); (len(events) == 1) != c.want {
			t.Errorf("since %d, left at %d, erased at %d: %v", c.since, c.left, c.erased, events)
		}
	}
}
