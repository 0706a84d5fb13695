package domain

import (
	"reflect"

	"github.com/google/uuid"
)

// Area says with which list an event of a customer is read: whoever is not shown the
// thing in that list is not shown the event in the customer's timeline either (C-03,
// B-35). Each category of streams that is about customers says one, and each event that
// is read otherwise than its category; what says nothing is refused.
type Area int

// The areas; the zero value says nothing.
const (
	// AreaCustomer: whoever may read the customer.
	AreaCustomer Area = iota + 1
	// AreaOversight: whoever reads the customer by their place, not as one of their own:
	// who looked is not for colleagues.
	AreaOversight
	// AreaApplication: whoever is shown the application.
	AreaApplication
	// AreaContact: whoever is shown the contact.
	AreaContact
	// AreaReferral: whoever is shown the referral.
	AreaReferral
	// AreaPayment: whoever is shown the payment (B-35).
	AreaPayment
	// AreaAttribution: whoever is shown the decision (B-31).
	AreaAttribution
)

// Areas is every area.
func Areas() []Area {
	return []Area{AreaCustomer, AreaOversight, AreaApplication, AreaContact, AreaReferral, AreaPayment, AreaAttribution}
}

// String is the area in a word.
func (a Area) String() string {
	if a < AreaCustomer || a > AreaAttribution {
		return "nothing"
	}
	return [...]string{"customer", "oversight", "application", "contact", "referral", "payment", "attribution"}[a-AreaCustomer]
}

// thing is the type of the id of what the area's list shows; nil where the customer
// alone decides.
func (a Area) thing() reflect.Type {
	switch a {
	case AreaApplication:
		return reflect.TypeFor[ApplicationID]()
	case AreaContact:
		return reflect.TypeFor[ContactID]()
	case AreaReferral:
		return reflect.TypeFor[ReferralID]()
	case AreaPayment:
		return reflect.TypeFor[PaymentID]()
	case AreaAttribution:
		return reflect.TypeFor[DecisionID]()
	}
	return nil
}

// Told says whether events of the type say which thing of the area they are about, or
// need not.
func (a Area) Told(event reflect.Type) bool {
	return a.thing() == nil || fieldOf(a.thing(), event) != nil
}

// Thing is the thing of the area that an event is about: the first such id in it; zero
// where the customer alone decides.
func (a Area) Thing(event any) uuid.UUID {
	thing := a.thing()
	if thing == nil || event == nil {
		return uuid.UUID{}
	}
	at := fieldOf(thing, reflect.TypeOf(event))
	if at == nil {
		return uuid.UUID{}
	}
	says, _ := reflect.ValueOf(event).FieldByIndex(at).Interface().(interface{ UUID() uuid.UUID })
	return says.UUID()
}

// fieldOf is where the first field of a type is in a struct; nil for nowhere.
func fieldOf(sought, in reflect.Type) []int {
	if in.Kind() != reflect.Struct {
		return nil
	}
	for i := range in.NumField() {
		field := in.Field(i)
		if !field.IsExported() {
			continue
		}
		if field.Type == sought {
			return []int{i}
		}
		if below := fieldOf(sought, field.Type); below != nil {
			return append([]int{i}, below...)
		}
	}
	return nil
}
