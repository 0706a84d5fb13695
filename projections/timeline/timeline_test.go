package timeline_test

import (
	"maps"
	"reflect"
	"regexp"
	"slices"
	"testing"

	"guishu/domain"
	"guishu/domain/aggregates"
	"guishu/eventstore/goldentest"
	"guishu/projections/projectiontest"
	"guishu/projections/query"
	"guishu/projections/timeline"
)

// goldenEvents are the folders with an example of every event.
const goldenEvents = "../../domain/*/testdata/events"

var placeholder = regexp.MustCompile(`\{[a-z]+\}`)

// streamOf is a stream of a category, of one customer where it is told apart by them.
func streamOf(c domain.Category, of domain.CustomerID) string {
	return placeholder.ReplaceAllStringFunc(c.Streams, func(name string) string {
		if name == "{customer}" {
			return of.String()
		}
		return projectiontest.ID[domain.RequestID]().String()
	})
}

// customerIn is the customer that an event names, in whichever field.
func customerIn(event reflect.Value) (domain.CustomerID, bool) {
	if id, is := event.Interface().(domain.CustomerID); is {
		return id, true
	}
	if event.Kind() != reflect.Struct {
		return domain.CustomerID{}, false
	}
	for i := range event.NumField() {
		if !event.Type().Field(i).IsExported() {
			continue
		}
		if id, found := customerIn(event.Field(i)); found {
			return id, true
		}
	}
	return domain.CustomerID{}, false
}

// The timeline is what disputes are settled on: whatever is written of a customer
// stands in it, and nothing that is about nobody.
func TestEveryEventOfACustomerStandsInTheirTimeline(t *testing.T) {
	t.Parallel()
	l := projectiontest.New(t)
	runner, _ := l.Run(timeline.Model())
	examples := goldentest.Examples(t, l.Codec.Registry(), goldenEvents)
	of, found := customerIn(reflect.ValueOf(examples["customer.registered"]))
	if !found {
		t.Fatal("the example of customer.registered names no customer")
	}
	wanted := map[string]bool{}
	for _, category := range aggregates.All().Categories() {
		for _, event := range category.Events {
			l.Append(streamOf(category, of), examples[event.Name])
			_, names := customerIn(reflect.ValueOf(examples[event.Name]))
			if names || category.NamesCustomer() {
				wanted[event.Name] = true
			}
		}
	}
	l.Wait(runner)
	page, err := timeline.Timeline().Page(t.Context(), l.Pool, query.Reader{}, timeline.Query{Customer: of, Parts: []timeline.Part{{Types: slices.Collect(maps.Keys(wanted))}}}, query.Paging{Limit: 100})
	if err != nil || page.Next != "" {
		t.Fatalf("one page holds not all of %d: %v", len(wanted), err)
	}
	for _, entry := range page.Rows {
		if !wanted[entry.Type] {
			t.Errorf("%s stands in the timeline twice, or of nobody", entry.Type)
		}
		delete(wanted, entry.Type)
	}
	for missing := range wanted {
		t.Errorf("%s is missing in the customer's timeline", missing)
	}
}
