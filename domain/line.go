package domain

// BusinessLine is one of the two lines that are kept apart in everything.
type BusinessLine string

// The values of BusinessLine.
const (
	SelfOperated BusinessLine = "SELF_OPERATED"
	Agency       BusinessLine = "AGENCY"
)

// BusinessLines is every business line.
var BusinessLines = NewEnumeration(ErrFormValue.At("line"),
	Named(SelfOperated, "自营", "self-operated"),
	Named(Agency, "代理", "agency"),
)

// Valid says whether b is one of BusinessLines.
func (b BusinessLine) Valid() bool { return BusinessLines.Valid(b) }

// Words is every value with its names.
func (BusinessLine) Words() []Word { return BusinessLines.Words() }
