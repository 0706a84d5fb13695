package api

import (
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strconv"

	"guishu/commands/ledger"
	"guishu/domain"
	"guishu/domain/staff"

	"github.com/go-chi/chi/v5"
	"github.com/go-json-experiment/json"
)

// Route is something that can be asked at an address.
type Route struct {
	Method, Path string
	Name         string       // for programs, such as "claim-customer"
	Title, Does  ledger.Words // for people: a few words, and a sentence
	Entrance     Entrance
	// Needs is the permission without which nobody is answered, empty where signing
	// in is enough.
	Needs staff.Permission
	// InPerson says that an API token is not enough: what lets people in is given out
	// and changed by people (S-07).
	InPerson bool
	// Searches says that a route that takes a body changes nothing.
	Searches bool
	// Refuses is what its rules refuse, beside what any request may be refused with.
	Refuses []domain.Code
}

// changes says whether a request may change something.
func (rt Route) changes() bool { return rt.Method != http.MethodGet && !rt.Searches }

// answer is what a route does with a request: it gives the status and the body of the
// answer. Status 0 says that it has answered by itself.
type answer func(w http.ResponseWriter, r *http.Request, x *Exchange) (status int, body any, err error)

// mount puts a route into the router. This is the way that every request takes.
func (a *API) mount(rt Route, in []parameter, do answer) {
	a.routes = append(a.routes, rt)
	a.router.MethodFunc(rt.Method, rt.Path, func(w http.ResponseWriter, r *http.Request) {
		x := ExchangeOf(r.Context())
		x.Route = rt.Path
		status, body, err := 0, any(nil), a.admit(x, r, rt)
		if err == nil {
			err = checkQuery(r, in)
		}
		if err == nil {
			status, body, err = do(w, r, x)
		}
		if err == nil && status != 0 {
			err = a.write(w, status, body)
		}
		if err != nil {
			a.Refuse(w, r, err)
		}
	})
}

// checkQuery refuses parameters that the route does not know.
func checkQuery(r *http.Request, in []parameter) error {
	if r.URL.RawQuery == "" {
		return nil
	}
	given, err := url.ParseQuery(r.URL.RawQuery)
	if err != nil {
		return domain.ErrRequestMalformed
	}
	for name, values := range given {
		if !slices.ContainsFunc(in, func(p parameter) bool { return p.in == inQuery && p.name == name }) {
			return domain.ErrRequestUnknownField.At(safeName(name))
		}
		if len(values) > 1 {
			return domain.ErrRequestValidation.At(name)
		}
	}
	return nil
}

// write answers with JSON, or with nothing where there is no body.
func (a *API) write(w http.ResponseWriter, status int, body any) error {
	if status == http.StatusNoContent {
		w.WriteHeader(status)
		return nil
	}
	buffer := a.buffers.get()
	defer a.buffers.put(buffer)
	if err := json.MarshalWrite(buffer, body); err != nil {
		return fmt.Errorf("write an answer: %w", err)
	}
	buffer.Write(newline)
	header := w.Header()
	if header["Content-Type"] == nil {
		header["Content-Type"] = jsonMedia
	}
	header.Set("Content-Length", strconv.Itoa(buffer.Len()))
	w.WriteHeader(status)
	_, _ = w.Write(buffer.Bytes()) // the client may have gone
	return nil
}

var (
	jsonMedia = []string{"application/json"}
	newline   = []byte("\n") // a terminal's prompt stands below the answer, not behind it (K-25)
)

// Raw makes a route that answers by itself, such as a page. It is described in the
// document only where it has a media type to describe it with.
func (a *API) Raw(area string, rt Route, media string, do func(w http.ResponseWriter, r *http.Request) error) {
	if media != "" {
		op := a.document.operation(area, rt, nil)
		a.document.gives(op, http.StatusOK, media, nil)
		a.document.add(op, rt)
	}
	a.mount(rt, nil, func(w http.ResponseWriter, r *http.Request, _ *Exchange) (int, any, error) { return 0, nil, do(w, r) })
}

// Action makes a route that is no command of the ledger, such as signing in. A
// route with None for I takes no body; None for O is answered with no content.
func Action[I, O any](a *API, area string, rt Route, run func(w http.ResponseWriter, r *http.Request, in I) (O, error)) {
	in := parametersIn(rt.Path)
	op := a.document.operation(area, rt, in)
	_, bodiless := any(*new(I)).(None)
	if !bodiless {
		a.document.takes(op, typeOf[I](), nil)
	}
	status := http.StatusOK
	if _, none := any(*new(O)).(None); none {
		status = http.StatusNoContent
	}
	a.document.gives(op, status, jsonMedia[0], typeOf[O]())
	a.document.add(op, rt)
	a.mount(rt, in, func(w http.ResponseWriter, r *http.Request, _ *Exchange) (int, any, error) {
		var taken I
		if !bodiless {
			if err := a.readBody(r, &taken); err != nil {
				return 0, nil, err
			}
		}
		given, err := run(w, r, taken)
		return status, given, err
	})
}

// None is no body.
type None struct{}

// Parameter reads an id from the address; request/id-format when it is none.
func Parameter[ID any](r *http.Request, name string, read func(string) (ID, error)) (ID, error) {
	id, err := read(r.PathValue(name))
	if err != nil {
		return id, domain.ErrRequestIDFormat.At(name)
	}
	return id, nil
}

// unknownRoute answers for an address that nothing is at.
func (a *API) unknownRoute(w http.ResponseWriter, r *http.Request) {
	a.Refuse(w, r, domain.ErrRequestNotFound)
}

// unknownMethod answers for a method that an address does not know, and says which
// ones it does.
func (a *API) unknownMethod(w http.ResponseWriter, r *http.Request) {
	for _, method := range []string{http.MethodGet, http.MethodPost, http.MethodDelete} {
		if a.router.Match(chi.NewRouteContext(), method, r.URL.Path) {
			w.Header().Add("Allow", method)
		}
	}
	a.Refuse(w, r, domain.ErrRequestMethod)
}

// Status makes a route whose answer is the same in shape whether all is well or not,
// such as whether the program is ready.
func Status[O any](a *API, area string, rt Route, run func(w http.ResponseWriter, r *http.Request) (int, O)) {
	op := a.document.operation(area, rt, nil)
	a.document.add(op, rt)
	for _, status := range []int{http.StatusOK, http.StatusServiceUnavailable} {
		a.document.gives(op, status, jsonMedia[0], typeOf[O]())
	}
	a.mount(rt, nil, func(w http.ResponseWriter, r *http.Request, _ *Exchange) (int, any, error) {
		status, state := run(w, r)
		return status, state, nil
	})
}
