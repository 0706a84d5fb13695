package reactions_test

import (
	"testing"
	"time"

	"guishu/commands"
	"guishu/reactions"
)

// L-05: a reaction that has not moved for a while although there is something for it to
// answer is told, with since when; one that has nothing to answer is not.
func TestAReactionThatDoesNotGoOnIsTold(t *testing.T) {
	onEachStore(t, func(t *testing.T, h *house) {
		const name = "attribute-commission"
		r, _ := h.react(func(c *reactions.Config) { c.StalledAfter = time.Second })
		h.purchase(1)
		h.answered(r)
		stalled := func() map[string]time.Time {
			stalled, err := r.Stalled(t.Context())
			h.Must(err)
			return stalled
		}
		began := time.Now()
		h.until("a while to pass", func() bool { return time.Since(began) > 2*time.Second })
		h.Do(h.ops, commands.LaunchProduct{Code: "F2", Name: "示例稳健二号", Supplier: "示例基金"}) // no reaction hears of it
		if got := stalled(); len(got) > 0 {
			t.Errorf("with nothing to answer %v are stalled", got)
		}
		held, err := h.Pool.Begin(t.Context())
		h.Must(err)
		_, err = held.Exec(t.Context(), "SELECT FROM reaction.consumer WHERE name = $1 FOR UPDATE", name)
		h.Must(err)
		h.purchase(2)
		h.until("the reaction to be told", func() bool {
			since, told := stalled()[name]
			if told && (time.Since(since) < time.Second || since.Before(began)) {
				t.Errorf("it is stalled since %v", since)
			}
			return told
		})
		h.Must(held.Rollback(t.Context()))
		h.until("the reaction to go on", func() bool { return len(stalled()) == 0 })
	})
}
