package http_test

import (
	"context"
	"net"
	"net/http"
	"testing"
	"time"

	"guishu/commands/ledger"
	"guishu/domain"
	"guishu/eventstore"
	door "guishu/http"
)

// away is a store that has sent an append and hears nothing of it: it waits until its
// caller's time is over, and then for its grace.
type away struct {
	eventstore.Store
	grace time.Duration
}

func (a away) Append(ctx context.Context, _ eventstore.Append) (eventstore.Appended, error) {
	<-ctx.Done()
	<-time.After(a.grace)
	return eventstore.Appended{}, &eventstore.UnknownOutcomeError{Err: ctx.Err()}
}

// E-05: a request is answered before its connection is cut, also when the store takes
// longer than the request's time; and an outcome that is not known is called so.
func TestARequestIsAnsweredWhenTheStoreIsAway(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	admin := h.as("admin")
	config := h.server.Config
	config.Timeout = 2 * time.Second // enough to come to the append on a busy machine
	config.Ledger = h.Another(func(c *ledger.Config) { c.Store = away{h.Store, 5*time.Second + 100*time.Millisecond} })
	h.elsewhere(config)
	path := "/v1/units/" + h.north.String() + "/name"
	admin.post(path, map[string]any{"name": "北街支局"}).refuses(http.StatusServiceUnavailable, domain.ErrLedgerOutcomeUnknown)
}

// elsewhere serves the house over a connection as the program does, with a
// configuration of its own.
func (h *house) elsewhere(config door.Config) {
	h.Helper()
	server, err := door.New(config)
	h.Must(err)
	listener, err := door.Listening{Address: "127.0.0.1:0"}.Open(h.Context())
	h.Must(err)
	ctx, stop := context.WithCancel(context.WithoutCancel(h.Context()))
	ended := make(chan error, 1)
	go func() { ended <- server.Serve(ctx, listener) }()
	h.Cleanup(func() {
		stop()
		h.Must(<-ended)
	})
	h.web.URL = "http://" + listener.Addr().(*net.TCPAddr).String()
}
