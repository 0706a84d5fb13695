package domain

import "strings"

// Aggregate is what a package of the domain says of itself, once. What must know
// every stream, event or unique key of the ledger follows from it: see
// domain/aggregates, which has the list of all aggregates and checks it.
type Aggregate struct {
	Name       string // of the package, such as "payment"
	Codes      []Code // what its rules refuse with
	Categories []Category
	// Anywhere are events that may stand in the streams of any aggregate.
	Anywhere []EventType
}

// Category is the streams of one kind: what they are called, what one of them
// decides, and what whoever looks at all streams has to know of these. Every field
// must be given, but for Unique, which most have none of, and Area, which only those have
// that are about customers.
type Category struct {
	// Streams is how the streams are named: "policy" where there is only one, or
	// the category's name and then what tells them apart, in braces, such as
	// "payment-{payment}" or "lookup-{staff}-{day}".
	Streams string
	// Decides says what one stream decides, for the table in docs/architecture.md.
	Decides string
	// Customer says whose customer the events are about.
	Customer AboutCustomer
	// Area says with what the events are read, of streams that are about customers.
	// An event may say another one for itself: see EventType.ReadIn.
	Area Area
	// OpenWork says whether a stream can be work that waits for somebody (B-27).
	OpenWork OpenWork
	// Unique are the kinds of keys that the streams may have. The state says which
	// ones it has: see UniqueKey.
	Unique []UniqueKind
	// State is what a stream is folded into.
	State StateType
	// Events are what is written in the streams.
	Events []EventType
}

// Name is the category's name, with which its streams begin: "payment".
func (c Category) Name() string {
	name, _, _ := strings.Cut(c.Streams, "-")
	return name
}

// Single says that the category has one stream, which has the category's name.
func (c Category) Single() bool { return c.Streams == c.Name() }

// Prefix is what the names of the streams begin with: "payment-", or the whole
// name of a single stream.
func (c Category) Prefix() string {
	if c.Single() {
		return c.Streams
	}
	return c.Name() + "-"
}

// Has says whether a stream with this name is of the category, be there such a
// thing or not.
func (c Category) Has(stream string) bool {
	if c.Single() {
		return stream == c.Streams
	}
	return strings.HasPrefix(stream, c.Prefix())
}

// AboutCustomer is how it is known which customer an event is about. On it rests
// what stands in a customer's timeline.
type AboutCustomer int

// The ways to know the customer; the zero value says nothing and is refused.
const (
	// NoCustomer: the events are about no customer and name none.
	NoCustomer AboutCustomer = iota + 1
	// CustomerOfTheStream: the stream's name begins with the customer.
	CustomerOfTheStream
	// CustomerOfTheEvent: every event says it; see HasCustomer.
	CustomerOfTheEvent
)

// inStream is how the name of a stream says its customer.
const inStream = "{customer}"

// NamesCustomer says whether the streams are told apart by the customer first.
func (c Category) NamesCustomer() bool {
	return !c.Single() && strings.HasPrefix(c.Streams[len(c.Prefix()):], inStream)
}

// CustomerOf is the customer in the name of a stream of a category that
// NamesCustomer; zero when the name is of another form.
func (c Category) CustomerOf(stream string) CustomerID {
	const id = 36
	rest := strings.TrimPrefix(stream, c.Prefix())
	if len(rest) < id || (len(rest) > id && rest[id] != '-') {
		return CustomerID{}
	}
	customer, err := ParseCustomerID(rest[:id])
	if err != nil {
		return CustomerID{}
	}
	return customer
}

// HasCustomer is implemented by events that say which customer they are about,
// zero where they are about none. Every event of a category that is
// CustomerOfTheEvent does.
type HasCustomer interface{ AboutCustomer() CustomerID }

// OpenWork says whether the streams of a category can be work that waits for a
// member of staff, who then cannot leave before it is done or handed on (B-27).
type OpenWork int

// The values of OpenWork; the zero value says nothing and is refused.
const (
	// NeverOpenWork: what the streams say waits for nobody.
	NeverOpenWork OpenWork = iota + 1
	// MayBeOpenWork: a stream can wait for somebody. projections/catalog has a query
	// for each category of which this is said.
	MayBeOpenWork
)
