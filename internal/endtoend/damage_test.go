package endtoend

import (
	"context"
	"io"
	"math/rand/v2"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/EventStore/EventStore-Client-Go/v4/esdb"
	"github.com/google/uuid"

	"guishu/eventstore"
	"guishu/eventstore/gateway"
	"guishu/eventstore/postgres"
	"guishu/internal/esdbtest"
	"guishu/internal/pgtest"
	"guishu/internal/waiting"
)

// damaging is people at work on an EventStoreDB that is damaged from outside.
type damaging struct {
	*load
	server *esdbtest.Server
	store  *postgres.Store // behind the server
	dice   *rand.Rand
}

// damage is one kind of damage. do damages the ledger and gives what readiness and
// replay are to say, and how it is taken back.
type damage struct {
	name string
	do   func(d *damaging) (said string, takeBack func())
}

var damages = []damage{
	{"the store is put back", func(d *damaging) (string, func()) {
		d.until(20)
		copied := d.copied()
		d.until(20)
		d.server.PutBack(copied)
		return "ledger/put-back", func() { d.server.PutBack(d.store) }
	}},
	{"a stream is deleted", func(d *damaging) (string, func()) {
		d.until(20)
		stream := d.anyStream()
		client := connected(d.t.(*testing.T), d.server.Address())
		if _, err := client.DeleteStream(within(d.t), stream, esdb.DeleteStreamOptions{}); err != nil {
			d.t.Fatal(err)
		}
		return stream, func() {
			// The first makes the server show the stream again from its end on, as any write
			// to it does; the second shows all of it.
			for range 2 {
				whole := esdb.EventData{EventID: uuid.New(), EventType: "$metadata", ContentType: esdb.ContentTypeJson, Data: []byte("{}")}
				if _, err := client.AppendToStream(within(d.t), "$$"+stream, esdb.AppendToStreamOptions{}, whole); err != nil {
					d.t.Fatal(err)
				}
			}
		}
	}},
}

// copied is a copy of the ledger as it is now.
func (d *damaging) copied() eventstore.Store {
	d.t.Helper()
	copied, err := postgres.Open(within(d.t), pgtest.New(d.t), postgres.Options{AllowUnsafe: true})
	if err != nil {
		d.t.Fatal(err)
	}
	d.t.Cleanup(func() { _ = copied.Close() })
	end, err := d.store.LastPosition(within(d.t))
	if err != nil {
		d.t.Fatal(err)
	}
	_, err = copied.Load(within(d.t), func(yield func(eventstore.Loaded, error) bool) {
		for event, err := range d.store.ReadAll(context.Background(), eventstore.AllQuery{}) {
			if err == nil && event.Position > end || !yield(eventstore.Loaded{Event: event}, err) {
				return
			}
		}
	})
	if err != nil {
		d.t.Fatal(err)
	}
	return copied
}

// anyStream is one of those in which an acknowledged command is.
func (d *damaging) anyStream() string {
	d.records.Lock()
	defer d.records.Unlock()
	return d.records.all[d.dice.IntN(len(d.records.all))].answer.Stream
}

// readiness is what /readyz says.
func (p *program) readiness() (status int, said string) {
	answer, err := p.http.Get(p.address + "/readyz")
	if err != nil {
		return 0, ""
	}
	defer answer.Body.Close()
	body, _ := io.ReadAll(answer.Body)
	return answer.StatusCode, string(body)
}

// A ledger that is damaged from outside is named by readiness within seconds and by
// replay always; nothing is decided on it, and when the damage is taken back everything
// that was acknowledged is there (C-09, E-02, E-03).
func TestCampaignOfDamagesToAnEventStoreDB(t *testing.T) {
	t.Parallel()
	rounds, on := *faults/30, gateway.Likenesses()
	if rounds == 0 {
		rounds, on = len(damages), on[:1] // a small campaign: every kind once
	}
	for n, name := range on {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			likeness, err := gateway.ParseLikeness(name)
			if err != nil {
				t.Fatal(err)
			}
			i := install(t)
			i.behind = pgtest.New(t)
			store, err := postgres.Open(within(t), i.behind, postgres.Options{AllowUnsafe: true})
			if err != nil {
				t.Fatal(err)
			}
			t.Cleanup(func() { _ = store.Close() })
			server := esdbtest.Serve(t, store, func(c *gateway.Config) { c.Likeness = likeness })
			i.more = append(i.more, "GUISHU_STORE="+server.Address())
			d := &damaging{load: newLoad(t, i), server: server, store: store, dice: rand.New(rand.NewPCG(*seed, uint64(n)))}
			d.work()
			for round := range rounds {
				kind := damages[(round+n)%len(damages)]
				said, takeBack := kind.do(d)
				p, _ := d.current()
				began := time.Now()
				waiting.Until(t, "readiness to name it: "+kind.name, func() bool {
					status, body := p.readiness()
					return status == http.StatusServiceUnavailable && strings.Contains(body, said)
				})
				took := time.Since(began)
				d.waits.Alive()
				proving := time.Now()
				if printed, code := i.run("replay"); code != 4 || !strings.Contains(printed, strings.TrimPrefix(said, "ledger/")) {
					t.Errorf("%s: replay exits with %d:\n%s", kind.name, code, printed)
				}
				proved := time.Since(proving)
				d.waits.Alive()
				takeBack()
				waiting.Until(t, "the program to go on after: "+kind.name, p.ready)
				d.until(20)
				t.Logf("%s: named after %v, by replay after %v", kind.name, took.Round(10*time.Millisecond), proved.Round(10*time.Millisecond))
			}
			d.finish()
			d.settled()
			d.everything()
			d.agrees()
		})
	}
}
