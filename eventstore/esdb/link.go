package esdb

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/EventStore/EventStore-Client-Go/v4/esdb"
	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/connectivity"
	"google.golang.org/grpc/metadata"
	"google.golang.org/grpc/status"

	"guishu/eventstore"
)

// errRetired says that a link was given up between being got and being used.
var errRetired = errors.New("the connection has been given up")

// link is one client of the server, from connecting to the first failure of
// its connection.
//
// A client is not allowed to reconnect by itself. When it does, it forgets its
// old connection without closing it; and when nobody answers, it stops for
// good and leaves every other caller waiting without end. So a link asks the
// client for its connection only until the client says, in its log and before
// it forgets the connection, that a call failed for want of one. From then on
// the link is retired, and its client is closed once the last call is over.
//
// What a client connects to it connects to once (once.go). Where a server sends it on to
// another member of a cluster, it says so in its log before it gives that connection to
// anybody; whoever gets it sends nothing.
type link struct {
	server  server
	client  *esdb.Client
	batch   *batch // nil where every append has a call of its own
	retired atomic.Bool
	sentOn  atomic.Bool     // the client goes to another member by itself
	gone    context.Context // ends when nothing more is to be expected of the server
	give    context.CancelFunc

	// entry is held for reading by calls that ask the client for its
	// connection, and for writing to retire the link.
	entry sync.RWMutex
	users atomic.Int64 // calls under way, and one until the link is retired
	once  sync.Once
}

// calling is a context that says when the client has got its connection: the
// client does not look at a call's context earlier.
type calling struct {
	context.Context
	got func()
}

func (c *calling) Deadline() (time.Time, bool) {
	c.got()
	return c.Context.Deadline()
}

func (c *calling) Value(key any) any {
	c.got()
	return c.Context.Value(key)
}

// call runs a call of the client. What it returns must be given back by
// release, which may be long after.
func (l *link) call(ctx context.Context, run func(context.Context, *esdb.Client) error) (release func(), err error) {
	l.entry.RLock()
	if l.retired.Load() {
		l.entry.RUnlock()
		return func() {}, errRetired
	}
	l.users.Add(1)
	ctx, cancel := context.WithCancel(ctx)
	var left sync.Once
	release = func() {
		left.Do(func() {
			cancel()
			l.leave()
		})
	}
	var once sync.Once
	done := func() { once.Do(l.entry.RUnlock) }
	defer done()
	var first sync.Once
	var connected, astray atomic.Bool
	got := func() {
		first.Do(func() {
			connected.Store(true)
			if l.sentOn.Load() {
				astray.Store(true)
				cancel()
			}
			done()
		})
	}
	err = guarded(func() error { return run(&calling{Context: ctx, got: got}, l.client) })
	switch {
	case !connected.Load() && err != nil:
		done()
		l.bury()
		return release, errRetired // nothing was sent
	case astray.Load():
		done()
		l.retire()
		return release, errRetired // nothing was sent
	case err == nil:
	case judge(err) == elsewhere, unavailable(err): // not every call says the latter in the log
		done()
		l.retire()
	}
	return release, err
}

// during gives a call's context: it ends with ctx, and when the link is abandoned.
func (l *link) during(ctx context.Context) (context.Context, context.CancelFunc) {
	ctx, cancel := context.WithCancel(ctx)
	stop := context.AfterFunc(l.gone, cancel)
	return ctx, func() {
		stop()
		cancel()
	}
}

// abandon gives the link up, and ends what still waits for the server.
func (l *link) abandon() {
	l.retire()
	l.give()
	if l.batch != nil {
		_ = l.batch.conn.Close()
	}
}

func unavailable(err error) bool {
	var remote interface{ GRPCStatus() *status.Status }
	return errors.As(err, &remote) && remote.GRPCStatus().Code() == codes.Unavailable
}

// leave closes the client after the last call of a retired link: sooner, a call
// that fails would panic in the client.
func (l *link) leave() {
	if l.users.Add(-1) == 0 {
		l.give()
		_ = l.client.Close()
	}
}

// guarded makes a panic of the client, which reads some answers without
// checking them, an error.
func guarded(run func() error) (err error) {
	defer func() {
		if cause := recover(); cause != nil {
			err = &unreadableError{cause: cause}
		}
	}()
	return run()
}

// unreadableError is a panic of the client. Reading the same again is no use;
// what was sent may have taken effect.
type unreadableError struct{ cause any }

func (e *unreadableError) Error() string {
	return fmt.Sprintf("the client could not read an answer of the server: %v", e.cause)
}

func unreadable(err error) bool {
	var panicked *unreadableError
	return errors.As(err, &panicked)
}

// retire gives the link up. It waits for the calls that are asking for the
// connection; they do not wait for anything.
func (l *link) retire() {
	l.once.Do(func() {
		l.entry.Lock()
		l.retired.Store(true)
		l.entry.Unlock()
		if l.batch != nil {
			l.batch.finish()
		}
		l.leave()
	})
}

// bury gives up a link whose client had no connection for a call. It has none
// because it was sent on to another server of the cluster, which did not answer,
// nor did any other: then it has stopped for good. Whoever still waits for it is
// let go by closing it.
func (l *link) bury() {
	l.retired.Store(true)
	_ = l.client.Close()
	l.retire()
}

// listen takes the client's log. The client writes that a call failed just
// before it forgets the connection, and that it goes to another member just before it
// connects there.
func (l *link) listen(level esdb.LogLevel, format string, arguments ...any) {
	if strings.HasPrefix(format, "Connecting to leader node") {
		l.sentOn.Store(true)
		return
	}
	if level != esdb.LogError || !strings.HasPrefix(format, "unexpected exception") {
		return
	}
	for _, argument := range arguments {
		if err, ok := argument.(error); ok && status.Code(err) == codes.Unavailable {
			l.retire()
		}
	}
}

// links are the connections of a store.
type links struct {
	config    esdb.Configuration
	outgoing  metadata.MD
	options   Options
	addresses string
	ending    context.Context
	life      context.Context // of every link
	cut       context.CancelFunc
	turn      atomic.Uint64
	slots     []*slot
	work      sync.WaitGroup // the attempts to connect
	sending   sync.WaitGroup // the calls that appends share, and who watches over a leader
	made      atomic.Uint64  // rises with each connection that is made or lost
	guards    eventstore.Guards
	admit     func(*link) error // says why a new link is not to be used

	mu      sync.Mutex
	members []string // of the cluster, as heard of last
}

// slot holds a link, or the attempt to get one.
type slot struct {
	mu      sync.Mutex
	link    *link
	dialing *dialing
	closed  bool // nobody begins to dial any more
}

type dialing struct {
	done chan struct{}
	link *link
	err  error
}

func newLinks(ending context.Context, config *esdb.Configuration, outgoing metadata.MD, options Options) *links {
	l := &links{config: *config, outgoing: outgoing, options: options, addresses: addresses(config), ending: ending}
	l.config.MaxDiscoverAttempts = 1 // the links try again, not the client
	l.life, l.cut = context.WithCancel(context.Background())
	for range options.Connections {
		l.slots = append(l.slots, new(slot))
	}
	return l
}

// there gives a link if there is one.
func (l *links) there() *link {
	s := l.slots[l.turn.Add(1)%uint64(len(l.slots))]
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.link == nil || s.link.retired.Load() {
		return nil
	}
	return s.link
}

// get gives a link, after one attempt to connect where there is none. While the
// store ends, the links there are still serve those who finish.
func (l *links) get(ctx context.Context) (*link, error) {
	s := l.slots[l.turn.Add(1)%uint64(len(l.slots))]
	s.mu.Lock()
	if s.link != nil && !s.link.retired.Load() {
		defer s.mu.Unlock()
		return s.link, nil
	}
	if s.closed || l.ending.Err() != nil {
		s.mu.Unlock()
		return nil, eventstore.ErrClosed
	}
	if s.dialing == nil {
		s.dialing = &dialing{done: make(chan struct{})}
		l.work.Go(func() { l.dial(s) })
	}
	d := s.dialing
	s.mu.Unlock()
	select {
	case <-d.done:
		return d.link, d.err
	case <-ctx.Done():
		return nil, ctx.Err()
	case <-l.ending.Done():
		return nil, eventstore.ErrClosed
	}
}

// wait gives a link, waiting for a server to come back as long as patience
// lasts.
func (l *links) wait(ctx context.Context, patience time.Duration) (*link, error) {
	begun := time.Now()
	for attempt := 0; ; attempt++ {
		got, err := l.get(ctx)
		if err == nil || ctx.Err() != nil || l.ending.Err() != nil || judge(err) != passing || time.Since(begun) >= patience {
			return got, err
		}
		if !pause(ctx, attempt) {
			return nil, err
		}
	}
}

// dial connects one slot. It cannot be interrupted and asks each address a few
// questions, of which none takes longer than the connection string's
// gossipTimeout.
func (l *links) dial(s *slot) {
	got, err := l.connect()
	s.mu.Lock()
	d := s.dialing
	s.dialing, s.link = nil, got
	s.mu.Unlock()
	d.link, d.err = got, err
	close(d.done)
}

// connect finds the server to connect to and connects to it. It is the links that
// look for a leader, not the client: both connections lead to the same server.
func (l *links) connect() (*link, error) {
	target, err := l.target()
	if err != nil {
		return nil, err
	}
	got := &link{server: target}
	got.users.Store(1)
	got.gone, got.give = context.WithCancel(l.life)
	config := l.config
	reached, forget := once(target.address)
	defer forget()
	config.Logger, config.Address, config.DnsDiscover, config.GossipSeeds = got.listen, reached, false, nil
	if target.watched {
		config.GossipTimeout = min(config.GossipTimeout, int(silence/time.Second))
	}
	var own *grpc.ClientConn
	if own, got.batch, err = l.greet(target.address, got.retire); err != nil {
		return nil, err
	}
	if got.client, err = connectClient(&config); err != nil {
		_ = own.Close()
		return nil, err
	}
	l.made.Add(1)
	l.sending.Go(func() { l.guard(got, own) })
	if err := l.admit(got); err != nil {
		got.abandon()
		return nil, err
	}
	if target.watched {
		l.sending.Go(func() { l.watch(got) })
	}
	return got, nil
}

// guard gives a link up as soon as its own connection is cut.
func (l *links) guard(over *link, own *grpc.ClientConn) {
	for state := own.GetState(); state == connectivity.Ready; state = own.GetState() {
		if !own.WaitForStateChange(over.gone, state) {
			break
		}
	}
	l.made.Add(1)
	over.retire()
	if over.batch == nil {
		_ = own.Close()
	}
}

// connectClient gives an official client that has connected.
func connectClient(config *esdb.Configuration) (*esdb.Client, error) {
	client, err := esdb.NewClient(config)
	if err != nil {
		return nil, err
	}
	if _, err := client.GetServerVersion(); err != nil {
		_ = client.Close()
		return nil, err
	}
	return client, nil
}

// close closes every link. Nobody appends any more; reads and subscriptions
// that their readers have laid aside find the connection closed.
func (l *links) close() {
	for _, s := range l.slots {
		s.mu.Lock()
		s.closed = true
		s.mu.Unlock()
	}
	l.work.Wait()
	for _, s := range l.slots {
		s.mu.Lock()
		current := s.link
		s.mu.Unlock()
		if current != nil {
			current.retire()
			_ = current.client.Close()
		}
	}
	l.cut()
	l.sending.Wait()
}

// pause waits before the next attempt: 10 ms, doubled up to a second, spread so
// that processes do not come back all at once. It is false when ctx has ended.
func pause(ctx context.Context, attempt int) bool {
	longest := min(10*time.Millisecond<<min(attempt, 10), time.Second)
	timer := time.NewTimer(longest/2 + rand.N(longest/2))
	defer timer.Stop()
	select {
	case <-timer.C:
		return true
	case <-ctx.Done():
		return false
	}
}
