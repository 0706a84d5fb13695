package policy

import "guishu/domain"

// AttributionMode is the principle by which a policy attributes a commission (B-29).
type AttributionMode string

// The values of AttributionMode.
const (
	TimeFirst       AttributionMode = "TIME_FIRST"
	EfficiencyFirst AttributionMode = "EFFICIENCY_FIRST"
)

// AttributionModes is every attribution mode.
var AttributionModes = domain.NewEnumeration(domain.ErrFormValue.At("mode"),
	domain.Named(TimeFirst, "时间优先", "time first"),
	domain.Named(EfficiencyFirst, "效率优先", "efficiency first"),
)

// Valid says whether a is one of AttributionModes.
func (a AttributionMode) Valid() bool { return AttributionModes.Valid(a) }

// Words is every value with its names.
func (AttributionMode) Words() []domain.Word { return AttributionModes.Words() }

// Disclosure is how much a failed claim look-up tells ordinary staff.
type Disclosure string

// The values of Disclosure.
const (
	Merged         Disclosure = "merged"
	Exact          Disclosure = "exact"
	ExactWithOwner Disclosure = "exact_with_owner"
)

// Disclosures is every disclosure.
var Disclosures = domain.NewEnumeration(domain.ErrFormValue.At("disclosure"),
	domain.Named(Merged, "合并提示", "that there is nothing to claim"),
	domain.Named(Exact, "明确原因", "the exact reason"),
	domain.Named(ExactWithOwner, "明确原因和归属人", "the exact reason and the owner"),
)

// Valid says whether d is one of Disclosures.
func (d Disclosure) Valid() bool { return Disclosures.Valid(d) }

// Words is every value with its names.
func (Disclosure) Words() []domain.Word { return Disclosures.Words() }

// CrossInstitution is whether customers of another outlet can be claimed.
type CrossInstitution string

// The values of CrossInstitution.
const (
	CrossOff              CrossInstitution = "off"
	CrossHomeHeadApproval CrossInstitution = "home_head_approval"
	CrossFree             CrossInstitution = "free"
)

// CrossInstitutions is every cross institution.
var CrossInstitutions = domain.NewEnumeration(domain.ErrFormValue.At("cross_institution"),
	domain.Named(CrossOff, "不允许", "not at all"),
	domain.Named(CrossHomeHeadApproval, "须归属机构负责人同意", "with the consent of the home outlet's head"),
	domain.Named(CrossFree, "不限制", "freely"),
)

// Valid says whether c is one of CrossInstitutions.
func (c CrossInstitution) Valid() bool { return CrossInstitutions.Valid(c) }

// Words is every value with its names.
func (CrossInstitution) Words() []domain.Word { return CrossInstitutions.Words() }

// SelfAttach is whether advisors attach themselves to customers whom somebody else
// entered (B-30).
type SelfAttach string

// The values of SelfAttach.
const (
	SelfAttachByApproval SelfAttach = "approval"
	SelfAttachFreely     SelfAttach = "free"
)

// SelfAttachments is every self attach.
var SelfAttachments = domain.NewEnumeration(domain.ErrFormValue.At("self_attach"),
	domain.Named(SelfAttachByApproval, "须客户归属机构负责人批准", "with the approval of the customer's home unit"),
	domain.Named(SelfAttachFreely, "不限制", "freely"),
)

// Valid says whether s is one of SelfAttachments.
func (s SelfAttach) Valid() bool { return SelfAttachments.Valid(s) }

// Words is every value with its names.
func (SelfAttach) Words() []domain.Word { return SelfAttachments.Words() }

// Split is how a commission is shared (B-31).
type Split string

// The values of Split.
const (
	WinnerTakesAll Split = "winner_takes_all"
)

// Splits is every split.
var Splits = domain.NewEnumeration(domain.ErrFormValue.At("split"),
	domain.Named(WinnerTakesAll, "全部归一人", "winner takes all"),
)

// Valid says whether s is one of Splits.
func (s Split) Valid() bool { return Splits.Valid(s) }

// Words is every value with its names.
func (Split) Words() []domain.Word { return Splits.Words() }
