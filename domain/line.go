package domain

// BusinessLine is one of the two lines that are kept apart in everything.
type BusinessLine string

// The values of BusinessLine.
const (
	SelfOperated BusinessLine = "SELF_OPERATED" // 自营, self-operated
	Agency       BusinessLine = "AGENCY"        // 代理, agency
)

var businessLineWords = words[BusinessLine]{
	{SelfOperated, "自营", "self-operated"},
	{Agency, "代理", "agency"},
}

// BusinessLines is every value, in the order lists show them.
func BusinessLines() []BusinessLine { return businessLineWords.values() }

// ParseBusinessLine reads a business line by its code in either case or its Chinese name; else
// ErrFormValue.
func ParseBusinessLine(text string) (BusinessLine, error) {
	return businessLineWords.parse(text, ErrFormValue.At("line"))
}

// Valid says whether l is one of the values.
func (l BusinessLine) Valid() bool { return businessLineWords.valid(l) }

// Chinese is the name shown in Chinese.
func (l BusinessLine) Chinese() string { return businessLineWords.chinese(l) }

// English is the name shown in English.
func (l BusinessLine) English() string { return businessLineWords.english(l) }
