package attachment

import "guishu/domain"

// ContactMethod is how a customer was contacted.
type ContactMethod string

// The values of ContactMethod.
const (
	ContactByPhone ContactMethod = "PHONE"
	ContactByVisit ContactMethod = "VISIT"
	ContactByGift  ContactMethod = "GIFT"
	ContactAtEvent ContactMethod = "EVENT"
	ContactByOther ContactMethod = "OTHER"
	ContactWalkIn  ContactMethod = "WALK_IN"
)

// ContactMethods is every contact method.
var ContactMethods = domain.NewEnumeration(ErrContactMethod,
	domain.Named(ContactByPhone, "电话联系", "phone call"),
	domain.Named(ContactByVisit, "上门走访", "visit"),
	domain.Named(ContactByGift, "礼品赠送", "gift"),
	domain.Named(ContactAtEvent, "组织联欢", "event"),
	domain.Named(ContactByOther, "其他", "other"),
	domain.Named(ContactWalkIn, "来网点", "walk-in"),
)

// Valid says whether c is one of ContactMethods.
func (c ContactMethod) Valid() bool { return ContactMethods.Valid(c) }

// Words is every value with its names.
func (ContactMethod) Words() []domain.Word { return ContactMethods.Words() }

// IntentionType is whether an intention concerns an existing or a potential customer.
type IntentionType string

// The values of IntentionType.
const (
	IntentionExisting  IntentionType = "EXISTING"
	IntentionPotential IntentionType = "POTENTIAL"
)

// IntentionTypes is every intention type.
var IntentionTypes = domain.NewEnumeration(domain.ErrFormValue.At("intention_type"),
	domain.Named(IntentionExisting, "现有客户", "existing customer"),
	domain.Named(IntentionPotential, "潜在客户", "potential customer"),
)

// Valid says whether i is one of IntentionTypes.
func (i IntentionType) Valid() bool { return IntentionTypes.Valid(i) }

// Words is every value with its names.
func (IntentionType) Words() []domain.Word { return IntentionTypes.Words() }

// AskingStatus is where a request to be attached stands (B-30).
type AskingStatus string

// The values of AskingStatus.
const (
	RequestPending   AskingStatus = "PENDING"
	RequestGranted   AskingStatus = "APPROVED"
	RequestDenied    AskingStatus = "REFUSED"
	RequestTakenBack AskingStatus = "WITHDRAWN"
)

// AskingStatuses is every asking status.
var AskingStatuses = domain.NewEnumeration(domain.ErrFormValue.At("status"),
	domain.Named(RequestPending, "待批准", "pending"),
	domain.Named(RequestGranted, "已同意", "approved"),
	domain.Named(RequestDenied, "不同意", "refused"),
	domain.Named(RequestTakenBack, "已撤回", "withdrawn"),
)

// Valid says whether r is one of AskingStatuses.
func (r AskingStatus) Valid() bool { return AskingStatuses.Valid(r) }

// Words is every value with its names.
func (AskingStatus) Words() []domain.Word { return AskingStatuses.Words() }
