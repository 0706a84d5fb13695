package question

import (
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
	// Models are the read models that the answer is read from; of a list, those
	// beside its own. They are waited for where a reader gives a position.
	Models []string
}

// Fresh is how readers see what they have just written themselves.
type Fresh struct {
	MinPosition int64 `query:"min_position" json:"min_position,omitempty" minimum:"0" doc:"等到读模型已包含此位置（命令答复中的 position）再回答。 Wait until the position of a command's answer has been taken in."`
}

func (f *Fresh) position() eventstore.Position { return eventstore.Position(f.MinPosition) }

// Paging is what every list takes.
type Paging struct {
	Fresh
	Sort   string `query:"sort" json:"sort,omitempty" maxLength:"40" doc:"排序方式；前面加减号则反向。 A sort of this list; a leading minus turns it around where it can."`
	Limit  int    `query:"limit" json:"limit,omitempty" minimum:"1" maximum:"500" doc:"每页行数，不填为 50。 Rows of a page, 50 when left out."`
	Cursor string `query:"cursor" json:"cursor,omitempty" maxLength:"2000" doc:"上一页的 next。 next of the page before."`
	Count  bool   `query:"count" json:"count,omitempty" doc:"同时计算总行数（最多一百万）。 Count all rows of the list too, up to a million."`
}

func (p *Paging) paging() *Paging { return p }

func (p *Paging) order() string { return p.Sort }

// Waiting is what a question takes at least: a pointer to a struct with Fresh.
type Waiting interface{ position() eventstore.Position }

// Paged is what a list takes at least: a pointer to a struct with Paging.
type Paged interface {
	Waiting
	paging() *Paging
	order() string // by which a page is sorted
}

// Page is one page of a list.
type Page[V any] struct {
	Items []V    `json:"items" doc:"本页各行。 The rows of this page."`
	Next  string `json:"next,omitempty" doc:"下一页的 cursor;最后一页没有。 Pass it as cursor for the next page; missing on the last one."`
	Count *int   `json:"count,omitempty" doc:"所有页的行数，要求时才有。 Rows of all pages, where it was asked for."`
}

// List is a list as a value: In is what it is narrowed by, Q and R are the read
// model's question and row, V is a row as the reader may see it.
type List[In Paged, Q, R, V any] struct {
	About
	// Of is the read model's list. It keeps to the scope that Needs gives the reader.
	Of query.List[Q, R]
	// Choose makes the read model's question of what the reader narrows the list by.
	Choose func(r *Reader, in In) (Q, error)
	// Within, where set, says within which scope instead: what else the reader may
	// see, or less of it.
	Within func(r *Reader, scope staff.Scope, in In) (staff.Scope, error)
	// Prepare, where set, reads in one go what showing the rows of a page takes.
	Prepare func(r *Reader, rows []R) error
	// Show is a row as the reader may see it.
	Show func(r *Reader, row *R) V
}

// Sorts are the names that it can be sorted by, the first one where none is asked for;
// none where it has one order.
func (l List[In, Q, R, V]) Sorts() []string {
	var names []string
	for _, sort := range l.Of.Sorts {
		names = append(names, sort.Name)
	}
	if len(names) == 1 {
		return nil
	}
	return names
}

// Page gives one page, with the count of all where that is asked for. Errors:
// authz/denied, query/filter, query/sort, query/cursor, query/date-range,
// query/position-timeout, ledger/unavailable.
func (l List[In, Q, R, V]) Page(r *Reader, in In) (Page[V], error) {
	reader, chosen, err := l.choose(r, in)
	if err != nil {
		return Page[V]{}, err
	}
	p := in.paging()
	found, err := l.Of.Page(r.ctx, r.Read, reader, chosen, query.Paging{Sort: in.order(), After: query.Cursor(p.Cursor), Limit: p.Limit})
	if err == nil && l.Prepare != nil {
		err = l.Prepare(r, found.Rows)
	}
	if err != nil {
		return Page[V]{}, unanswerable(err)
	}
	page := Page[V]{Items: make([]V, len(found.Rows)), Next: string(found.Next)}
	for i := range found.Rows {
		page.Items[i] = l.Show(r, &found.Rows[i])
	}
	if p.Count {
		counted, err := l.Of.Count(r.ctx, r.Read, reader, chosen)
		if err != nil {
			return Page[V]{}, unanswerable(err)
		}
		page.Count = &counted
	}
	return page, nil
}

// Count gives how many rows all pages have, up to a million. Errors: those of Page.
func (l List[In, Q, R, V]) Count(r *Reader, in In) (int, error) {
	reader, chosen, err := l.choose(r, in)
	if err != nil {
		return 0, err
	}
	counted, err := l.Of.Count(r.ctx, r.Read, reader, chosen)
	if err != nil {
		return 0, unanswerable(err)
	}
	return counted, nil
}

// choose is the read model's question and who asks it, once the reader may and the
// read models can answer.
func (l List[In, Q, R, V]) choose(r *Reader, in In) (reader query.Reader, chosen Q, err error) {
	if err := r.catchUp(in.position(), append(l.Models, l.Of.Models...)); err != nil {
		return reader, chosen, err
	}
	scope, err := r.scope(l.Needs)
	if err != nil {
		return reader, chosen, err
	}
	switch p := in.paging(); {
	case p.Limit < 0, p.Limit > query.MaxLimit:
		return reader, chosen, domain.ErrQueryFilter.At("limit")
	case p.MinPosition < 0:
		return reader, chosen, domain.ErrQueryFilter.At("min_position")
	case p.Sort != "" && l.Sorts() == nil:
		return reader, chosen, domain.ErrQuerySort.At("sort")
	}
	if l.Within != nil {
		if scope, err = l.Within(r, scope, in); err != nil {
			return reader, chosen, unanswerable(err)
		}
	}
	if chosen, err = l.Choose(r, in); err != nil {
		err = unanswerable(err)
	}
	return r.as(scope), chosen, err
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
	if err := r.catchUp(in.position(), s.Models); err != nil {
		return none, err
	}
	scope, err := r.scope(s.Needs)
	if err != nil {
		return none, err
	}
	found, err := s.Find(r, scope, in)
	if err != nil {
		return none, unanswerable(err)
	}
	return found, nil
}

// single is one of a list's rows as a value, shown as the list shows it.
func single[K Waiting, In Paged, Q, R, V any](about About, l List[In, Q, R, V], key func(K) any) Single[K, V] {
	about.Needs, about.Models = l.Needs, append(l.Models, l.Of.Models...)
	return Single[K, V]{About: about, Find: func(r *Reader, scope staff.Scope, in K) (V, error) {
		row, err := l.Of.One(r.ctx, r.Read, r.as(scope), key(in))
		if err != nil {
			var none V
			return none, err
		}
		if l.Prepare != nil {
			if err := l.Prepare(r, []R{row}); err != nil {
				var none V
				return none, err
			}
		}
		return l.Show(r, &row), nil
	}}
}
