package domain

// ContactMethod is how a customer was contacted.
type ContactMethod string

// The values of ContactMethod.
const (
	ContactByPhone ContactMethod = "PHONE"   // 电话联系, phone call
	ContactByVisit ContactMethod = "VISIT"   // 上门走访, visit
	ContactByGift  ContactMethod = "GIFT"    // 礼品赠送, gift
	ContactAtEvent ContactMethod = "EVENT"   // 组织联欢, event
	ContactByOther ContactMethod = "OTHER"   // 其他, other
	ContactWalkIn  ContactMethod = "WALK_IN" // 来网点, walk-in
)

var contactMethodWords = words[ContactMethod]{
	{ContactByPhone, "电话联系", "phone call"},
	{ContactByVisit, "上门走访", "visit"},
	{ContactByGift, "礼品赠送", "gift"},
	{ContactAtEvent, "组织联欢", "event"},
	{ContactByOther, "其他", "other"},
	{ContactWalkIn, "来网点", "walk-in"},
}

// ContactMethods is every value, in the order lists show them.
func ContactMethods() []ContactMethod { return contactMethodWords.values() }

// ParseContactMethod reads a contact method by its code in either case or its Chinese name; else
// ErrContactMethod.
func ParseContactMethod(text string) (ContactMethod, error) {
	return contactMethodWords.parse(text, ErrContactMethod)
}

// Valid says whether m is one of the values.
func (m ContactMethod) Valid() bool { return contactMethodWords.valid(m) }

// Chinese is the name shown in Chinese.
func (m ContactMethod) Chinese() string { return contactMethodWords.chinese(m) }

// English is the name shown in English.
func (m ContactMethod) English() string { return contactMethodWords.english(m) }

// IntentionType is whether an intention concerns an existing or a potential customer.
type IntentionType string

// The values of IntentionType.
const (
	IntentionExisting  IntentionType = "EXISTING"  // 现有客户, existing customer
	IntentionPotential IntentionType = "POTENTIAL" // 潜在客户, potential customer
)

var intentionTypeWords = words[IntentionType]{
	{IntentionExisting, "现有客户", "existing customer"},
	{IntentionPotential, "潜在客户", "potential customer"},
}

// IntentionTypes is every value, in the order lists show them.
func IntentionTypes() []IntentionType { return intentionTypeWords.values() }

// ParseIntentionType reads an intention type by its code in either case or its Chinese name; else
// ErrFormValue.
func ParseIntentionType(text string) (IntentionType, error) {
	return intentionTypeWords.parse(text, ErrFormValue.At("intention_type"))
}

// Valid says whether t is one of the values.
func (t IntentionType) Valid() bool { return intentionTypeWords.valid(t) }

// Chinese is the name shown in Chinese.
func (t IntentionType) Chinese() string { return intentionTypeWords.chinese(t) }

// English is the name shown in English.
func (t IntentionType) English() string { return intentionTypeWords.english(t) }
