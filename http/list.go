package http

import (
	"context"
	"errors"
	"net/http"
	"strings"
	"time"

	"guishu/domain"
	"guishu/domain/staff"
	"guishu/eventstore"
	"guishu/projections/query"

	"github.com/danielgtaylor/huma/v2"
	"github.com/jackc/pgx/v5/pgconn"
)

// Fresh is how a reader sees their own write.
type Fresh struct {
	MinPosition int64 `query:"min_position" json:"min_position,omitempty" minimum:"0" doc:"Wait until the position of a command's answer has been taken in."`
}

func (f *Fresh) position() eventstore.Position { return eventstore.Position(f.MinPosition) }

// Paging is what every list takes.
type Paging struct {
	Fresh
	Sort   string `query:"sort" json:"sort,omitempty" maxLength:"40" doc:"A sort of this list; a leading minus turns it around where it can."`
	Limit  int    `query:"limit" json:"limit,omitempty" minimum:"1" maximum:"500" doc:"Rows of a page, 50 when left out."`
	Cursor string `query:"cursor" json:"cursor,omitempty" maxLength:"2000" doc:"next of the page before."`
	Count  bool   `query:"count" json:"count,omitempty" doc:"Count all rows of the list too, up to a million."`
}

func (p *Paging) page() *Paging { return p }

func (p *Paging) after() query.Cursor { return query.Cursor(p.Cursor) }

// waits is what a reading request takes at least.
type waits[I any] interface {
	*I
	position() eventstore.Position
}

// pager is what a list takes at least.
type pager[I any] interface {
	waits[I]
	page() *Paging
}

// page is one page of a list.
type page[V any] struct {
	Items []V    `json:"items"`
	Next  string `json:"next,omitempty" doc:"Pass it as cursor for the next page; missing on the last one."`
	Count *int   `json:"count,omitempty" doc:"Rows of all pages, where it was asked for."`
}

// asking is one question to the read models.
type asking struct {
	ctx    context.Context
	server *Server
	*exchange
	eyes eyes
}

func (s *Server) asking(ctx context.Context) *asking {
	x := exchangeOf(ctx)
	return &asking{ctx: ctx, server: s, exchange: x, eyes: eyes{reader: x.principal}}
}

// days is a span of days in the business's time zone.
func (a *asking) days(from, to domain.Date) query.Days {
	return query.Days{From: from, To: to, Zone: a.server.Location}
}

// scope is what the permission lets the reader see; authz/denied when it is
// nothing at all.
func (a *asking) scope(permission staff.Permission) (staff.Scope, error) {
	scope := a.principal.Scope(permission)
	if scope.Empty() {
		return scope, domain.ErrAuthzDenied
	}
	return scope, nil
}

// who asks.
func (a *asking) who() domain.StaffID { return a.identity.Staff }

// below is the path of a unit that a list is narrowed to; empty for none.
func (a *asking) below(unit domain.UnitID) (domain.Path, error) {
	if unit.IsZero() {
		return "", nil
	}
	tree, err := a.server.Ledger.Tree(a.ctx)
	if err != nil {
		return "", err
	}
	path := tree.Path(unit)
	if path.IsZero() {
		return "", domain.ErrQueryFilter.At("below")
	}
	return path, nil
}

// patience is how long a read waits for min_position.
const patience = 5 * time.Second

// await waits until the read models have the position.
func (a *asking) await(position eventstore.Position, models []string) error {
	if position <= 0 {
		return nil
	}
	ctx, stop := context.WithTimeout(a.ctx, patience)
	defer stop()
	for _, model := range models {
		switch err := a.server.Models.WaitFor(ctx, model, position); {
		case errors.Is(err, context.DeadlineExceeded):
			return domain.ErrQueryPositionTimeout.At("min_position")
		case err != nil:
			return unreadableModel(err)
		}
	}
	return nil
}

// unreadableModel is what a failed question means: a refusal as it is, anything
// else that the database cannot be asked.
func unreadableModel(err error) error {
	refusal, found := domain.AsError(err)
	switch {
	case found && refusal.Code == domain.ErrFormValue && refusal.Field == "after":
		return domain.ErrQueryCursor.At("cursor")
	case found && refusal.Code == domain.ErrFormValue && refusal.Field == "sort":
		return domain.ErrQuerySort.At("sort")
	case found, errors.Is(err, context.Canceled), errors.Is(err, context.DeadlineExceeded):
		return err
	case isDataException(err):
		return domain.ErrQueryFilter
	}
	return errors.Join(domain.ErrLedgerUnavailable, err)
}

// isDataException says that PostgreSQL could be asked, but not for what was given:
// a text with a NUL in it, or a cursor that somebody made up.
func isDataException(err error) bool {
	var refused *pgconn.PgError
	return errors.As(err, &refused) && strings.HasPrefix(refused.Code, "22")
}

// lister is how a read model's list is asked.
type lister[Q, R any] struct {
	models   []string // that must have min_position
	list     func(context.Context, query.DB, Q) (query.Page[R], error)
	count    func(context.Context, query.DB, Q) (int, error)
	oneOrder bool // it cannot be sorted otherwise
}

// reply asks for a page and shows its rows as the reader may see them.
func reply[Q, R, V any](a *asking, p *Paging, l lister[Q, R], chosen Q, show func(*asking, *R) V) (page[V], error) {
	if l.oneOrder && p.Sort != "" {
		return page[V]{}, domain.ErrQuerySort.At("sort")
	}
	if err := a.await(p.position(), l.models); err != nil {
		return page[V]{}, err
	}
	found, err := l.list(a.ctx, a.server.Read, chosen)
	if err != nil {
		return page[V]{}, unreadableModel(err)
	}
	shown := page[V]{Items: make([]V, len(found.Rows)), Next: string(found.Next)}
	for i := range found.Rows {
		shown.Items[i] = show(a, &found.Rows[i])
	}
	if p.Count {
		counted, err := l.count(a.ctx, a.server.Read, chosen)
		if err != nil {
			return page[V]{}, unreadableModel(err)
		}
		shown.Count = &counted
	}
	return shown, nil
}

// list routes a list: what is asked for stands in the address.
func list[I any, P pager[I], Q, R, V any](s *Server, area string, rt route, l lister[Q, R], choose func(*asking, *I) (Q, error), show func(*asking, *R) V) {
	read(s, area, rt, func(a *asking, in *I) (page[V], error) {
		chosen, err := choose(a, in)
		if err != nil {
			return page[V]{}, err
		}
		return reply(a, P(in).page(), l, chosen, show)
	})
}

// search routes a list whose conditions may be personal: they stand in the body,
// because addresses are logged everywhere.
func search[I any, P pager[I], Q, R, V any](s *Server, area string, rt route, l lister[Q, R], choose func(*asking, *I) (Q, error), show func(*asking, *R) V) {
	action(s, area, rt, func(_ http.ResponseWriter, r *http.Request, in I) (page[V], error) {
		p := P(&in).page()
		switch {
		case p.Limit < 0, p.Limit > query.MaxLimit:
			return page[V]{}, domain.ErrQueryFilter.At("limit")
		case p.MinPosition < 0:
			return page[V]{}, domain.ErrQueryFilter.At("min_position")
		}
		a := s.asking(r.Context())
		chosen, err := choose(a, &in)
		if err != nil {
			return page[V]{}, err
		}
		return reply(a, p, l, chosen, show)
	})
}

// one routes a single thing.
func one[I any, P waits[I], V any](s *Server, area string, rt route, models []string, find func(*asking, *I) (V, error)) {
	read(s, area, rt, func(a *asking, in *I) (V, error) {
		if err := a.await(P(in).position(), models); err != nil {
			var none V
			return none, err
		}
		found, err := find(a, in)
		if err != nil {
			return found, unreadableModel(err)
		}
		return found, nil
	})
}

// answer is what huma writes as the body.
type answer[V any] struct{ Body V }

// read routes a question whose parameters stand in the address, read and checked
// by their tags.
func read[I, V any](s *Server, area string, rt route, find func(*asking, *I) (V, error)) {
	op := rt.operation(area)
	op.Parameters = nil // huma finds them in I
	op.Responses["default"] = s.problemResponse()
	huma.Register(s.api, *op, func(ctx context.Context, in *I) (*answer[V], error) {
		a := s.asking(ctx)
		found, err := find(a, in)
		if err != nil {
			return nil, s.problemFor(a.exchange, err)
		}
		return &answer[V]{Body: found}, nil
	})
}

// word is a value of an enumeration.
type word interface {
	~string
	Valid() bool
}

// known refuses a filter whose value is not empty and none of its enumeration: a
// slip would read as if there were nothing.
func known[W word](field string, value W) error {
	if value == "" || value.Valid() {
		return nil
	}
	return domain.ErrQueryFilter.At(field)
}
