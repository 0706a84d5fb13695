package http_test

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"guishu/domain"
	"guishu/eventstore"
	door "guishu/http"
	"guishu/http/auth"
	"guishu/internal/waiting"
	"guishu/projections"

	"github.com/jackc/pgx/v5"
)

func panics(context.Context) error { panic("canary-panic") }

func TestReadinessNamesWhatFails(t *testing.T) {
	t.Parallel()
	var broken atomic.Bool
	h := newHouse(t, func(c *door.Config) {
		c.Checks = []door.Check{{Name: "store", Ask: func(context.Context) error {
			if broken.Load() {
				return errors.New("gone")
			}
			return nil
		}}}
	})
	h.seen()
	var state struct {
		Ready  bool              `json:"ready"`
		Failed map[string]string `json:"failed"`
		Models []struct {
			Name string `json:"name"`
		} `json:"read_models"`
	}
	ready := h.browser().get("/readyz")
	ready.is(http.StatusOK).read(&state)
	if !state.Ready || len(state.Models) == 0 {
		t.Errorf("%s", ready.body)
	}
	broken.Store(true)
	waiting.Until(t, "readiness to notice it", func() bool { // the answer is kept for half a second
		ready = h.browser().get("/readyz")
		return ready.status != http.StatusOK
	})
	ready.is(http.StatusServiceUnavailable).read(&state)
	if state.Ready || state.Failed["store"] == "" {
		t.Errorf("%s", ready.body)
	}
	h.browser().get("/healthz").is(http.StatusOK)
}

// S-15: what is to be put right is named to whoever operates the program, which is ready
// all the same.
func TestANoticeIsNamedAndLeavesTheProgramReady(t *testing.T) {
	t.Parallel()
	h := newHouse(t, func(c *door.Config) {
		c.Notices = []door.Check{{Name: "database role", Ask: func(context.Context) error { return &door.Trouble{Words: "superuser"} }}}
	})
	h.seen()
	var state struct {
		Ready   bool              `json:"ready"`
		Noticed map[string]string `json:"noticed"`
	}
	h.browser().get("/readyz").is(http.StatusOK).read(&state)
	if !state.Ready || state.Noticed["database role"] != "superuser" {
		t.Errorf("%+v", state)
	}
}

// halted is read models of which one has stopped and one was never built.
type halted struct{ door.Models }

func (halted) Status(context.Context) ([]projections.Status, error) {
	return []projections.Status{{Model: "units", Version: 1, Serving: 1, Position: 7, Head: 9, Lag: 2, Failure: "canary"}, {Model: "staff", Version: 1, Head: 9, Lag: 9}}, nil
}

func TestAReadModelThatDoesNotGoOnIsNotReady(t *testing.T) {
	t.Parallel()
	h := newHouse(t, func(c *door.Config) { c.Models = halted{c.Models} })
	var state struct {
		Ready  bool              `json:"ready"`
		Failed map[string]string `json:"failed"`
	}
	h.browser().get("/readyz").is(http.StatusServiceUnavailable).lacks("canary").read(&state)
	if state.Ready || len(state.Failed) != 2 || state.Failed["read model units"] != "stopped" || state.Failed["read model staff"] != "not built" {
		t.Errorf("%+v", state)
	}
	metrics := h.browser().get("/metrics").is(http.StatusOK).lacks("canary")
	for _, line := range []string{
		`guishu_read_model_stopped{model="units"} 1`, `guishu_read_model_stopped{model="staff"} 0`,
		`guishu_read_model_lag{model="units"} 2`, `guishu_read_model_position{model="units"} 7`, `guishu_ledger_position 9`,
	} {
		if !strings.Contains(metrics.body, line) {
			t.Errorf("%s is missing in\n%s", line, metrics.body)
		}
	}
}

// Whoever gives up waiting for the answer does not make the next one hear that the
// program is not ready.
func TestReadinessDoesNotHangOnOneProbersPatience(t *testing.T) {
	t.Parallel()
	h := newHouse(t, func(c *door.Config) {
		c.Checks = []door.Check{{Name: "store", Ask: func(ctx context.Context) error { return ctx.Err() }}}
	})
	h.seen()
	gone, leave := context.WithCancel(t.Context())
	leave()
	answer := httptest.NewRecorder()
	h.server.ServeHTTP(answer, httptest.NewRequestWithContext(gone, http.MethodGet, "/readyz", nil))
	if answer.Code != http.StatusOK {
		t.Errorf("status %d: %s", answer.Code, answer.Body)
	}
	h.browser().get("/readyz").is(http.StatusOK)
}

func TestMetricsCountRequestsByTheirRoute(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	customer := h.customer("ann", h.north, "张三")
	h.as("ann").post("/v1/claims", map[string]any{"customer": customer}).is(http.StatusCreated)
	h.browser().get("/v1/nowhere/canary-path").refuses(http.StatusNotFound, domain.ErrRequestNotFound)
	metrics := h.browser().get("/metrics").is(http.StatusOK)
	for _, line := range []string{
		`guishu_http_request_seconds_count{method="POST",route="/v1/claims",status="201"} 1`,
		`guishu_http_request_seconds_count{method="GET",route="none",status="404"} 1`,
		`guishu_commands_total{command="claim-customer",outcome="written"} 1`,
		`guishu_sessions 1`, `guishu_read_model_position{model="units"}`, `guishu_ledger_position`,
	} {
		if !strings.Contains(metrics.body, line) {
			t.Errorf("%s is missing in\n%s", line, metrics.body)
		}
	}
	metrics.lacks("canary")
	// From elsewhere only for who operates the system.
	elsewhere := []string{"X-Forwarded-For", "192.0.2.1"}
	h.browser().get("/metrics", elsewhere...).refuses(http.StatusUnauthorized, auth.ErrRequired)
	h.as("ann").get("/metrics", elsewhere...).refuses(http.StatusForbidden, domain.ErrAuthzDenied)
	h.as("admin").get("/metrics", elsewhere...).is(http.StatusOK)
}

// A proxy on this machine may not say for whom it asks: where one stands in front,
// nobody is taken to be on this machine.
func TestBehindAProxyMetricsNeedASignIn(t *testing.T) {
	t.Parallel()
	h := newHouse(t, func(c *door.Config) { c.Secure = true })
	h.browser().get("/metrics").refuses(http.StatusUnauthorized, auth.ErrRequired)
	h.as("ann").get("/metrics").refuses(http.StatusForbidden, domain.ErrAuthzDenied)
	h.as("admin").get("/metrics").is(http.StatusOK)
}

func TestTheLogTellsRequestsByTheirRouteAndNoMore(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	customer := h.customer("ann", h.north, "张三")
	h.as("ann").post("/v1/claims", map[string]any{"customer": customer, "phone": "13912345678"}).is(http.StatusCreated)
	logged := h.log.String()
	if strings.Contains(logged, "13912345678") || strings.Contains(logged, "guishu_session") || strings.Contains(logged, password) {
		t.Errorf("the log is %s", logged)
	}
	for line := range strings.SplitSeq(strings.TrimSpace(logged), "\n") {
		var entry map[string]any
		if err := json.Unmarshal([]byte(line), &entry); err != nil {
			t.Fatal(err)
		}
		if entry["route"] == "/v1/claims" {
			for _, name := range []string{"request", "method", "status", "ms", "staff"} {
				if entry[name] == nil {
					t.Errorf("%s is missing in %s", name, line)
				}
			}
			return
		}
	}
	t.Error("the claim was not logged")
}

func TestStoppingLetsRequestsFinish(t *testing.T) {
	t.Parallel()
	begun, finish := make(chan struct{}), make(chan struct{})
	h := newHouse(t, func(c *door.Config) {
		c.Checks = []door.Check{{Name: "slow", Ask: func(context.Context) error { close(begun); <-finish; return nil }}}
	})
	h.seen()
	listener, err := door.Listening{Address: "127.0.0.1:0"}.Open(t.Context())
	h.Must(err)
	ctx, stop := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	go func() { ended <- h.server.Serve(ctx, listener) }()
	answered := make(chan string, 1)
	address := "http://" + listener.Addr().String()
	go func() {
		answer, err := http.Get(address + "/readyz")
		if err != nil {
			answered <- err.Error()
			return
		}
		defer answer.Body.Close()
		body, _ := io.ReadAll(answer.Body)
		answered <- string(body)
	}()
	<-begun
	stop()
	for { // it stops listening before it has drained
		connection, err := net.Dial("tcp", listener.Addr().String())
		if err != nil {
			break
		}
		_ = connection.Close()
	}
	select {
	case err := <-ended:
		t.Fatalf("it ended before its request had: %v", err)
	default:
	}
	close(finish)
	if body := <-answered; !strings.Contains(body, `"ready":true`) {
		t.Errorf("the request under way was answered %s", body)
	}
	if err := <-ended; err != nil {
		t.Error(err)
	}
}

func TestWithoutTLSOnlyThisMachineIsServed(t *testing.T) {
	t.Parallel()
	for address, want := range map[string]error{"0.0.0.0:0": door.ErrPlainRemote, ":0": door.ErrPlainRemote, "192.0.2.1:0": door.ErrPlainRemote, "127.0.0.1:0": nil, "localhost:0": nil} {
		listener, err := door.Listening{Address: address}.Open(t.Context())
		if !errors.Is(err, want) {
			t.Errorf("%s: %v", address, err)
		}
		if listener != nil {
			_ = listener.Close()
		}
	}
	listener, err := door.Listening{Address: "0.0.0.0:0", Plain: true}.Open(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	_ = listener.Close()
}

// speechless is a database that takes questions and answers none.
type speechless struct{}

func (speechless) Query(ctx context.Context, _ string, _ ...any) (pgx.Rows, error) {
	<-ctx.Done()
	return nil, ctx.Err()
}

func TestASlowRequestIsCutOff(t *testing.T) {
	t.Parallel()
	h := newHouse(t, func(c *door.Config) { c.Timeout, c.Read = time.Second, speechless{} })
	h.as("ann").get("/v1/units").refuses(http.StatusServiceUnavailable, domain.ErrRequestTimeout)
}

func TestReadinessGivesUpOnACheckThatNeverEnds(t *testing.T) {
	t.Parallel()
	h := newHouse(t, func(c *door.Config) {
		c.Checks = []door.Check{{Name: "endless", Ask: func(ctx context.Context) error { <-ctx.Done(); return ctx.Err() }}}
	})
	h.browser().get("/readyz").is(http.StatusServiceUnavailable)
}

// stuck is reactions of which one could not answer three events.
type stuck struct{}

func (stuck) Positions(context.Context) (map[string]eventstore.Position, error) {
	return map[string]eventstore.Position{"attribute-commission": 41}, nil
}

func (stuck) CountParked(context.Context) (map[string]int, error) {
	return map[string]int{"attribute-commission": 3, "promote-customer": 0}, nil
}

func (stuck) Stalled(context.Context) (map[string]time.Time, error) {
	return map[string]time.Time{"attribute-commission": time.Now().Add(-time.Hour)}, nil
}

func (stuck) PassedOver() (system, others int64) { return 2, 5 }

// L-05: a reaction that does not go on is told by its name, with since when.
func TestAReactionThatDoesNotGoOnIsNotReady(t *testing.T) {
	t.Parallel()
	h := newHouse(t, func(c *door.Config) { c.Reactions = stuck{} })
	h.seen()
	var state struct {
		Ready  bool              `json:"ready"`
		Failed map[string]string `json:"failed"`
	}
	h.browser().get("/readyz").is(http.StatusServiceUnavailable).read(&state)
	why := state.Failed["reaction attribute-commission"]
	at, err := time.Parse(time.RFC3339, why[strings.LastIndex(why, " ")+1:])
	if state.Ready || len(state.Failed) != 1 || err != nil || time.Since(at) < time.Hour-time.Minute {
		t.Errorf("%+v, %v", state, err)
	}
	metrics := h.browser().get("/metrics").is(http.StatusOK)
	for line, there := range map[string]bool{
		`guishu_reaction_stalled_seconds{reaction="attribute-commission"} 0` + "\n": false,
		`guishu_reaction_stalled_seconds{reaction="attribute-commission"} 36`:       true,
	} {
		if strings.Contains(metrics.body, line) != there {
			t.Errorf("%q: want %t in\n%s", line, there, metrics.body)
		}
	}
}

func TestMetricsShowWhatReactionsCouldNotAnswer(t *testing.T) { // design §3
	t.Parallel()
	h := newHouse(t, func(c *door.Config) { c.Reactions = stuck{} })
	metrics := h.browser().get("/metrics").is(http.StatusOK)
	for _, line := range []string{
		`guishu_reaction_parked{reaction="attribute-commission"} 3`,
		`guishu_reaction_parked{reaction="promote-customer"} 0`,
		`guishu_reaction_position{reaction="attribute-commission"} 41`,
		`guishu_foreign_events_passed_over_total{by="reactions",of="system"} 2`,
		`guishu_foreign_events_passed_over_total{by="reactions",of="others"} 5`,
		`guishu_foreign_events_passed_over_total{by="read models",of="others"} 0`,
	} {
		if !strings.Contains(metrics.body, line) {
			t.Errorf("%s is missing in\n%s", line, metrics.body)
		}
	}
}
