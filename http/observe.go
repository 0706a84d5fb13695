package http

import (
	"log/slog"
	"net/http"
	"runtime/debug"
	"strconv"
	"time"

	"guishu/domain"
	"guishu/http/api"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
)

// log writes a request's line. It names the route's template, never the address
// as it was asked for, and nothing that was sent.
func (s *Server) log(r *http.Request, x *api.Exchange) {
	level := slog.LevelInfo
	if x.Status >= http.StatusInternalServerError {
		level = slog.LevelError
	}
	if !s.Log.Enabled(r.Context(), level) {
		return
	}
	attributes := make([]slog.Attr, 0, 9)
	attributes = append(attributes,
		slog.String("request", x.ID()), slog.String("method", methodOf(r)), slog.String("route", routeOf(x)),
		slog.Int("status", x.Status), slog.Float64("ms", float64(time.Since(x.Started).Microseconds())/1000), slog.Int("bytes", x.Bytes))
	if !x.Identity.Staff.IsZero() {
		attributes = append(attributes, slog.String("staff", x.Identity.Staff.String()))
	}
	if x.Code != "" {
		attributes = append(attributes, slog.String("code", x.Code))
	}
	if x.Failure != nil {
		attributes = append(attributes, slog.String("error", api.Loggable(x.Failure)))
	}
	s.Log.LogAttrs(r.Context(), level, "request", attributes...)
}

// panicked answers with an internal error where nothing was answered yet.
func (s *Server) panicked(w *recorder, r *http.Request, cause any) {
	x := w.exchange
	text := "panic"
	if err, ok := cause.(error); ok {
		text = api.Loggable(err)
	}
	s.Log.LogAttrs(r.Context(), slog.LevelError, "a request panicked",
		slog.String("request", x.ID()), slog.String("route", routeOf(x)), slog.String("error", text), slog.String("stack", string(debug.Stack())))
	if x.Status == 0 {
		s.api.Refuse(w, r, domain.ErrServerInternal)
		return
	}
	x.Status, x.Code = http.StatusInternalServerError, domain.ErrServerInternal.Name()
}

// routeOf is the template of the route that fits, or that none does.
func routeOf(x *api.Exchange) string {
	if x.Route == "" {
		return "none"
	}
	return x.Route
}

// methodOf is the request's method, if it is one that we know.
func methodOf(r *http.Request) string {
	switch r.Method {
	case http.MethodGet, http.MethodPost, http.MethodDelete, http.MethodPut, http.MethodPatch, http.MethodHead, http.MethodOptions:
		return r.Method
	}
	return "other"
}

// metrics are what /metrics shows, in a registry of their own.
type metrics struct {
	registry *prometheus.Registry
	requests *prometheus.HistogramVec
	commands *prometheus.CounterVec
	inFlight prometheus.Gauge
}

func newMetrics(s *Server) *metrics {
	m := &metrics{
		registry: prometheus.NewRegistry(),
		requests: prometheus.NewHistogramVec(prometheus.HistogramOpts{
			Name: "guishu_http_request_seconds", Help: "How long requests took, by route, method and status.",
			Buckets: []float64{.001, .0025, .005, .01, .025, .05, .1, .25, .5, 1, 2.5, 10},
		}, []string{"route", "method", "status"}),
		commands: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "guishu_commands_total", Help: "Commands by verb and outcome: written, repeated, or the code of the refusal.",
		}, []string{"command", "outcome"}),
		inFlight: prometheus.NewGauge(prometheus.GaugeOpts{
			Name: "guishu_http_requests_in_flight", Help: "Requests being answered.",
		}),
	}
	m.registry.MustRegister(m.requests, m.commands, m.inFlight, stateCollector{s},
		collectors.NewGoCollector(), collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}))
	m.registry.MustRegister(s.Collectors...)
	return m
}

func (m *metrics) observe(r *http.Request, x *api.Exchange) {
	m.requests.WithLabelValues(routeOf(x), methodOf(r), strconv.Itoa(x.Status)).Observe(time.Since(x.Started).Seconds())
}
