package http

import (
	"net/http"
	"net/url"
	"slices"
	"strings"

	"guishu/domain"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/adapters/humachi"
	"github.com/go-chi/chi/v5"
)

// entrance says who may use a route.
type entrance int

const (
	// forStaff: whoever is signed in.
	forStaff entrance = iota
	// forNewcomers: also who has only a one-time secret yet.
	forNewcomers
	// forAnybody: without signing in.
	forAnybody
)

// operation is a route as the server runs it.
type operation struct {
	path     string
	entrance entrance
	query    []string // the parameters it takes
}

// entranceKey is where a route's entrance stands in its description's metadata.
const entranceKey = "entrance"

// route describes a route: its method and address, its name for programs, and
// what it is for, in both languages.
type route struct {
	method, path, name string
	zh, en             string
	entrance           entrance
}

func (rt route) operation(area string) *huma.Operation {
	op := &huma.Operation{
		Method: rt.method, Path: rt.path, OperationID: rt.name, Tags: []string{area},
		Summary: rt.zh + " " + rt.en, Metadata: map[string]any{entranceKey: rt.entrance},
		Responses: map[string]*huma.Response{},
	}
	if rt.entrance != forAnybody {
		op.Security = []map[string][]string{{"session": {}}, {"token": {}}}
	}
	for _, name := range pathParameters(rt.path) {
		op.Parameters = append(op.Parameters, &huma.Param{Name: name, In: "path", Required: true, Schema: &huma.Schema{Type: huma.TypeString}})
	}
	return op
}

// pathParameters are the names in braces.
func pathParameters(path string) []string {
	var names []string
	for _, part := range strings.Split(path, "/") {
		if strings.HasPrefix(part, "{") && strings.HasSuffix(part, "}") {
			names = append(names, part[1:len(part)-1])
		}
	}
	return names
}

// handle puts a described route into the document and the router.
func (s *Server) handle(op *huma.Operation, answer func(w http.ResponseWriter, r *http.Request) error) {
	op.Responses["default"] = s.problemResponse()
	s.oapi.AddOperation(op)
	s.mount(op, answer)
}

// mount puts a route into the router: whoever comes in is known, and what goes
// wrong becomes a problem.
func (s *Server) mount(op *huma.Operation, answer func(w http.ResponseWriter, r *http.Request) error) {
	o := &operation{path: op.Path}
	o.entrance, _ = op.Metadata[entranceKey].(entrance)
	for _, parameter := range op.Parameters {
		if parameter.In == "query" {
			o.query = append(o.query, parameter.Name)
		}
	}
	s.router.MethodFunc(op.Method, op.Path, func(w http.ResponseWriter, r *http.Request) {
		x := exchangeOf(r.Context())
		x.operation = o
		err := s.admit(x, r)
		if err == nil {
			err = o.checkQuery(r)
		}
		if err == nil {
			err = answer(w, r)
		}
		if err != nil {
			s.refuse(w, r, err)
		}
	})
}

// checkQuery refuses parameters that the route does not know.
func (o *operation) checkQuery(r *http.Request) error {
	if r.URL.RawQuery == "" {
		return nil
	}
	given, err := url.ParseQuery(r.URL.RawQuery)
	if err != nil {
		return domain.ErrRequestMalformed
	}
	for name, values := range given {
		if !slices.Contains(o.query, name) {
			return domain.ErrRequestUnknownField.At(safeName(name))
		}
		if len(values) > 1 {
			return domain.ErrRequestValidation.At(name)
		}
	}
	return nil
}

// unknownRoute answers for an address that nothing is at.
func (s *Server) unknownRoute(w http.ResponseWriter, r *http.Request) {
	s.refuse(w, r, domain.ErrRequestNotFound)
}

// unknownMethod answers for a method that an address does not know, and says
// which ones it does.
func (s *Server) unknownMethod(w http.ResponseWriter, r *http.Request) {
	for _, method := range []string{http.MethodGet, http.MethodPost, http.MethodDelete} {
		if s.router.Match(chi.NewRouteContext(), method, r.URL.Path) {
			w.Header().Add("Allow", method)
		}
	}
	s.refuse(w, r, domain.ErrRequestMethod)
}

// adapter lets huma register its operations through mount.
type adapter struct{ server *Server }

// Handle mounts an operation.
func (a adapter) Handle(op *huma.Operation, handler func(huma.Context)) {
	a.server.mount(op, func(w http.ResponseWriter, r *http.Request) error {
		handler(&humaContext{carried: humachi.NewContext(op, r, w), exchange: exchangeOf(r.Context())})
		return nil
	})
}

// ServeHTTP answers a request.
func (a adapter) ServeHTTP(w http.ResponseWriter, r *http.Request) { a.server.ServeHTTP(w, r) }

// carried is huma's context under a name that does not hide its method Context.
type carried = huma.Context

// humaContext lets a problem decide its status.
type humaContext struct {
	carried
	exchange *exchange
	status   int // of the problem, if there is one
}

// SetStatus sets the problem's status where there is a problem.
func (c *humaContext) SetStatus(status int) {
	if c.status != 0 {
		status = c.status
	}
	c.carried.SetStatus(status)
}

// explainProblem turns huma's own refusals into ours, which repeat no value, and
// sets the headers that go with a problem.
func (s *Server) explainProblem(ctx huma.Context, _ string, answer any) (any, error) {
	c, ok := ctx.(*humaContext)
	if !ok {
		return answer, nil
	}
	problem, ok := answer.(*Problem)
	if model, theirs := answer.(*huma.ErrorModel); theirs {
		problem, ok = s.translate(c.exchange, model), true
	}
	if ok {
		c.status = problem.Status
		c.exchange.code = problem.Code
		header := http.Header{}
		c.exchange.explain(header, problem)
		for name := range header {
			c.SetHeader(name, header.Get(name))
		}
		return problem, nil
	}
	return answer, nil
}

// translate is huma's refusal as one of ours.
func (s *Server) translate(x *exchange, model *huma.ErrorModel) *Problem {
	code := domain.ErrServerInternal
	switch model.Status {
	case http.StatusBadRequest, http.StatusUnprocessableEntity:
		code = domain.ErrQueryFilter
	case http.StatusRequestTimeout:
		code = domain.ErrRequestTimeout
	}
	refusals := make([]*domain.Error, 0, len(model.Errors))
	for _, detail := range model.Errors {
		in, name, _ := strings.Cut(detail.Location, ".")
		if in == "path" {
			return newProblem(domain.ErrRequestIDFormat.At(name), x.language, x.id())
		}
		refusals = append(refusals, &domain.Error{Code: code, Field: name})
	}
	if len(refusals) == 0 {
		return newProblem(&domain.Error{Code: code}, x.language, x.id())
	}
	problem := newProblem(refusals[0], x.language, x.id())
	for _, refusal := range refusals[1:] {
		problem.add(refusal, x.language)
	}
	return problem
}

// RouteName is a route's method and address.
type RouteName struct{ Method, Path string }

// Routes lists everything that can be asked.
func (s *Server) Routes() []RouteName {
	var routes []RouteName
	_ = chi.Walk(s.router, func(method, path string, _ http.Handler, _ ...func(http.Handler) http.Handler) error {
		routes = append(routes, RouteName{Method: method, Path: path})
		return nil
	})
	return routes
}
