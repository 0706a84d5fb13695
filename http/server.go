// Package http is the ledger's door: routes, one file an area, what they answer,
// and who may come in. Every rule is below it, in commands and domain: this
// package reads requests, says who asks, and writes down what came of it.
//
// The list of areas is in routes.go. Errors are problems (RFC 9457) with the
// stable codes of package domain, in Chinese first (C-08).
package http

import (
	"context"
	"errors"
	"log/slog"
	"net/http"
	"time"

	"guishu/commands/ledger"
	"guishu/eventstore"
	"guishu/http/auth"
	"guishu/projections"
	"guishu/projections/query"

	"github.com/danielgtaylor/huma/v2"
	"github.com/go-chi/chi/v5"
	"github.com/google/uuid"
	"github.com/prometheus/client_golang/prometheus"
)

// Config is what a Server is built from. Every field is required unless it says
// otherwise.
type Config struct {
	Ledger   *ledger.Ledger
	Auth     *auth.Auth
	Read     query.DB            // where the read models' tables are
	Models   Models              // how far they are
	Store    eventstore.Store    // what the timeline's events say …
	Decoder  projections.Decoder // … and how to read it
	Lookups  ledger.Hasher       // as the read models find customers by document and phone
	Location *time.Location      // the business's time zone

	Log     *slog.Logger     // optional
	Now     func() time.Time // the clock, time.Now if nil
	Version string           // of the program, optional
	// Reactions tell how far they are and what they could not answer. Optional.
	Reactions Reactions
	// Checks are asked by /readyz beside the read models, such as whether the
	// store answers. Optional.
	Checks []Check
	// Collectors are shown in /metrics beside the server's own. Optional.
	Collectors []prometheus.Collector
	// MaxBody is how many bytes a request may hold, 1 MiB if zero.
	MaxBody int64
	// Timeout is how long a request may take, 30 seconds if zero.
	Timeout time.Duration
	// Secure says that requests come over TLS: here, or at a proxy in front, which is
	// then believed about who asks.
	Secure bool
}

// Server answers requests. It is safe for concurrent use.
type Server struct {
	Config
	router  *chi.Mux
	api     huma.API
	oapi    *huma.OpenAPI
	origin  *http.CrossOriginProtection
	buffers buffers
	metrics *metrics
	ready   readiness
}

// New builds a Server with all its routes.
func New(c Config) (*Server, error) {
	switch {
	case c.Ledger == nil, c.Auth == nil, c.Read == nil, c.Models == nil, c.Store == nil, c.Decoder == nil, c.Lookups == nil, c.Location == nil:
		return nil, errors.New("http: a field of the configuration is missing")
	}
	if c.Log == nil {
		c.Log = slog.New(slog.DiscardHandler)
	}
	if c.Now == nil {
		c.Now = time.Now
	}
	if c.MaxBody == 0 {
		c.MaxBody = 1 << 20
	}
	if c.Timeout == 0 {
		c.Timeout = 30 * time.Second
	}
	s := &Server{Config: c, router: chi.NewRouter(), origin: http.NewCrossOriginProtection()}
	s.metrics = newMetrics(s)
	s.describe()
	s.routes()
	return s, nil
}

// ServeHTTP answers one request: it is named, bounded, logged and counted
// whatever becomes of it.
func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) { s.serve(s.router, w, r) }

// Around has another handler's requests named, bounded, logged and counted like
// the server's own.
func (s *Server) Around(inner http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { s.serve(inner, w, r) })
}

func (s *Server) serve(inner http.Handler, w http.ResponseWriter, r *http.Request) {
	x := &exchange{request: requestID(), started: time.Now(), language: preferred(r.Header.Get("Accept-Language"))}
	ctx, done := context.WithTimeout(context.WithValue(r.Context(), exchangeKey{}, x), s.Timeout)
	defer done()
	recorded := &recorder{ResponseWriter: w, exchange: x}
	r = r.WithContext(ctx)
	r.Body = http.MaxBytesReader(recorded, r.Body, s.MaxBody)
	header := w.Header()
	header["X-Request-Id"] = []string{x.id()}
	header["X-Content-Type-Options"] = nosniff
	header["Cache-Control"] = noStore
	s.metrics.inFlight.Inc()
	defer s.finish(recorded, r)
	inner.ServeHTTP(recorded, r)
}

// What every answer says, unless its route says otherwise.
var (
	nosniff = []string{"nosniff"}
	noStore = []string{"no-store"}
)

// finish answers a request whose handler panicked, and says what became of it.
func (s *Server) finish(w *recorder, r *http.Request) {
	x := w.exchange
	s.metrics.inFlight.Dec()
	if panicked := recover(); panicked != nil {
		if panicked == http.ErrAbortHandler {
			panic(panicked)
		}
		s.panicked(w, r, panicked)
	}
	s.metrics.observe(r, x)
	s.log(r, x)
}

// requestID names a request; it also joins the events that it brings about.
func requestID() uuid.UUID {
	id, err := uuid.NewV7()
	if err != nil {
		return uuid.New()
	}
	return id
}
