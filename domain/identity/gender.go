package identity

import "guishu/domain"

// Gender is a customer's gender as documents state it.
type Gender string

// The values of Gender.
const (
	Male   Gender = "MALE"
	Female Gender = "FEMALE"
)

// Genders is every gender.
var Genders = domain.NewEnumeration(domain.ErrFormValue.At("gender"),
	domain.Named(Male, "男", "male"),
	domain.Named(Female, "女", "female"),
)

// Valid says whether g is one of Genders.
func (g Gender) Valid() bool { return Genders.Valid(g) }

// Words is every value with its names.
func (Gender) Words() []domain.Word { return Genders.Words() }
