package lookup

import (
	"strings"

	"guishu/domain"
)

// Keys are what somebody types to find a customer: the customer number, or ID
// type, ID number and name together.
type Keys struct {
	CustomerNo     string
	IdentityType   domain.DocumentType
	IdentityNumber string
	Name           string
}

// Key is a complete key, checked: exact match only, no part of a number or name
// finds anybody.
type Key struct {
	CustomerNo string                  // empty when by identity
	Identity   domain.IdentityDocument // zero when by customer number
	Name       domain.Name
}

// The kinds of key a look-up is recorded with.
const (
	ByCustomerNo = "customer-no"
	ByIdentity   = "identity"
)

// By is the kind of key, as LookedUp records it.
func (k Key) By() string {
	if k.CustomerNo != "" {
		return ByCustomerNo
	}
	return ByIdentity
}

// Read checks what was typed. A customer number alone is enough; without
// it all three others are needed. Errors: ErrClaimLookupKeysMissing,
// ErrCustomerCustomerNumberFormat, ErrCustomerName, and those of
// domain.ParseIdentityDocument.
func (k Keys) Read(today domain.Date) (Key, error) {
	number := strings.TrimSpace(k.CustomerNo)
	if number != "" {
		if len(number) > 32 || strings.ContainsFunc(number, notAlphanumeric) {
			return Key{}, domain.ErrCustomerCustomerNumberFormat.At("customer_no")
		}
		return Key{CustomerNo: number}, nil
	}
	if k.IdentityType == "" || strings.TrimSpace(k.IdentityNumber) == "" || strings.TrimSpace(k.Name) == "" {
		return Key{}, domain.ErrClaimLookupKeysMissing
	}
	document, err := domain.ParseIdentityDocument(k.IdentityType, k.IdentityNumber, today)
	if err != nil {
		return Key{}, at(err, "identity_number")
	}
	name, err := domain.ParseName(k.Name)
	if err != nil {
		return Key{}, at(err, "name")
	}
	return Key{Identity: document, Name: name}, nil
}

func notAlphanumeric(r rune) bool {
	return (r < '0' || r > '9') && (r < 'A' || r > 'Z') && (r < 'a' || r > 'z')
}

// at says which field a refusal is about.
func at(err error, field string) error {
	refusal, ok := domain.AsError(err)
	if !ok {
		return err
	}
	return refusal.At(field)
}
