package lookup

import (
	"strings"

	"guishu/domain"
	"guishu/domain/customer"
	"guishu/domain/identity"
)

// Keys are what somebody types to find a customer: the customer number, or ID
// type, ID number and name together.
type Keys struct {
	CustomerNo     string
	IdentityType   identity.DocumentType
	IdentityNumber string
	Name           string
}

// Key is a complete key, checked: exact match only, no part of a number or name
// finds anybody.
type Key struct {
	CustomerNo string            // empty when by identity
	Identity   identity.Document // zero when by customer number
	Name       identity.Name
}

// Means is what kind of key a look-up was made by.
type Means string

// The values of Means.
const (
	ByCustomerNo Means = "customer-no"
	ByIdentity   Means = "identity"
)

// MeansOfLookUp is every kind of key.
var MeansOfLookUp = domain.NewEnumeration(domain.ErrFormValue.At("by"),
	domain.Named(ByCustomerNo, "客户号", "customer number"),
	domain.Named(ByIdentity, "证件和姓名", "document and name"),
)

// Valid says whether m is one of MeansOfLookUp.
func (m Means) Valid() bool { return MeansOfLookUp.Valid(m) }

// Words is every value with its names.
func (Means) Words() []domain.Word { return MeansOfLookUp.Words() }

// By is the kind of key, as LookedUp records it.
func (k Key) By() Means {
	if k.CustomerNo != "" {
		return ByCustomerNo
	}
	return ByIdentity
}

// Read checks what was typed. A customer number alone is enough; without
// it all three others are needed. Errors: ErrKeysMissing,
// customer.ErrNumberFormat, identity.ErrName, and those of
// identity.ParseDocument.
func (k Keys) Read(today domain.Date) (Key, error) {
	number := strings.TrimSpace(k.CustomerNo)
	if number != "" {
		if len(number) > 32 || strings.ContainsFunc(number, notAlphanumeric) {
			return Key{}, customer.ErrNumberFormat.At("customer_no")
		}
		return Key{CustomerNo: number}, nil
	}
	if k.IdentityType == "" || strings.TrimSpace(k.IdentityNumber) == "" || strings.TrimSpace(k.Name) == "" {
		return Key{}, ErrKeysMissing
	}
	document, err := identity.ParseDocument(k.IdentityType, k.IdentityNumber, today)
	if err != nil {
		return Key{}, at(err, "identity_number")
	}
	name, err := identity.ParseName(k.Name)
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
