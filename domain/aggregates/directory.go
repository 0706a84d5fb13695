package aggregates

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"sync"

	"guishu/domain"
)

// Directory is what all aggregates say of themselves, checked and put in order: it
// knows which stream is whose. It never changes once made.
type Directory struct {
	aggregates []domain.Aggregate
	categories []domain.Category
	byName     map[string]domain.Category
	events     []domain.EventType
	byType     map[string]domain.EventType // current versions, by stored name
	kinds      map[domain.UniqueName]domain.UniqueKind
	areas      map[string]domain.Area // by the stored name of the event
}

// All is the directory of List. What is wrong with that list is a mistake of
// who wrote it, so it panics, wherever the directory is asked for first.
var All = sync.OnceValue(func() *Directory {
	d, err := New(List()...)
	if err != nil {
		panic(err)
	}
	return d
})

// New makes a directory of aggregates. It refuses, naming everything that is wrong,
// what somebody forgot to say, and what two say (*MistakeError, joined).
func New(aggregates ...domain.Aggregate) (*Directory, error) {
	d := &Directory{
		aggregates: aggregates, byName: map[string]domain.Category{},
		byType: map[string]domain.EventType{}, kinds: map[domain.UniqueName]domain.UniqueKind{},
		areas: map[string]domain.Area{},
	}
	for _, a := range aggregates {
		d.events = append(d.events, a.Anywhere...)
		d.areaOf(a.Anywhere, 0)
		for _, c := range a.Categories {
			d.categories = append(d.categories, c)
			d.byName[c.Name()] = c
			d.events = append(d.events, c.Events...)
			d.areaOf(c.Events, c.Area)
			for _, kind := range c.Unique {
				d.kinds[kind.Name] = kind
			}
		}
	}
	for _, event := range d.events {
		if next, _ := event.Upcaster(); next == nil {
			d.byType[event.Name] = event
		}
	}
	return d, check(aggregates)
}

// Aggregates are the aggregates, in the order of the list.
func (d *Directory) Aggregates() []domain.Aggregate { return slices.Clone(d.aggregates) }

// Categories are the categories of streams, in the order of the list.
func (d *Directory) Categories() []domain.Category { return slices.Clone(d.categories) }

// Events is every version of every event of the ledger.
func (d *Directory) Events() []domain.EventType { return slices.Clone(d.events) }

// Event is the current version of an event by its stored name; false when there is
// none such.
func (d *Directory) Event(name string) (domain.EventType, bool) {
	event, known := d.byType[name]
	return event, known
}

// areaOf notes the areas of events whose category has that one.
func (d *Directory) areaOf(events []domain.EventType, category domain.Area) {
	for _, event := range events {
		if next, _ := event.Upcaster(); next == nil {
			d.areas[event.Name] = cmp.Or(event.Area(), category)
		}
	}
}

// AreaOf is the area in which an event is read, by its stored name; zero for one that
// is about no customer, and for one that is none of the ledger's.
func (d *Directory) AreaOf(event string) domain.Area { return d.areas[event] }

// EventsIn are the stored names of the events that are read in an area, in order.
func (d *Directory) EventsIn(area domain.Area) []string {
	var names []string
	for name, in := range d.areas {
		if in == area {
			names = append(names, name)
		}
	}
	slices.Sort(names)
	return names
}

// Unique is the kind of unique key by its stored name; false when there is none such.
func (d *Directory) Unique(name domain.UniqueName) (domain.UniqueKind, bool) {
	kind, known := d.kinds[name]
	return kind, known
}

// Of is the category of a stream of the ledger, *UnknownStreamError for any other.
func (d *Directory) Of(stream string) (domain.Category, error) {
	name, _, _ := strings.Cut(stream, "-")
	if category, known := d.byName[name]; known && category.Has(stream) {
		return category, nil
	}
	return domain.Category{}, &UnknownStreamError{Stream: stream}
}

// Owns says whether a stream is the ledger's own, in which commands alone may
// write: what anybody else appends there would pass for a decision.
func (d *Directory) Owns(stream string) bool {
	_, err := d.Of(stream)
	return err == nil
}

// CustomerOf is the customer whom an event in a stream is about; zero when it is
// about none.
func (d *Directory) CustomerOf(stream string, event any) domain.CustomerID {
	category, err := d.Of(stream)
	if err != nil {
		return domain.CustomerID{}
	}
	if category.Customer == domain.CustomerOfTheStream {
		return category.CustomerOf(stream)
	}
	says, ok := event.(domain.HasCustomer)
	if !ok {
		return domain.CustomerID{}
	}
	return says.AboutCustomer()
}

// UnknownStreamError says that a stream belongs to no aggregate of the ledger.
type UnknownStreamError struct{ Stream string }

func (e *UnknownStreamError) Error() string {
	return fmt.Sprintf("no aggregate of the ledger has a stream named %q", e.Stream)
}
