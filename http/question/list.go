package question

import (
	"context"

	"guishu/commands/ledger"
	"guishu/domain"
	"guishu/domain/staff"
	"guishu/eventstore"
	"guishu/projections/query"
)

// About is what every question says of itself: what it is called, for programs and
// for people, and who may ask it.
type About struct {
	Name        string       // for programs, such as "list-customers"
	Title, Does ledger.Words // for people: a few words, and a sentence
	// Needs is the permission without which nobody is answered. Its scope is what
	// the answer is taken from.
	Needs staff.Permission
	// Models are the read models that the answer is read from. They are waited for
	// where a reader gives a position.
	Models []string
}

// Fresh is how readers see what they have just written themselves.
type Fresh struct {
	MinPosition int64 `query:"min_position" json:"min_position,omitempty" minimum:"0" doc:"等到读模型已包含此位置(命令答复中的 position)再回答。 Wait until the position of a command's answer has been taken in."`
}

func (f *Fresh) position() eventstore.Position { return eventstore.Position(f.MinPosition) }

// Paging is what every list takes.
type Paging struct {
	Fresh
	Sort   string `query:"sort" json:"sort,omitempty" maxLength:"40" doc:"排序方式;前面加减号则反向。 A sort of this list; a leading minus turns it around where it can."`
	Limit  int    `query:"limit" json:"limit,omitempty" minimum:"1" maximum:"500" doc:"每页行数,不填为 50。 Rows of a page, 50 when left out."`
	Cursor string `query:"cursor" json:"cursor,omitempty" maxLength:"2000" doc:"上一页的 next。 next of the page before."`
	Count  bool   `query:"count" json:"count,omitempty" doc:"同时计算总行数(最多一百万)。 Count all rows of the list too, up to a million."`
}

func (p *Paging) paging() *Paging { return p }

func (p *Paging) after() query.Cursor { return query.Cursor(p.Cursor) }

// Waiting is what a question takes at least: a pointer to a struct with Fresh.
type Waiting interface{ position() eventstore.Position }

// Paged is what a list takes at least: a pointer to a struct with Paging.
type Paged interface {
	Waiting
	paging() *Paging
}

// Page is one page of a list.
type Page[V any] struct {
	Items []V    `json:"items" doc:"本页各行。 The rows of this page."`
	Next  string `json:"next,omitempty" doc:"下一页的 cursor;最后一页没有。 Pass it as cursor for the next page; missing on the last one."`
	Count *int   `json:"count,omitempty" doc:"所有页的行数,要求时才有。 Rows of all pages, where it was asked for."`
}

// List is a list as a value: In is what it is narrowed by, Q and R are the read
// model's question and row, V is a row as the reader may see it.
type List[In Paged, Q, R, V any] struct {
	About
	// Choose makes the read model's question of what the reader narrows the list by,
	// within the scope that Needs gives the reader.
	Choose func(r *Reader, scope staff.Scope, in In) (Q, error)
	// Rows and Counted ask the read model.
	Rows    func(ctx context.Context, db query.DB, q Q) (query.Page[R], error)
	Counted func(ctx context.Context, db query.DB, q Q) (int, error)
	// Show is a row as the reader may see it.
	Show func(r *Reader, row *R) V
	// Sorts are the names it can be sorted by, the first one where none is asked for;
	// none where it has one order.
	Sorts []string
}

// Page gives one page, with the count of all where that is asked for. Errors:
// authz/denied, query/filter, query/sort, query/cursor, query/date-range,
// query/position-timeout, ledger/unavailable.
func (l List[In, Q, R, V]) Page(r *Reader, in In) (Page[V], error) {
	chosen, err := l.choose(r, in)
	if err != nil {
		return Page[V]{}, err
	}
	found, err := l.Rows(r.ctx, r.Read, chosen)
	if err != nil {
		return Page[V]{}, unanswerable(err)
	}
	page := Page[V]{Items: make([]V, len(found.Rows)), Next: string(found.Next)}
	for i := range found.Rows {
		page.Items[i] = l.Show(r, &found.Rows[i])
	}
	if in.paging().Count {
		counted, err := l.Counted(r.ctx, r.Read, chosen)
		if err != nil {
			return Page[V]{}, unanswerable(err)
		}
		page.Count = &counted
	}
	return page, nil
}

// Count gives how many rows all pages have, up to a million. Errors: those of Page.
func (l List[In, Q, R, V]) Count(r *Reader, in In) (int, error) {
	chosen, err := l.choose(r, in)
	if err != nil {
		return 0, err
	}
	counted, err := l.Counted(r.ctx, r.Read, chosen)
	if err != nil {
		return 0, unanswerable(err)
	}
	return counted, nil
}

// choose is the read model's question, once the reader may ask it and the read
// models can answer it.
func (l List[In, Q, R, V]) choose(r *Reader, in In) (Q, error) {
	var none Q
	scope, err := r.scope(l.Needs)
	if err != nil {
		return none, err
	}
	switch p := in.paging(); {
	case p.Limit < 0, p.Limit > query.MaxLimit:
		return none, domain.ErrQueryFilter.At("limit")
	case p.MinPosition < 0:
		return none, domain.ErrQueryFilter.At("min_position")
	case len(l.Sorts) == 0 && p.Sort != "":
		return none, domain.ErrQuerySort.At("sort")
	}
	if err := r.await(r.ctx, in.position(), l.Models); err != nil {
		return none, err
	}
	chosen, err := l.Choose(r, scope, in)
	if err != nil {
		return none, unanswerable(err)
	}
	return chosen, nil
}

// Single is a single thing as a value: In is what it is found by, V is how the
// reader may see it.
type Single[In Waiting, V any] struct {
	About
	// Find looks for it within the scope that Needs gives the reader. What lies
	// outside is not found, whether there is such a thing or not.
	Find func(r *Reader, scope staff.Scope, in In) (V, error)
}

// One gives the thing. Errors: authz/denied, query/not-found-or-out-of-scope,
// query/position-timeout, ledger/unavailable.
func (s Single[In, V]) One(r *Reader, in In) (V, error) {
	var none V
	scope, err := r.scope(s.Needs)
	if err != nil {
		return none, err
	}
	if err := r.await(r.ctx, in.position(), s.Models); err != nil {
		return none, err
	}
	found, err := s.Find(r, scope, in)
	if err != nil {
		return none, unanswerable(err)
	}
	return found, nil
}
