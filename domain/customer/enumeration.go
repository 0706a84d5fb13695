package customer

import "guishu/domain"

// Kind is whether a customer has transacted yet; it is derived from the first confirmed payment, never typed (B-08).
type Kind string

// The values of Kind.
const (
	Prospect Kind = "POTENTIAL"
	Formal   Kind = "FORMAL"
)

// Kinds is every kind.
var Kinds = domain.NewEnumeration(domain.ErrFormValue.At("kind"),
	domain.Named(Prospect, "潜在客户", "potential customer"),
	domain.Named(Formal, "正式客户", "formal customer"),
)

// Valid says whether k is one of Kinds.
func (k Kind) Valid() bool { return Kinds.Valid(k) }

// Words is every value with its names.
func (Kind) Words() []domain.Word { return Kinds.Words() }

// Source is where a customer came from (B-09).
type Source string

// The values of Source.
const (
	SourceOwn      Source = "OWN"
	SourceReferral Source = "REFERRAL"
	SourceAssigned Source = "ASSIGNED"
	SourceEvent    Source = "EVENT"
	SourceOnline   Source = "ONLINE"
	SourceChannel  Source = "CHANNEL"
)

// Sources is every source.
var Sources = domain.NewEnumeration(domain.ErrFormValue.At("source"),
	domain.Named(SourceOwn, "自有", "own"),
	domain.Named(SourceReferral, "转介绍", "referral"),
	domain.Named(SourceAssigned, "公司分配", "assigned by the company"),
	domain.Named(SourceEvent, "活动", "event"),
	domain.Named(SourceOnline, "网络", "online"),
	domain.Named(SourceChannel, "渠道", "channel"),
)

// Valid says whether s is one of Sources.
func (s Source) Valid() bool { return Sources.Valid(s) }

// Words is every value with its names.
func (Source) Words() []domain.Word { return Sources.Words() }

// ChannelType is what kind of channel a customer came through, required when the source is a channel (B-09).
type ChannelType string

// The values of ChannelType.
const (
	ChannelBank       ChannelType = "BANK"
	ChannelSecurities ChannelType = "SECURITIES"
	ChannelInsurance  ChannelType = "INSURANCE"
	ChannelThirdParty ChannelType = "THIRD_PARTY"
	ChannelIndividual ChannelType = "INDIVIDUAL"
	ChannelOther      ChannelType = "OTHER"
)

// ChannelTypes is every channel type.
var ChannelTypes = domain.NewEnumeration(domain.ErrFormValue.At("channel_type"),
	domain.Named(ChannelBank, "银行", "bank"),
	domain.Named(ChannelSecurities, "券商", "securities firm"),
	domain.Named(ChannelInsurance, "保险", "insurer"),
	domain.Named(ChannelThirdParty, "第三方", "third party"),
	domain.Named(ChannelIndividual, "个人渠道", "individual"),
	domain.Named(ChannelOther, "其他", "other"),
)

// Valid says whether c is one of ChannelTypes.
func (c ChannelType) Valid() bool { return ChannelTypes.Valid(c) }

// Words is every value with its names.
func (ChannelType) Words() []domain.Word { return ChannelTypes.Words() }

// IDVerification is the result of the networked check of name and ID number.
type IDVerification string

// The values of IDVerification.
const (
	IDMatch        IDVerification = "MATCH"
	IDNameMismatch IDVerification = "NAME_MISMATCH"
	IDNotExist     IDVerification = "NOT_EXIST"
	IDError        IDVerification = "ERROR"
	IDNotChecked   IDVerification = "NOT_CHECKED"
)

// IDVerifications is every i d verification.
var IDVerifications = domain.NewEnumeration(domain.ErrFormValue.At("id_verification"),
	domain.Named(IDMatch, "姓名与证件号码一致", "name and number match"),
	domain.Named(IDNameMismatch, "号码存在但与姓名不匹配", "number exists, name differs"),
	domain.Named(IDNotExist, "号码不存在", "number does not exist"),
	domain.Named(IDError, "其他错误", "other error"),
	domain.Named(IDNotChecked, "未核查", "not checked"),
)

// Valid says whether i is one of IDVerifications.
func (i IDVerification) Valid() bool { return IDVerifications.Valid(i) }

// Words is every value with its names.
func (IDVerification) Words() []domain.Word { return IDVerifications.Words() }
