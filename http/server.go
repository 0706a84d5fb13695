// Package http is the ledger's door: it serves requests, knows who signs in, tells how
// the program does, and watches over every request. What can be asked is in package
// api: its routes, and the way that every request takes.
package http

import (
	"context"
	"errors"
	"log/slog"
	"net/http"
	"strings"
	"time"

	"guishu/commands/ledger"
	"guishu/eventstore"
	"guishu/http/api"
	"guishu/http/auth"
	"guishu/http/question"
	"guishu/projections"
	"guishu/projections/query"

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
	// Notices are asked by /readyz, too: what does not keep the program from its work and
	// is to be put right all the same. Optional.
	Notices []Check
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
	api     *api.API
	records *question.Records
	metrics *metrics
	ready   readiness
}

// New builds a Server with all its routes.
func New(c Config) (*Server, error) {
	records := &question.Records{
		Read: c.Read, Models: c.Models, Ledger: c.Ledger, Store: c.Store, Decoder: c.Decoder, Lookups: c.Lookups, Location: c.Location,
	}
	if c.Auth == nil || !records.Complete() {
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
	return newServer(c, records), nil
}

func newServer(c Config, records *question.Records) *Server {
	s := &Server{Config: c, records: records}
	s.metrics = newMetrics(s)
	s.api = api.New(api.Config{
		Ledger: c.Ledger, Auth: c.Auth, Records: records, Log: c.Log, Version: c.Version,
		Given: func(verb, outcome string) { s.metrics.commands.WithLabelValues(verb, outcome).Inc() },
	})
	s.pages()         // what runs here, and the API to browse
	s.healthRoutes()  // for those who watch over the program
	s.sessionRoutes() // signing in and out, who am I, API tokens
	s.api.Areas()     // everything else
	return s
}

// Routes lists everything that can be asked.
func (s *Server) Routes() []api.Route { return s.api.Routes() }

// ServeHTTP answers one request: it is named, bounded, logged and counted
// whatever becomes of it.
func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) { s.serve(s.api, w, r) }

// Around has another handler's requests named, bounded, logged and counted like
// the server's own.
func (s *Server) Around(inner http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { s.serve(inner, w, r) })
}

func (s *Server) serve(inner http.Handler, w http.ResponseWriter, r *http.Request) {
	x := &api.Exchange{Request: requestID(), Started: time.Now(), Language: api.Preferred(r.Header.Get("Accept-Language"))}
	ctx, done := context.WithTimeout(api.WithExchange(r.Context(), x), s.Timeout)
	defer done()
	recorded := &recorder{ResponseWriter: w, exchange: x}
	r = r.WithContext(ctx)
	r.Body = http.MaxBytesReader(recorded, r.Body, s.MaxBody)
	header := w.Header()
	header["X-Request-Id"] = []string{x.ID()}
	header["X-Content-Type-Options"] = nosniff
	header["Cache-Control"] = noStore
	if s.encrypted(r) {
		header["Strict-Transport-Security"] = onlyTLS
	}
	s.metrics.inFlight.Inc()
	defer s.finish(recorded, r)
	inner.ServeHTTP(recorded, r)
}

// encrypted says whether the request came over TLS: here, or to the proxy in front that
// is believed and says so.
func (s *Server) encrypted(r *http.Request) bool {
	if r.TLS != nil {
		return true
	}
	said := r.Header.Values("X-Forwarded-Proto")
	return s.Secure && len(said) > 0 && strings.EqualFold(strings.TrimSpace(said[len(said)-1]), "https")
}

// What every answer says, unless its route says otherwise.
var (
	nosniff = []string{"nosniff"}
	noStore = []string{"no-store"}
	onlyTLS = []string{"max-age=31536000; includeSubDomains"} // a year
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

// recorder notes what is answered.
type recorder struct {
	http.ResponseWriter
	exchange *api.Exchange
}

// WriteHeader notes the status.
func (w *recorder) WriteHeader(status int) {
	if w.exchange.Status == 0 {
		w.exchange.Status = status
	}
	w.ResponseWriter.WriteHeader(status)
}

// Write notes how much is answered.
func (w *recorder) Write(b []byte) (int, error) {
	if w.exchange.Status == 0 {
		w.exchange.Status = http.StatusOK
	}
	n, err := w.ResponseWriter.Write(b)
	w.exchange.Bytes += n
	return n, err
}

// Unwrap is for http.ResponseController.
func (w *recorder) Unwrap() http.ResponseWriter { return w.ResponseWriter }

// requestID names a request; it also joins the events that it brings about.
func requestID() uuid.UUID {
	id, err := uuid.NewV7()
	if err != nil {
		return uuid.New()
	}
	return id
}
