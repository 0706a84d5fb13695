package domain

// AttributionMode is the principle by which a policy attributes a commission (B-29).
type AttributionMode string

// The values of AttributionMode.
const (
	TimeFirst       AttributionMode = "TIME_FIRST"       // 时间优先, time first
	EfficiencyFirst AttributionMode = "EFFICIENCY_FIRST" // 效率优先, efficiency first
)

var attributionModeWords = words[AttributionMode]{
	{TimeFirst, "时间优先", "time first"},
	{EfficiencyFirst, "效率优先", "efficiency first"},
}

// AttributionModes is every value, in the order lists show them.
func AttributionModes() []AttributionMode { return attributionModeWords.values() }

// ParseAttributionMode reads an attribution mode by its code in either case or its Chinese name; else
// ErrFormValue.
func ParseAttributionMode(text string) (AttributionMode, error) {
	return attributionModeWords.parse(text, ErrFormValue.At("mode"))
}

// Valid says whether m is one of the values.
func (m AttributionMode) Valid() bool { return attributionModeWords.valid(m) }

// Chinese is the name shown in Chinese.
func (m AttributionMode) Chinese() string { return attributionModeWords.chinese(m) }

// English is the name shown in English.
func (m AttributionMode) English() string { return attributionModeWords.english(m) }

// AttributionGround is the rule that decided who earned a commission (B-30, B-31, B-32).
type AttributionGround string

// The values of AttributionGround.
const (
	GroundTime         AttributionGround = "T1"     // 时间优先, earliest entry
	GroundEfficiency   AttributionGround = "E1"     // 效率优先, most efficient
	GroundCommunicated AttributionGround = "E2"     // 沟通后成交, communicated, then bought
	GroundRuling       AttributionGround = "RULING" // 争议裁定, ruling on a dispute
)

var attributionGroundWords = words[AttributionGround]{
	{GroundTime, "时间优先", "earliest entry"},
	{GroundEfficiency, "效率优先", "most efficient"},
	{GroundCommunicated, "沟通后成交", "communicated, then bought"},
	{GroundRuling, "争议裁定", "ruling on a dispute"},
}

// AttributionGrounds is every value, in the order lists show them.
func AttributionGrounds() []AttributionGround { return attributionGroundWords.values() }

// ParseAttributionGround reads an attribution ground by its code in either case or its Chinese name; else
// ErrFormValue.
func ParseAttributionGround(text string) (AttributionGround, error) {
	return attributionGroundWords.parse(text, ErrFormValue.At("ground"))
}

// Valid says whether g is one of the values.
func (g AttributionGround) Valid() bool { return attributionGroundWords.valid(g) }

// Chinese is the name shown in Chinese.
func (g AttributionGround) Chinese() string { return attributionGroundWords.chinese(g) }

// English is the name shown in English.
func (g AttributionGround) English() string { return attributionGroundWords.english(g) }
