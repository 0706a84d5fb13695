package http

import (
	"context"
	"net"
	"net/http"
	"strings"
	"sync"
	"time"

	"guishu/domain"
	"guishu/domain/staff"

	"github.com/prometheus/client_golang/prometheus/promhttp"
)

// Check is one thing that must work for requests to be answered.
type Check struct {
	Name string
	Ask  func(ctx context.Context) error
}

// readiness remembers the last answers to the checks, so that a prober in a hurry
// does not become a load.
type readiness struct {
	mu   sync.Mutex
	at   time.Time
	last health
}

// health is what /readyz answers.
type health struct {
	Ready  bool              `json:"ready"`
	Failed map[string]string `json:"failed,omitempty" doc:"Each thing that does not work, and how."`
	Models []modelState      `json:"read_models,omitempty"`
}

// modelState is where a read model stands.
type modelState struct {
	Name     string `json:"name"`
	Version  int    `json:"version"`
	Position int64  `json:"position" doc:"The last event it has taken in."`
	Lag      int64  `json:"lag" doc:"How many events it is behind the ledger, or at least so many."`
	Stopped  bool   `json:"stopped"`
}

// readinessKept is how long an answer of /readyz is given again.
const readinessKept = 500 * time.Millisecond

// healthRoutes are for those who watch over the program.
func (s *Server) healthRoutes() {
	const area = "运行 Operation"
	// The process lives.
	s.handle(route{http.MethodGet, "/healthz", "alive", "存活", "Alive", forAnybody}.operation(area), func(w http.ResponseWriter, r *http.Request) error {
		return s.write(w, http.StatusOK, health{Ready: true})
	})
	// The process can do its work: the store answers, the read models run.
	s.handle(route{http.MethodGet, "/readyz", "ready", "就绪", "Ready", forAnybody}.operation(area), func(w http.ResponseWriter, r *http.Request) error {
		state := s.state(r.Context())
		status := http.StatusOK
		if !state.Ready {
			status = http.StatusServiceUnavailable
			w.Header().Set("Retry-After", "1")
		}
		return s.write(w, status, state)
	})
	// Prometheus. Open to this machine, where no proxy stands in front; otherwise for
	// who operates the system.
	scrape := promhttp.HandlerFor(s.metrics.registry, promhttp.HandlerOpts{})
	s.handle(route{http.MethodGet, "/metrics", "metrics", "指标", "Metrics", forAnybody}.operation(area), func(w http.ResponseWriter, r *http.Request) error {
		if !s.local(r) {
			x := exchangeOf(r.Context())
			identity, err := s.identify(r)
			if err != nil {
				return err
			}
			x.identity = identity
			if x.principal, err = s.Ledger.Principal(r.Context(), identity.Staff); err != nil {
				return err
			}
			if !x.principal.Holds(staff.OperateSystem) {
				return domain.ErrAuthzDenied
			}
		}
		scrape.ServeHTTP(w, r)
		return nil
	})
}

// local says whether the request comes from this very machine. Where a proxy
// stands in front every request may be somebody else's, also one that does not
// say so.
func (s *Server) local(r *http.Request) bool {
	if s.proxied(r) {
		return false
	}
	for _, forwarded := range []string{"Forwarded", "X-Forwarded-For", "X-Real-Ip"} {
		if r.Header.Get(forwarded) != "" {
			return false
		}
	}
	ip := net.ParseIP(s.address(r))
	return ip != nil && ip.IsLoopback()
}

// proxied says that the request came through the proxy in front that adds TLS.
func (s *Server) proxied(r *http.Request) bool { return s.Secure && r.TLS == nil }

// address is the caller's, without the port. Behind a proxy it is what the proxy
// put last: everything before that the caller may have written.
func (s *Server) address(r *http.Request) string {
	if forwarded := r.Header.Values("X-Forwarded-For"); s.proxied(r) && len(forwarded) > 0 {
		last := forwarded[len(forwarded)-1]
		last = strings.TrimSpace(last[strings.LastIndex(last, ",")+1:])
		if host, _, err := net.SplitHostPort(last); err == nil {
			last = host // some proxies put the port, too
		}
		if ip := net.ParseIP(last); ip != nil {
			return ip.String()
		}
	}
	host, _, err := net.SplitHostPort(r.RemoteAddr)
	if err != nil {
		return r.RemoteAddr
	}
	return host
}

// state asks every check, unless it was asked just now.
func (s *Server) state(ctx context.Context) health {
	s.ready.mu.Lock()
	defer s.ready.mu.Unlock()
	if now := time.Now(); now.Sub(s.ready.at) < readinessKept {
		return s.ready.last
	}
	// The answer is given to others too, so it must not hang on this prober's patience.
	ctx, stop := context.WithTimeout(context.WithoutCancel(ctx), 2*time.Second)
	defer stop()
	state := health{Failed: map[string]string{}}
	for _, check := range s.Checks {
		if err := check.Ask(ctx); err != nil {
			s.Log.Warn("not ready", "check", check.Name, "error", loggable(err))
			state.Failed[check.Name] = "unavailable"
		}
	}
	s.askModels(ctx, &state)
	state.Ready = len(state.Failed) == 0
	s.ready.at, s.ready.last = time.Now(), state
	return state
}
