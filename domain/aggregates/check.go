package aggregates

import (
	"cmp"
	"encoding"
	"errors"
	"fmt"
	"reflect"
	"regexp"
	"slices"

	"guishu/domain"
)

// MistakeError says what is wrong with what an aggregate says of itself.
type MistakeError struct {
	Aggregate string
	Reason    string
}

func (e *MistakeError) Error() string { return "aggregate " + e.Aggregate + ": " + e.Reason }

// streamNames is how a category names its streams. A name of one word alone keeps
// any category's streams from passing for another's.
var streamNames = regexp.MustCompile(`^[a-z]+(-\{[a-z]+\})*$`)

// checker collects what is wrong.
type checker struct {
	at       string // the aggregate
	mistakes []error
	taken    map[string]string // what must be said once, and who said it
}

// check finds everything that is wrong with aggregates; nil if nothing is.
func check(aggregates []domain.Aggregate) error {
	c := &checker{taken: map[string]string{}}
	for _, a := range aggregates {
		c.at = a.Name
		c.require(a.Name != "", "it has no name")
		c.once("aggregate", a.Name)
		c.require(len(a.Categories)+len(a.Anywhere) > 0, "it has neither streams nor events")
		for _, event := range a.Anywhere {
			c.event(event)
		}
		for _, category := range a.Categories {
			c.category(category)
		}
	}
	return errors.Join(c.mistakes...)
}

func (c *checker) require(holds bool, reason string, args ...any) {
	if !holds {
		c.mistakes = append(c.mistakes, &MistakeError{Aggregate: c.at, Reason: fmt.Sprintf(reason, args...)})
	}
}

// once requires that nobody else said the same.
func (c *checker) once(what, name string) {
	key := what + " " + name
	first, taken := c.taken[key]
	c.require(!taken, "%s is said twice, first by %s", key, first)
	c.taken[key] = c.at
}

func (c *checker) category(category domain.Category) {
	streams := category.Streams
	c.require(streamNames.MatchString(streams), "the streams %q are not named like payment-{payment}", streams)
	c.once("stream", category.Name())
	c.require(category.Decides != "", "%s does not say what a stream decides", streams)
	c.require(category.State.GoType() != nil, "%s does not say what a stream is folded into", streams)
	c.require(category.OpenWork == domain.NeverOpenWork || category.OpenWork == domain.MayBeOpenWork,
		"%s does not say whether a stream can be open work", streams)
	c.require(len(category.Events) > 0, "%s has no events", streams)
	c.require(category.State.HasUniqueKeys() == (len(category.Unique) > 0),
		"%s: its state has UniqueKeys if, and only if, it has unique kinds", streams)
	for _, kind := range category.Unique {
		c.once("unique kind", string(kind.Name))
		c.require(kind.Name != "" && kind.Chinese != "" && kind.English != "" && kind.Field != "" && kind.Taken.Kind() != 0,
			"the unique kind %q lacks a name, a field or a refusal", kind.Name)
	}
	c.customer(category)
	c.area(category)
	for _, event := range category.Events {
		c.event(event)
	}
}

// customer requires that every event that names a customer is found to.
func (c *checker) customer(category domain.Category) {
	byStream := category.Customer == domain.CustomerOfTheStream
	switch category.Customer {
	case domain.NoCustomer, domain.CustomerOfTheStream, domain.CustomerOfTheEvent:
	default:
		c.require(false, "%s does not say whose customer its events are about", category.Streams)
		return
	}
	c.require(byStream == category.NamesCustomer(),
		"%s: CustomerOfTheStream is said of streams named by {customer} first, and of no others", category.Streams)
	for _, event := range category.Events {
		if next, _ := event.Upcaster(); byStream || next != nil {
			continue
		}
		if category.Customer == domain.CustomerOfTheEvent {
			c.require(event.GoType().Implements(hasCustomer), "%s does not say which customer it is about", event.Name)
			continue
		}
		field, names := c.find(event.GoType(), "", func(f reflect.StructField) bool { return f.Type == customerID })
		c.require(!names, "%s names a customer in %s, of whom %s says nothing", event.Name, field, category.Streams)
	}
}

// area requires that it is said with what every event about a customer is read, and
// that the event says which thing that is.
func (c *checker) area(category domain.Category) {
	if category.Customer == domain.NoCustomer {
		c.require(category.Area == 0, "%s is about no customer and is read in an area of theirs", category.Streams)
		return
	}
	c.require(slices.Contains(domain.Areas(), category.Area), "%s does not say in which area its events are read", category.Streams)
	for _, event := range category.Events {
		if next, _ := event.Upcaster(); next != nil {
			continue
		}
		area := cmp.Or(event.Area(), category.Area)
		c.require(area == category.Area || slices.Contains(domain.Areas(), area), "%s is read in no area that there is", event.Name)
		c.require(area.Told(event.GoType()), "%s does not say of which %s it is", event.Name, area)
	}
}

var (
	hasCustomer = reflect.TypeFor[domain.HasCustomer]()
	customerID  = reflect.TypeFor[domain.CustomerID]()
	asText      = reflect.TypeFor[encoding.TextMarshaler]()
	uniqueName  = reflect.TypeFor[domain.UniqueName]() // a UniqueKind has the words
	worded      = reflect.TypeFor[domain.Worded]()
)

// event requires words for an event and each of its fields.
func (c *checker) event(event domain.EventType) {
	c.once("event", fmt.Sprintf("%s version %d", event.Name, event.Version))
	if next, _ := event.Upcaster(); next != nil {
		return // nobody sees an older version
	}
	chinese, english := event.Title()
	c.require(chinese != "" && english != "", "%s has no title in both languages", event.Name)
	field, lacks := c.find(event.GoType(), "", func(f reflect.StructField) bool {
		chinese, english := domain.LabelOf(f)
		return chinese == "" || english == ""
	})
	c.require(!lacks, "%s: the field %s has no label in both languages", event.Name, field)
	field, raw := c.find(event.GoType(), "", func(f reflect.StructField) bool {
		return f.Type.Kind() == reflect.String && f.Type.PkgPath() != "" && !f.Type.Implements(worded) && f.Type != uniqueName
	})
	c.require(!raw, "%s: the values of the field %s have no words", event.Name, field)
}

// find is the first field that is sought, of a struct or of a struct in it.
func (c *checker) find(in reflect.Type, path string, sought func(reflect.StructField) bool) (string, bool) {
	for in.Kind() == reflect.Pointer || in.Kind() == reflect.Slice {
		in = in.Elem()
	}
	if in.Kind() != reflect.Struct || in.Implements(asText) {
		return "", false
	}
	for i := range in.NumField() {
		field := in.Field(i)
		if !field.IsExported() {
			continue
		}
		at := path + "." + field.Name
		if sought(field) {
			return at[1:], true
		}
		if found, is := c.find(field.Type, at, sought); is {
			return found, true
		}
	}
	return "", false
}
