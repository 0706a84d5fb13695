package domain

// Party is whether a customer is a person or an organisation (B-08).
type Party string

// The values of Party.
const (
	Person       Party = "PERSON"       // 个人, person
	Organisation Party = "ORGANISATION" // 机构, organisation
)

var partyWords = words[Party]{
	{Person, "个人", "person"},
	{Organisation, "机构", "organisation"},
}

// Parties is every value, in the order lists show them.
func Parties() []Party { return partyWords.values() }

// ParseParty reads a party by its code in either case or its Chinese name; else
// ErrFormValue.
func ParseParty(text string) (Party, error) { return partyWords.parse(text, ErrFormValue.At("party")) }

// Valid says whether p is one of the values.
func (p Party) Valid() bool { return partyWords.valid(p) }

// Chinese is the name shown in Chinese.
func (p Party) Chinese() string { return partyWords.chinese(p) }

// English is the name shown in English.
func (p Party) English() string { return partyWords.english(p) }

// CustomerKind is whether a customer has transacted yet; it is derived from the first confirmed payment, never typed (B-08).
type CustomerKind string

// The values of CustomerKind.
const (
	Prospect       CustomerKind = "POTENTIAL" // 潜在客户, potential customer
	FormalCustomer CustomerKind = "FORMAL"    // 正式客户, formal customer
)

var customerKindWords = words[CustomerKind]{
	{Prospect, "潜在客户", "potential customer"},
	{FormalCustomer, "正式客户", "formal customer"},
}

// CustomerKinds is every value, in the order lists show them.
func CustomerKinds() []CustomerKind { return customerKindWords.values() }

// ParseCustomerKind reads a customer kind by its code in either case or its Chinese name; else
// ErrFormValue.
func ParseCustomerKind(text string) (CustomerKind, error) {
	return customerKindWords.parse(text, ErrFormValue.At("kind"))
}

// Valid says whether k is one of the values.
func (k CustomerKind) Valid() bool { return customerKindWords.valid(k) }

// Chinese is the name shown in Chinese.
func (k CustomerKind) Chinese() string { return customerKindWords.chinese(k) }

// English is the name shown in English.
func (k CustomerKind) English() string { return customerKindWords.english(k) }

// Nature is whether a customer buys directly or through a channel (B-09).
type Nature string

// The values of Nature.
const (
	Direct         Nature = "DIRECT"  // 直销, direct
	ThroughChannel Nature = "CHANNEL" // 渠道, channel
)

var natureWords = words[Nature]{
	{Direct, "直销", "direct"},
	{ThroughChannel, "渠道", "channel"},
}

// Natures is every value, in the order lists show them.
func Natures() []Nature { return natureWords.values() }

// ParseNature reads a nature by its code in either case or its Chinese name; else
// ErrFormValue.
func ParseNature(text string) (Nature, error) {
	return natureWords.parse(text, ErrFormValue.At("nature"))
}

// Valid says whether n is one of the values.
func (n Nature) Valid() bool { return natureWords.valid(n) }

// Chinese is the name shown in Chinese.
func (n Nature) Chinese() string { return natureWords.chinese(n) }

// English is the name shown in English.
func (n Nature) English() string { return natureWords.english(n) }

// CustomerSource is where a customer came from (B-09).
type CustomerSource string

// The values of CustomerSource.
const (
	SourceOwn      CustomerSource = "OWN"      // 自有, own
	SourceReferral CustomerSource = "REFERRAL" // 转介绍, referral
	SourceAssigned CustomerSource = "ASSIGNED" // 公司分配, assigned by the company
	SourceEvent    CustomerSource = "EVENT"    // 活动, event
	SourceOnline   CustomerSource = "ONLINE"   // 网络, online
	SourceChannel  CustomerSource = "CHANNEL"  // 渠道, channel
)

var customerSourceWords = words[CustomerSource]{
	{SourceOwn, "自有", "own"},
	{SourceReferral, "转介绍", "referral"},
	{SourceAssigned, "公司分配", "assigned by the company"},
	{SourceEvent, "活动", "event"},
	{SourceOnline, "网络", "online"},
	{SourceChannel, "渠道", "channel"},
}

// CustomerSources is every value, in the order lists show them.
func CustomerSources() []CustomerSource { return customerSourceWords.values() }

// ParseCustomerSource reads a customer source by its code in either case or its Chinese name; else
// ErrFormValue.
func ParseCustomerSource(text string) (CustomerSource, error) {
	return customerSourceWords.parse(text, ErrFormValue.At("source"))
}

// Valid says whether s is one of the values.
func (s CustomerSource) Valid() bool { return customerSourceWords.valid(s) }

// Chinese is the name shown in Chinese.
func (s CustomerSource) Chinese() string { return customerSourceWords.chinese(s) }

// English is the name shown in English.
func (s CustomerSource) English() string { return customerSourceWords.english(s) }

// ChannelType is what kind of channel a customer came through, required when the source is a channel (B-09).
type ChannelType string

// The values of ChannelType.
const (
	ChannelBank       ChannelType = "BANK"        // 银行, bank
	ChannelSecurities ChannelType = "SECURITIES"  // 券商, securities firm
	ChannelInsurance  ChannelType = "INSURANCE"   // 保险, insurer
	ChannelThirdParty ChannelType = "THIRD_PARTY" // 第三方, third party
	ChannelIndividual ChannelType = "INDIVIDUAL"  // 个人渠道, individual
	ChannelOther      ChannelType = "OTHER"       // 其他, other
)

var channelTypeWords = words[ChannelType]{
	{ChannelBank, "银行", "bank"},
	{ChannelSecurities, "券商", "securities firm"},
	{ChannelInsurance, "保险", "insurer"},
	{ChannelThirdParty, "第三方", "third party"},
	{ChannelIndividual, "个人渠道", "individual"},
	{ChannelOther, "其他", "other"},
}

// ChannelTypes is every value, in the order lists show them.
func ChannelTypes() []ChannelType { return channelTypeWords.values() }

// ParseChannelType reads a channel type by its code in either case or its Chinese name; else
// ErrFormValue.
func ParseChannelType(text string) (ChannelType, error) {
	return channelTypeWords.parse(text, ErrFormValue.At("channel_type"))
}

// Valid says whether t is one of the values.
func (t ChannelType) Valid() bool { return channelTypeWords.valid(t) }

// Chinese is the name shown in Chinese.
func (t ChannelType) Chinese() string { return channelTypeWords.chinese(t) }

// English is the name shown in English.
func (t ChannelType) English() string { return channelTypeWords.english(t) }

// Gender is a customer's gender as documents state it.
type Gender string

// The values of Gender.
const (
	Male   Gender = "MALE"   // 男, male
	Female Gender = "FEMALE" // 女, female
)

var genderWords = words[Gender]{
	{Male, "男", "male"},
	{Female, "女", "female"},
}

// Genders is every value, in the order lists show them.
func Genders() []Gender { return genderWords.values() }

// ParseGender reads a gender by its code in either case or its Chinese name; else
// ErrFormValue.
func ParseGender(text string) (Gender, error) {
	return genderWords.parse(text, ErrFormValue.At("gender"))
}

// Valid says whether g is one of the values.
func (g Gender) Valid() bool { return genderWords.valid(g) }

// Chinese is the name shown in Chinese.
func (g Gender) Chinese() string { return genderWords.chinese(g) }

// English is the name shown in English.
func (g Gender) English() string { return genderWords.english(g) }

// IDVerification is the result of the networked check of name and ID number.
type IDVerification string

// The values of IDVerification.
const (
	IDMatch        IDVerification = "MATCH"         // 姓名与证件号码一致, name and number match
	IDNameMismatch IDVerification = "NAME_MISMATCH" // 号码存在但与姓名不匹配, number exists, name differs
	IDNotExist     IDVerification = "NOT_EXIST"     // 号码不存在, number does not exist
	IDError        IDVerification = "ERROR"         // 其他错误, other error
	IDNotChecked   IDVerification = "NOT_CHECKED"   // 未核查, not checked
)

var idVerificationWords = words[IDVerification]{
	{IDMatch, "姓名与证件号码一致", "name and number match"},
	{IDNameMismatch, "号码存在但与姓名不匹配", "number exists, name differs"},
	{IDNotExist, "号码不存在", "number does not exist"},
	{IDError, "其他错误", "other error"},
	{IDNotChecked, "未核查", "not checked"},
}

// IDVerifications is every value, in the order lists show them.
func IDVerifications() []IDVerification { return idVerificationWords.values() }

// ParseIDVerification reads a verification result by its code in either case or its Chinese name; else
// ErrFormValue.
func ParseIDVerification(text string) (IDVerification, error) {
	return idVerificationWords.parse(text, ErrFormValue.At("id_verification"))
}

// Valid says whether v is one of the values.
func (v IDVerification) Valid() bool { return idVerificationWords.valid(v) }

// Chinese is the name shown in Chinese.
func (v IDVerification) Chinese() string { return idVerificationWords.chinese(v) }

// English is the name shown in English.
func (v IDVerification) English() string { return idVerificationWords.english(v) }
