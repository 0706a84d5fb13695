package http

import (
	"context"
	"errors"
	"log/slog"
	"net"
	"net/http"
	"strings"
	"sync"
	"time"

	"guishu/commands/ledger"
	"guishu/domain/staff"
	"guishu/http/api"

	"github.com/prometheus/client_golang/prometheus/promhttp"
)

// Check is one thing that must work for requests to be answered. An error that is a
// Trouble is told in its words; of any other only that it is there.
type Check struct {
	Name string
	Ask  func(ctx context.Context) error
}

// Trouble is why the program cannot do its work, in words for whoever watches over it:
// what it is and what to do. Nothing personal or secret is in it.
type Trouble struct{ Words string }

func (t *Trouble) Error() string { return t.Words }

// readiness remembers the last answers to the checks, so that a prober in a hurry
// does not become a load.
type readiness struct {
	mu     sync.Mutex
	at     time.Time
	last   health
	models progress
}

// health is what /readyz answers.
type health struct {
	Ready  bool              `json:"ready" doc:"能否工作。 Whether it can do its work."`
	Failed map[string]string `json:"failed,omitempty" doc:"不能工作的部分及其状况。 Each thing that does not work, and how."`
	// Noticed does not keep the program from its work.
	Noticed map[string]string `json:"noticed,omitempty" doc:"不妨碍工作、但应处理的状况。 What does not keep it from its work and is to be put right all the same."`
	Models  []modelState      `json:"read_models,omitempty" doc:"各读模型的状况。 Where every read model stands."`
}

// modelState is where a read model stands.
type modelState struct {
	Name     string `json:"name"`
	Version  int    `json:"version" doc:"在用的版本。 The version that is read from."`
	Position int64  `json:"position" doc:"已包含的最后一个事件。 The last event it has taken in."`
	Lag      int64  `json:"lag" doc:"落后账本多少事件，或至少多少。 How many events it is behind the ledger, or at least so many."`
	Stopped  bool   `json:"stopped" doc:"是否在某个事件上停住。 Whether it has stopped at an event."`
}

// readinessKept is how long an answer of /readyz is given again.
const readinessKept = 500 * time.Millisecond

// healthRoutes are for those who watch over the program.
func (s *Server) healthRoutes() {
	const area = "运行 Operation"
	// The process lives.
	api.Action(s.api, area, api.Route{
		Method: http.MethodGet, Path: "/healthz", Name: "alive", Title: ledger.Say("存活", "Alive"), Entrance: api.ForAnybody,
		Does: ledger.Say("进程在运行。", "The process lives."),
	}, func(http.ResponseWriter, *http.Request, api.None) (health, error) { return health{Ready: true}, nil })
	// The process can do its work: the store answers, the read models run, reactions go on.
	api.Status(s.api, area, api.Route{
		Method: http.MethodGet, Path: "/readyz", Name: "ready", Title: ledger.Say("就绪", "Ready"), Entrance: api.ForAnybody,
		Does: ledger.Say("进程能工作：事件库有应答，读模型在运行，反应没有停滞；详情仅供本机和系统运维人员查看。", "The process can do its work: the store answers, the read models run, reactions go on. The details are for this machine and who operates the system."),
	}, func(w http.ResponseWriter, r *http.Request) (int, health) {
		state := s.state(r.Context())
		if !s.overseen(r) {
			state = health{Ready: state.Ready}
		}
		if state.Ready {
			return http.StatusOK, state
		}
		w.Header().Set("Retry-After", "1")
		return http.StatusServiceUnavailable, state
	})
	// Prometheus. Open to this machine, where no proxy stands in front; otherwise for
	// those who operate the system.
	scrape := promhttp.HandlerFor(s.metrics.registry, promhttp.HandlerOpts{})
	s.api.Raw(area, api.Route{
		Method: http.MethodGet, Path: "/metrics", Name: "metrics", Title: ledger.Say("指标", "Metrics"), Entrance: api.ForAnybody, Needs: staff.OperateSystem,
		Does: ledger.Say("Prometheus 指标；本机可直接读取。", "Metrics for Prometheus; open to this machine."),
	}, "text/plain", func(w http.ResponseWriter, r *http.Request) error {
		if !s.local(r) { // who may see the metrics: see overseen
			if err := s.api.Demand(r, staff.OperateSystem); err != nil {
				return err
			}
		}
		scrape.ServeHTTP(w, r)
		return nil
	})
}

// overseen says whether whoever asks watches over the program: on this machine, or
// signed in with the right to operate it. Others are told no more than whether it is
// ready (S-17).
func (s *Server) overseen(r *http.Request) bool {
	return s.local(r) || s.api.Demand(r, staff.OperateSystem) == nil
}

// local says whether the request comes from this very machine, for this very machine:
// a page of somebody else's, whose name was made to lead here, has a browser ask for
// that name (S-17). Where a proxy stands in front every request may be somebody
// else's, also one that does not say so.
func (s *Server) local(r *http.Request) bool {
	if s.proxied(r) || !loopback(hostOf(r)) {
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

// hostOf is the name that the request was sent to, without the port.
func hostOf(r *http.Request) string {
	if host, _, err := net.SplitHostPort(r.Host); err == nil {
		return host
	}
	return strings.Trim(r.Host, "[]")
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
	state := health{Failed: s.ask(ctx, s.Checks, slog.LevelWarn, "not ready"), Noticed: s.ask(ctx, s.Notices, slog.LevelDebug, "to be put right")}
	s.askLedger(ctx, &state)
	s.askModels(ctx, &state)
	s.askReactions(ctx, &state)
	state.Ready = len(state.Failed) == 0
	s.ready.at, s.ready.last = time.Now(), state
	return state
}

// ask gives what the checks found, by their names, and has it logged.
func (s *Server) ask(ctx context.Context, checks []Check, level slog.Level, finding string) map[string]string {
	found := map[string]string{}
	for _, check := range checks {
		err := check.Ask(ctx)
		if err == nil {
			continue
		}
		s.Log.Log(ctx, level, finding, "check", check.Name, "error", api.Loggable(err))
		found[check.Name] = "unavailable"
		var trouble *Trouble
		if errors.As(err, &trouble) {
			found[check.Name] = trouble.Words
		}
	}
	return found
}
