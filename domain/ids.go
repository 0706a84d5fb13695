package domain

import (
	"github.com/google/uuid"
)

// ID names one thing of the kind K. Ids of different kinds do not mix: a
// StaffID is no CustomerID. Ids are comparable and carry no personal data, so
// they may stand in stream names, URLs and logs.
//
// A fresh one is made by conversion, CustomerID(u), from a UUID that comes in as
// an argument. The zero ID means "none" and is written as an empty text.
type ID[K idKind] [16]byte

// idKind keeps ID to the kinds named here.
type idKind interface{ idKind() }

type (
	customerKind    struct{}
	staffKind       struct{}
	unitKind        struct{}
	productKind     struct{}
	paymentKind     struct{}
	applicationKind struct{}
	attachmentKind  struct{}
	contactKind     struct{}
	decisionKind    struct{}
	batchKind       struct{}
	requestKind     struct{}
	referralKind    struct{}
)

func (customerKind) idKind()    {}
func (staffKind) idKind()       {}
func (unitKind) idKind()        {}
func (productKind) idKind()     {}
func (paymentKind) idKind()     {}
func (applicationKind) idKind() {}
func (attachmentKind) idKind()  {}
func (contactKind) idKind()     {}
func (decisionKind) idKind()    {}
func (batchKind) idKind()       {}
func (requestKind) idKind()     {}
func (referralKind) idKind()    {}

type (
	// CustomerID names a customer, prospect or formal.
	CustomerID = ID[customerKind]
	// StaffID names a member of staff, who may also act as a user.
	StaffID = ID[staffKind]
	// UnitID names a unit of the organisation.
	UnitID = ID[unitKind]
	// ProductID names a product.
	ProductID = ID[productKind]
	// PaymentID names a payment from its reservation on (B-11).
	PaymentID = ID[paymentKind]
	// ApplicationID names an application for a customer relation.
	ApplicationID = ID[applicationKind]
	// AttachmentID names an advisor's attachment to a customer (B-31).
	AttachmentID = ID[attachmentKind]
	// ContactID names a contact record.
	ContactID = ID[contactKind]
	// DecisionID names an attribution decision (B-31).
	DecisionID = ID[decisionKind]
	// BatchID names an import or migration batch (B-31).
	BatchID = ID[batchKind]
	// RequestID names a client's request, its idempotency key.
	RequestID = ID[requestKind]
	// ReferralID names an offer of a customer to a colleague.
	ReferralID = ID[referralKind]
)

// ParseCustomerID reads a customer id; ErrRequestIDFormat when it is none.
func ParseCustomerID(text string) (CustomerID, error) { return parseID[customerKind](text) }

// ParseStaffID reads a staff id; ErrRequestIDFormat when it is none.
func ParseStaffID(text string) (StaffID, error) { return parseID[staffKind](text) }

// ParseUnitID reads a unit id; ErrRequestIDFormat when it is none.
func ParseUnitID(text string) (UnitID, error) { return parseID[unitKind](text) }

// ParseBatchID reads a batch id; ErrRequestIDFormat when it is none.
func ParseBatchID(text string) (BatchID, error) { return parseID[batchKind](text) }

// DeriveID gives the same id for the same space and name, always: the way to an
// id that a repeated import or a retried command finds again. The name must not
// be personal data, because a short one can be guessed back.
func DeriveID[T ~[16]byte](space uuid.UUID, name string) T {
	return T(uuid.NewSHA1(space, []byte(name)))
}

func parseID[K idKind](text string) (ID[K], error) {
	var id ID[K]
	if err := id.UnmarshalText([]byte(text)); err != nil {
		return ID[K]{}, err
	}
	if id.IsZero() {
		return ID[K]{}, ErrRequestIDFormat
	}
	return id, nil
}

// UUID is the id as a UUID.
func (id ID[K]) UUID() uuid.UUID { return uuid.UUID(id) }

// IsZero says that the id names nothing.
func (id ID[K]) IsZero() bool { return id == ID[K]{} }

// String is the canonical text, 36 characters in lower case; empty for the zero
// ID.
func (id ID[K]) String() string {
	if id.IsZero() {
		return ""
	}
	return uuid.UUID(id).String()
}

// Compare orders ids by their bytes, for lists that need a fixed order.
func (id ID[K]) Compare(other ID[K]) int {
	for i := range id {
		if id[i] != other[i] {
			return int(id[i]) - int(other[i])
		}
	}
	return 0
}

const hexDigits = "0123456789abcdef"

// AppendText appends the canonical text.
func (id ID[K]) AppendText(b []byte) ([]byte, error) {
	if id.IsZero() {
		return b, nil
	}
	for i, octet := range id {
		if i == 4 || i == 6 || i == 8 || i == 10 {
			b = append(b, '-')
		}
		b = append(b, hexDigits[octet>>4], hexDigits[octet&15])
	}
	return b, nil
}

// MarshalText is the canonical text.
func (id ID[K]) MarshalText() ([]byte, error) { return id.AppendText(make([]byte, 0, 36)) }

// UnmarshalText reads the canonical text in either case; an empty text is the
// zero ID, anything else is ErrRequestIDFormat.
func (id *ID[K]) UnmarshalText(text []byte) error {
	if len(text) == 0 {
		*id = ID[K]{}
		return nil
	}
	if len(text) != 36 || text[8] != '-' || text[13] != '-' || text[18] != '-' || text[23] != '-' {
		return ErrRequestIDFormat
	}
	var read ID[K]
	at := 0
	for i := range read {
		if at == 8 || at == 13 || at == 18 || at == 23 {
			at++
		}
		high, low := hexValue(text[at]), hexValue(text[at+1])
		if high|low > 15 {
			return ErrRequestIDFormat
		}
		read[i] = high<<4 | low
		at += 2
	}
	*id = read
	return nil
}

// hexValue is the value of a hexadecimal digit, 255 when c is none.
func hexValue(c byte) byte {
	switch {
	case c >= '0' && c <= '9':
		return c - '0'
	case c >= 'a' && c <= 'f':
		return c - 'a' + 10
	case c >= 'A' && c <= 'F':
		return c - 'A' + 10
	}
	return 255
}
