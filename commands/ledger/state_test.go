package ledger_test

import (
	"context"
	"testing"

	"guishu/commands"
	"guishu/commands/commandstest"
	"guishu/commands/ledger"
	"guishu/domain"
	"guishu/domain/customer"
	"guishu/eventstore"
	"guishu/internal/waiting"
)

func streamOfCustomer(id domain.CustomerID) eventstore.Stream {
	return eventstore.Stream(customer.StreamPrefix + id.String())
}

func (h *house) supplement(l *ledger.Ledger, id domain.CustomerID, address string) ledger.Answer {
	h.Helper()
	answer, err := l.Do(h.Context(), h.As(h.Ann), commands.SupplementCustomer{
		Customer: id, Fields: commands.CustomerFields{Address: address},
	})
	h.Must(err)
	return answer
}

// Design §2: what another process appends is heard of, and the kept state folds it
// without reading the stream again.
func TestAKeptStateFollowsOtherProcesses(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	other := h.Process()
	id := h.Prospect(h.Ann, h.North, commandstest.Person("王示例"))
	h.supplement(other, id, "示例路1号") // keeps the state there
	answer := h.supplement(h.Ledger, id, "示例路2号")
	waiting.Until(t, "the other process to fold it", func() bool { return other.CachedRevision(streamOfCustomer(id)) == answer.Revision })
	if again := h.supplement(other, id, "示例路2号"); again.Revision != answer.Revision || again.Position != answer.Position || !again.Repeated {
		t.Errorf("what is as wanted was answered with %+v, it stands at %+v", again, answer)
	}
}

// A kept state that is behind can never win: the append names its revision, loses,
// and the command is decided anew on what is there.
func TestAStaleStateNeverWins(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	id := h.Prospect(h.Ann, h.North, commandstest.Person("王示例"))
	first := h.supplement(h.Ledger, id, "示例路1号")
	h.Ledger.SetRevision(streamOfCustomer(id), first.Revision-1)
	second := h.supplement(h.Ledger, id, "示例路2号")
	if second.Revision != first.Revision+1 || second.Repeated {
		t.Errorf("after %+v a stale state led to %+v", first, second)
	}
	if got := h.Ledger.CachedRevision(streamOfCustomer(id)); got != second.Revision {
		t.Errorf("the kept state is at %d, the stream at %d", got, second.Revision)
	}
}

// What an older copy of the ledger has shown of a stream is not waited for: what the
// ledger itself holds is decided on.
func TestMoreThanTheStoreHoldsIsNotWaitedFor(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	id := h.Prospect(h.Ann, h.North, commandstest.Person("王示例"))
	first := h.supplement(h.Ledger, id, "示例路1号")
	h.Ledger.HeardOf(streamOfCustomer(id), first.Revision+5)
	ctx, cancel := context.WithTimeout(t.Context(), waiting.Patience)
	defer cancel()
	change := commands.SupplementCustomer{Customer: id, Fields: commands.CustomerFields{Address: "示例路2号"}}
	if second, err := h.Ledger.Do(ctx, h.As(h.Ann), change); err != nil || second.Revision != first.Revision+1 {
		t.Errorf("after %+v: %+v, %v", first, second, err)
	}
}

// A state that missed an event is not folded on over the gap; it is read anew.
func TestAGapMakesAStateBeReadAnew(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	other := h.Process()
	id := h.Prospect(h.Ann, h.North, commandstest.Person("王示例"))
	first := h.supplement(other, id, "示例路1号")
	// So far behind that whatever the tail brings next leaves a gap.
	other.SetRevision(streamOfCustomer(id), first.Revision-9)
	h.supplement(h.Ledger, id, "示例路2号")
	waiting.Until(t, "the state with the gap is dropped", func() bool { return !other.Cached(streamOfCustomer(id)) })
	answer := h.supplement(other, id, "示例路3号")
	if answer.Revision != first.Revision+2 {
		t.Errorf("it went on at %d, want %d", answer.Revision, first.Revision+2)
	}
}

// Only so many states are kept; what was put out is read again when it is needed.
func TestOnlySoManyStatesAreKept(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	small := h.Another(func(c *ledger.Config) { c.CachedStreams = 4 })
	var ids []domain.CustomerID
	for range 6 {
		ids = append(ids, h.Prospect(h.Ann, h.North, commandstest.Person("王示例")))
	}
	for round := range 2 {
		for _, id := range ids {
			answer := h.supplement(small, id, []string{"示例路1号", "示例路2号"}[round])
			if want := eventstore.Revision(round + 1); answer.Revision != want {
				t.Errorf("round %d went to revision %d", round, answer.Revision)
			}
		}
	}
	if got := small.CachedStates(); got > 4 {
		t.Errorf("%d states are kept, at most 4 may be", got)
	}
}
