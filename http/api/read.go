package api

import (
	"net/http"
	"slices"

	"github.com/danielgtaylor/huma/v2"

	"guishu/http/question"
)

// list makes the route of a list: what it is narrowed by stands in the address.
func list[I any, P interface {
	*I
	question.Paged
}, Q, R, V any](a *API, area, path string, l question.List[P, Q, R, V]) {
	op := ask(a, area, path, l.About, func(r *question.Reader, in *I) (question.Page[V], error) { return l.Page(r, P(in)) })
	sortedBy(op, l.Sorts())
}

// one makes the route of a single thing.
func one[I any, P interface {
	*I
	question.Waiting
}, V any](a *API, area, path string, s question.Single[P, V]) {
	ask(a, area, path, s.About, func(r *question.Reader, in *I) (V, error) { return s.One(r, P(in)) })
}

// ask makes the route of a question whose input stands in the address.
func ask[I, V any](a *API, area, path string, about question.About, find func(*question.Reader, *I) (V, error)) *huma.Operation {
	rt := asked(http.MethodGet, path, about)
	in := parametersOf(typeOf[I]())
	op := a.document.operation(area, rt, in)
	a.document.gives(op, http.StatusOK, jsonMedia[0], typeOf[V]())
	a.document.add(op, rt)
	a.mount(rt, in, func(_ http.ResponseWriter, r *http.Request, x *Exchange) (int, any, error) {
		var taken I
		if err := fill(&taken, in, r); err != nil {
			return 0, nil, err
		}
		found, err := find(a.reader(r, x), &taken)
		return http.StatusOK, found, err
	})
	return op
}

// sortedBy describes what a list can be sorted by. Where it has one order it takes no
// sort, but says so better than that there is no such parameter.
func sortedBy(op *huma.Operation, sorts []string) {
	at := slices.IndexFunc(op.Parameters, func(p *huma.Param) bool { return p.Name == "sort" })
	if len(sorts) == 0 {
		op.Parameters = slices.Delete(op.Parameters, at, at+1)
		return
	}
	for _, name := range sorts {
		op.Parameters[at].Schema.Enum = append(op.Parameters[at].Schema.Enum, name, "-"+name)
	}
}

// search makes the route of a list whose input may be personal: it stands in the body,
// because addresses are logged everywhere.
func search[I any, P interface {
	*I
	question.Paged
}, Q, R, V any](a *API, area, path string, l question.List[P, Q, R, V]) {
	rt := asked(http.MethodPost, path, l.About)
	rt.Searches = true
	Action(a, area, rt, func(_ http.ResponseWriter, r *http.Request, in I) (question.Page[V], error) {
		return l.Page(a.reader(r, ExchangeOf(r.Context())), P(&in))
	})
}

// asked is the route of a question.
func asked(method, path string, about question.About) Route {
	return Route{Method: method, Path: path, Name: about.Name, Title: about.Title, Does: about.Does, Needs: about.Needs, Refuses: questionRefuses()}
}
