package domain

// Party is whether a customer is a person or an organisation (B-08).
type Party string

// The values of Party.
const (
	Person       Party = "PERSON"
	Organisation Party = "ORGANISATION"
)

// Parties is every party.
var Parties = NewEnumeration(ErrFormValue.At("party"),
	Named(Person, "个人", "person"),
	Named(Organisation, "机构", "organisation"),
)

// Valid says whether p is one of Parties.
func (p Party) Valid() bool { return Parties.Valid(p) }

// Words is every value with its names.
func (Party) Words() []Word { return Parties.Words() }

// Nature is whether a customer buys directly or through a channel (B-09).
type Nature string

// The values of Nature.
const (
	Direct         Nature = "DIRECT"
	ThroughChannel Nature = "CHANNEL"
)

// Natures is every nature.
var Natures = NewEnumeration(ErrFormValue.At("nature"),
	Named(Direct, "直销", "direct"),
	Named(ThroughChannel, "渠道", "channel"),
)

// Valid says whether n is one of Natures.
func (n Nature) Valid() bool { return Natures.Valid(n) }

// Words is every value with its names.
func (Nature) Words() []Word { return Natures.Words() }
