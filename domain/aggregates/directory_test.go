package aggregates_test

import (
	"errors"
	"strings"
	"testing"

	"guishu/domain"
	"guishu/domain/aggregates"
	"guishu/domain/customer"
	"guishu/domain/ownership"
	"guishu/domain/payment"
)

// Sent is an event of an invented aggregate.
type Sent struct {
	Parcel domain.RequestID  `label:"包裹|Parcel"`
	To     domain.CustomerID `label:"收件客户|Sent to"`
	Size   Size              `label:"尺寸|Size"`
}

// Size is a struct in an event.
type Size struct {
	Height int `label:"高|Height"`
}

// AboutCustomer is who gets the parcel.
func (e Sent) AboutCustomer() domain.CustomerID { return e.To }

// Mute is an event that forgets to say which customer it is about.
type Mute struct {
	To domain.CustomerID `label:"收件客户|Sent to"`
}

// Bare is an event with a field that nobody gave words.
type Bare struct {
	Size struct{ Height int } `label:"尺寸|Size"`
}

// Coded is an event with a code that nobody gave words.
type Coded struct {
	Way Way `label:"方式|Way"`
}

// Way is a code without words.
type Way string

// State is a parcel with a unique number.
type State struct{}

// Apply folds nothing.
func (*State) Apply(any, domain.Fact) {}

// Clone is a copy.
func (s *State) Clone() *State { return s }

// UniqueKeys is the parcel's number.
func (*State) UniqueKeys() []domain.UniqueKey { return nil }

var parcelNo = domain.UniqueKind{
	Name: "parcel-no", Chinese: "包裹号", English: "parcel number", Field: "parcel_no", Taken: domain.ErrFormValue,
}

// parcels is an aggregate that says everything.
func parcels() domain.Aggregate {
	return domain.Aggregate{Name: "parcel", Categories: []domain.Category{{
		Streams: "parcel-{parcel}", Decides: "it is sent once", Customer: domain.CustomerOfTheEvent, Area: domain.AreaCustomer, OpenWork: domain.NeverOpenWork,
		Unique: []domain.UniqueKind{parcelNo}, State: domain.StateOf[State](),
		Events: []domain.EventType{domain.DescribeEvent[Sent]("parcel.sent", 1).Titled("寄出包裹", "Parcel sent")},
	}}}
}

// Whatever an aggregate forgets to say, or two say, is found when the directory is
// made, which is before anything is served.
func TestTheAggregatesSayAllThatTheyMust(t *testing.T) {
	t.Parallel()
	if _, err := aggregates.New(append(aggregates.List(), parcels())...); err != nil {
		t.Error(err)
	}
}

func TestWhatAnAggregateForgetsIsRefused(t *testing.T) {
	t.Parallel()
	for wanted, change := range map[string]func(*domain.Aggregate, *domain.Category){
		"aggregate : it has no name":                func(a *domain.Aggregate, _ *domain.Category) { a.Name = "" },
		"neither streams nor events":                func(a *domain.Aggregate, _ *domain.Category) { a.Categories = nil },
		"aggregate payment is said twice":           func(a *domain.Aggregate, _ *domain.Category) { a.Name = "payment" },
		"are not named like":                        func(_ *domain.Aggregate, c *domain.Category) { c.Streams = "parcel-post-{parcel}" },
		"stream payment is said twice":              func(_ *domain.Aggregate, c *domain.Category) { c.Streams = "payment-{parcel}" },
		"stream organisation is said twice":         func(_ *domain.Aggregate, c *domain.Category) { c.Streams = "organisation-{parcel}" },
		"does not say what a stream decides":        func(_ *domain.Aggregate, c *domain.Category) { c.Decides = "" },
		"does not say what a stream is folded into": func(_ *domain.Aggregate, c *domain.Category) { c.State = domain.StateType{} },
		"whether a stream can be open work":         func(_ *domain.Aggregate, c *domain.Category) { c.OpenWork = 0 },
		"in which area its events are read":         func(_ *domain.Aggregate, c *domain.Category) { c.Area = 0 },
		"parcel.sent does not say of which payment": func(_ *domain.Aggregate, c *domain.Category) { c.Area = domain.AreaPayment },
		"parcel.sent is read in no area": func(_ *domain.Aggregate, c *domain.Category) {
			c.Events[0] = c.Events[0].ReadIn(-1)
		},
		"whose customer its events are about":    func(_ *domain.Aggregate, c *domain.Category) { c.Customer = 0 },
		"of streams named by {customer} first":   func(_ *domain.Aggregate, c *domain.Category) { c.Customer = domain.CustomerOfTheStream },
		"parcel-{customer}: CustomerOfTheStream": func(_ *domain.Aggregate, c *domain.Category) { c.Streams = "parcel-{customer}" },
		"parcel.sent names a customer in To":     func(_ *domain.Aggregate, c *domain.Category) { c.Customer = domain.NoCustomer },
		"has no events":                          func(_ *domain.Aggregate, c *domain.Category) { c.Events = nil },
		"its state has UniqueKeys":               func(_ *domain.Aggregate, c *domain.Category) { c.Unique = nil },
		"only if, it has unique kinds":           func(_ *domain.Aggregate, c *domain.Category) { c.State = domain.StateOf[domain.Record]() },
		"unique kind login is said twice":        func(_ *domain.Aggregate, c *domain.Category) { c.Unique[0].Name = "login" },
		"lacks a name, a field or a refusal":     func(_ *domain.Aggregate, c *domain.Category) { c.Unique[0].Taken = *new(domain.Code) },
		"parcel.sent has no title":               func(_ *domain.Aggregate, c *domain.Category) { c.Events[0] = c.Events[0].Titled("寄出包裹", "") },
		"event payment.reserved version 1 is said twice": func(_ *domain.Aggregate, c *domain.Category) {
			c.Events[0] = domain.DescribeEvent[Sent]("payment.reserved", 1).Titled("寄出包裹", "Parcel sent")
		},
		"parcel.mute does not say which customer": func(_ *domain.Aggregate, c *domain.Category) {
			c.Events = append(c.Events, domain.DescribeEvent[Mute]("parcel.mute", 1).Titled("无声", "Mute"))
		},
		"parcel.coded: the values of the field Way have no words": func(a *domain.Aggregate, _ *domain.Category) {
			a.Anywhere = []domain.EventType{domain.DescribeEvent[Coded]("parcel.coded", 1).Titled("编码", "Coded")}
		},
		"parcel.bare: the field Size.Height has no label": func(a *domain.Aggregate, _ *domain.Category) {
			a.Anywhere = []domain.EventType{domain.DescribeEvent[Bare]("parcel.bare", 1).Titled("无标签", "Bare")}
		},
	} {
		a := parcels()
		change(&a, &a.Categories[0])
		_, err := aggregates.New(append(aggregates.List(), a)...)
		if mistake := new(aggregates.MistakeError); !errors.As(err, &mistake) || !strings.Contains(err.Error(), wanted) {
			t.Errorf("want %q, got %v", wanted, err)
		}
	}
}

func TestTheDirectoryKnowsWhoseAStreamIs(t *testing.T) {
	t.Parallel()
	d := aggregates.All()
	id := domain.CustomerID{1}
	for stream, name := range map[string]string{
		"organisation": "organisation", "policy": "policy", "customer-" + id.String(): "customer",
		ownership.StreamOf(id, domain.Agency): "ownership", "lookup-x-2026-03-01": "lookup",
	} {
		if c, err := d.Of(stream); err != nil || c.Name() != name || !d.Owns(stream) {
			t.Errorf("%s is %q's: %v", stream, c.Name(), err)
		}
	}
	for _, stream := range []string{"", "customer", "customers-1", "policy-1", "organisation-", "nothing-1", "$all", "$$customer-1"} {
		if _, err := d.Of(stream); !errors.As(err, new(*aggregates.UnknownStreamError)) || d.Owns(stream) {
			t.Errorf("%q is taken for the ledger's: %v", stream, err)
		}
	}
}

func TestAnEventsCustomerIsInItsStreamOrInItself(t *testing.T) {
	t.Parallel()
	id := domain.CustomerID{1}
	paid := payment.Confirmed{Deal: payment.Deal{Customer: id}}
	for _, c := range []struct {
		stream string
		event  any
		want   domain.CustomerID
	}{
		{"customer-" + id.String(), customer.Linked{}, id},
		{ownership.StreamOf(id, domain.Agency), ownership.ClaimWithdrawn{}, id},
		{"contact-" + id.String(), domain.ReservationAbandoned{}, id},
		{"payment-x", paid, id},
		{"payment-x", domain.ReservationAbandoned{}, domain.CustomerID{}},
		{"customer-x", customer.Linked{Customer: id}, domain.CustomerID{}},
		{"customer-" + id.String() + "0", customer.Linked{}, domain.CustomerID{}},
		{"parcel-x", paid, domain.CustomerID{}},
	} {
		if got := aggregates.All().CustomerOf(c.stream, c.event); got != c.want {
			t.Errorf("%T in %s is about %q, want %q", c.event, c.stream, got, c.want)
		}
	}
}
