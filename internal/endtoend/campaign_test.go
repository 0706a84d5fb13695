package endtoend

import (
	"flag"
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"

	"guishu/eventstore"
	"guishu/eventstore/gateway"
	"guishu/eventstore/postgres"
	"guishu/internal/esdbtest"
	"guishu/internal/pgtest"
)

// The campaign's size. A large one, whose figures stand in
// docs/running-on-eventstoredb.md:
//
//	go test ./internal/endtoend -run Campaign -v -timeout 3h -args -faults 200 -frozen 60s
var (
	faults = flag.Int("faults", 9, "how many faults the campaign makes")
	frozen = flag.Duration("frozen", 3*time.Second, "how long a leader is frozen in the campaign, at the most")
	seed   = flag.Uint64("seed", 1, "what the campaign's order of faults and their lengths follow from")
)

// election is how long a cluster is without a leader after its leader was lost.
const election = 6 * time.Second

// tooSlow is how many events of 4 KiB others write while readers take nothing in: more
// than connections and the live buffer of a subscription hold.
const tooSlow = 1000

// campaign is people at work on a cluster to which things happen.
type campaign struct {
	*load
	cluster *esdbtest.Cluster
	store   eventstore.Store // behind the cluster
	dice    *rand.Rand
}

// fault is one kind of thing that happens to an EventStoreDB, and that is over when do
// returns.
type fault struct {
	name string
	do   func(c *campaign)
}

var kinds = []fault{
	{"connections to the leader are cut", func(c *campaign) {
		leader := c.cluster.Leader()
		c.cluster.Kill(leader)
		c.cluster.Start(leader)
	}},
	{"another member leads", func(c *campaign) { c.cluster.Lead(c.other()) }},
	{"the leader is killed, and another one is elected", func(c *campaign) {
		leader := c.cluster.Leader()
		c.cluster.Kill(leader)
		c.elect()
		c.until(20)
		c.cluster.Start(leader)
	}},
	{"the leader freezes, and another one is elected", func(c *campaign) {
		leader := c.cluster.Leader()
		c.cluster.Freeze(leader)
		began := time.Now()
		c.elect()
		c.until(20)
		pass(c.length() - time.Since(began))
		c.cluster.Thaw(leader)
	}},
	{"the leader freezes, and leads on", func(c *campaign) {
		leader := c.cluster.Leader()
		c.cluster.Freeze(leader)
		pass(c.length())
		c.cluster.Thaw(leader)
	}},
	{"readers are too slow for what others write", func(c *campaign) {
		leader := c.cluster.Leader()
		c.cluster.Freeze(leader)
		c.foreign(tooSlow)
		pass(time.Second)
		c.cluster.Thaw(leader)
	}},
	{"the whole cluster is away", func(c *campaign) {
		leader := c.cluster.Leader()
		for i := range 3 {
			c.cluster.Kill(i)
		}
		pass(time.Second)
		for i := range 3 {
			c.cluster.Start(i)
		}
		c.cluster.Lead(leader)
	}},
}

// installOnCluster is a machine whose ledger is in a cluster of three EventStoreDBs in
// a version's likeness.
func installOnCluster(t testing.TB, likeness gateway.Likeness) (*installation, *esdbtest.Cluster, eventstore.Store) {
	t.Helper()
	i := install(t)
	i.behind = pgtest.New(t)
	store, err := postgres.Open(within(t), i.behind, postgres.Options{AllowUnsafe: true})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = store.Close() })
	cluster := esdbtest.NewCluster(t, store, 3, func(c *gateway.Config) { c.Likeness = likeness })
	i.more = append(i.more, "GUISHU_STORE="+cluster.Address())
	return i, cluster, store
}

// Whatever happens to an EventStoreDB of whichever version, nothing that was
// acknowledged is lost or there twice, and every request is answered.
func TestCampaignOfFaultsOfAnEventStoreDB(t *testing.T) {
	t.Parallel()
	for n, name := range gateway.Likenesses() {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			likeness, err := gateway.ParseLikeness(name)
			if err != nil {
				t.Fatal(err)
			}
			i, cluster, store := installOnCluster(t, likeness)
			c := &campaign{load: newLoad(t, i), cluster: cluster, store: store, dice: rand.New(rand.NewPCG(*seed, uint64(n)))}
			c.work()
			c.until(20)
			first := c.dice.IntN(len(kinds))
			for round := range (*faults + n) / 3 {
				kind := kinds[(first+round*3)%len(kinds)] // three from one to the next: in the end all
				silence, began := c.silence(), time.Now()
				kind.do(c)
				c.until(20)
				t.Logf("%s: over after %v, the longest silence %v", kind.name, time.Since(began).Round(10*time.Millisecond), silence())
			}
			c.finish()
			c.settled()
			c.everything()
			c.agrees()
			if slow := cluster.TooSlow(); likeness == gateway.Like2310 && *faults >= 3*len(kinds) && slow == 0 {
				t.Error("no reader was too slow")
			}
			if c.unanswered.Load() > 0 {
				t.Errorf("%d requests were cut off without an answer", c.unanswered.Load())
			}
		})
	}
}

// other is a member that does not lead.
func (c *campaign) other() int { return (c.cluster.Leader() + 1 + c.dice.IntN(2)) % 3 }

// length is how long a leader is frozen: from a second up.
func (c *campaign) length() time.Duration {
	return time.Second + time.Duration(c.dice.Int64N(int64(max(*frozen-time.Second, 1))))
}

// elect lets the members that are left elect a leader, which takes its time.
func (c *campaign) elect() {
	next := c.other()
	pass(election)
	c.cluster.Lead(next)
}

// silence measures how long nothing was acknowledged, at the longest, from now on until
// it is asked.
func (c *campaign) silence() func() time.Duration {
	var longest time.Duration
	heard, done, over, stopped := time.Now(), c.acknowledged.Load(), make(chan struct{}), make(chan struct{})
	go func() {
		defer close(stopped)
		ticker := time.NewTicker(10 * time.Millisecond)
		defer ticker.Stop()
		for {
			select {
			case <-ticker.C:
			case <-over:
				return
			}
			if now := c.acknowledged.Load(); now != done {
				longest, heard, done = max(longest, time.Since(heard)), time.Now(), now
			}
		}
	}()
	return func() time.Duration {
		close(over)
		<-stopped
		return longest.Round(10 * time.Millisecond)
	}
}

// foreign lets another program write to the same EventStoreDB.
func (c *campaign) foreign(events int) {
	c.t.Helper()
	stream, padding := eventstore.Stream("noise-"+uuid.NewString()), strings.Repeat("x", 4096)
	for range events / 100 {
		a := eventstore.Append{Stream: stream, Expected: eventstore.AnyRevision}
		for range 100 {
			a.Events = append(a.Events, eventstore.NewEvent{ID: uuid.New(), Type: "noise", Data: fmt.Appendf(nil, `{"padding":%q}`, padding), Metadata: []byte("{}")})
		}
		if _, err := c.store.Append(within(c.t), a); err != nil {
			c.t.Fatal(err)
		}
	}
}

// pass lets time pass: what lasts is the fault.
func pass(d time.Duration) { <-time.After(d) }
