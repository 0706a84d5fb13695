// Package api is the ledger's JSON API: its routes, one file an area, and what they
// have in common. Every request takes the same way (see pipeline.go): whoever comes
// in is known, the address and the body are read, a command is given or a question
// asked, the answer is written, and what goes wrong becomes a problem (RFC 9457) with
// the stable codes of package domain, in Chinese first (C-08).
//
// Every rule is below, in commands and domain; what may be read, and how it looks, is
// in package question.
package api

import (
	"log/slog"
	"net/http"

	"guishu/commands/ledger"
	"guishu/http/auth"
	"guishu/http/question"

	"github.com/go-chi/chi/v5"
)

// Config is what an API is built from. Every field is required.
type Config struct {
	Ledger  *ledger.Ledger
	Auth    *auth.Auth
	Records *question.Records
	Log     *slog.Logger
	Version string // of the program, as the document says it
	// Given is told of every command: its verb, and whether it was written, was
	// repeated, or with which code it was refused.
	Given func(verb, outcome string)
}

// API answers requests. Its routes are made before the first request; from then on it
// is safe for concurrent use.
type API struct {
	Config
	router   *chi.Mux
	origin   *http.CrossOriginProtection
	buffers  buffers
	document *document
	routes   []Route
}

// New builds an API without any route.
func New(c Config) *API {
	cookie := auth.SessionCookie
	if c.Auth != nil {
		cookie = c.Auth.Cookie()
	}
	a := &API{Config: c, router: chi.NewRouter(), origin: http.NewCrossOriginProtection(), document: newDocument(c.Version, cookie)}
	a.router.NotFound(a.unknownRoute)
	a.router.MethodNotAllowed(a.unknownMethod)
	return a
}

// Areas makes the routes of every area, one a line.
func (a *API) Areas() {
	a.unitRoutes()        // the organisation's units
	a.staffRoutes()       // staff, their access and their departure (B-02, B-28)
	a.customerRoutes()    // customers, from first entry to erasure (B-08, B-09, B-20)
	a.applicationRoutes() // looking up, claiming, and deciding applications (A-03 … A-14)
	a.attachmentRoutes()  // advisors of a customer, and their contacts (B-29 … B-31)
	a.referralRoutes()    // customers offered to colleagues
	a.productRoutes()     // products (B-19)
	a.paymentRoutes()     // payments and what was bought (B-06, B-11 … B-18)
	a.attributionRoutes() // who earned a commission, and why (B-29 … B-31)
	a.performanceRoutes() // counts and sums at three levels (B-18)
	a.policyRoutes()      // the rules in force (B-01)
	a.migrationRoutes()   // batches of imported history (B-31)
}

// ServeHTTP answers a request that has an Exchange in its context.
func (a *API) ServeHTTP(w http.ResponseWriter, r *http.Request) { a.router.ServeHTTP(w, r) }

// Routes lists everything that can be asked.
func (a *API) Routes() []Route { return a.routes }

// reader is whoever asks, with a question.
func (a *API) reader(r *http.Request, x *Exchange) *question.Reader {
	return a.Records.For(r.Context(), x.Principal, x.Language)
}
