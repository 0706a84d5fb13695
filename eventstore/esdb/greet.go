package esdb

import (
	"context"
	"errors"
	"sync"
	"time"

	"github.com/EventStore/EventStore-Client-Go/v4/esdb"
)

const (
	// firstNotice is how long opening a store waits for a server before it says so.
	firstNotice = 3 * time.Second
	// nextNotice is how often it says so from then on.
	nextNotice = 10 * time.Second
)

// errSilence is why a server is waited for that has said nothing at all.
var errSilence = errors.New("it does not answer")

// greet connects, as often as the connection string says and for as long as patience
// lasts while there is an election, and reads the end of the ledger. Whoever watches
// the log is told what takes so long (E-08).
func (s *Store) greet(ctx context.Context, config *esdb.Configuration) error {
	ctx, release := s.bound(ctx)
	defer release()
	n := notice{store: s, why: errSilence}
	defer n.begin(ctx)()
	for begun, attempt := time.Now(), 1; ; attempt++ {
		_, err := s.links.get(ctx)
		if err == nil {
			break
		}
		election := errors.Is(err, errNoLeader) && time.Since(begun) < s.options.Patience
		if ctx.Err() != nil || judge(err) != passing || attempt >= config.MaxDiscoverAttempts && !election {
			return s.translate(ctx, "connecting", err)
		}
		n.because(err)
		rest(ctx, time.Duration(config.DiscoveryInterval)*time.Millisecond)
	}
	n.because(errSilence)
	_, err := s.LastPosition(ctx)
	return err
}

// notice tells the log whom opening a store waits for, and why.
type notice struct {
	store *Store
	mu    sync.Mutex
	why   error
}

func (n *notice) because(err error) {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.why = err
}

// begin tells until what it gives is called.
func (n *notice) begin(ctx context.Context) (end func()) {
	ctx, cancel := context.WithCancel(ctx)
	var telling sync.WaitGroup
	telling.Go(func() {
		for length := firstNotice; rest(ctx, length); length = nextNotice {
			n.mu.Lock()
			why := n.why
			n.mu.Unlock()
			n.store.options.Log.Warn("waiting for EventStoreDB", "addresses", n.store.links.addresses, "why", why)
		}
	})
	return func() {
		cancel()
		telling.Wait()
	}
}
