package attribution

import "guishu/domain"

// Reason is why a decision came out as it did: a stable code that the audit shows.
type Reason string

// The values of Reason.
const (
	// ReasonEarliestEntry: the advisor who was entered first (B-30, T1).
	ReasonEarliestEntry Reason = "earliest-entry"
	// ReasonCommunicated: the customer communicated with the advisor, then bought
	// (B-31 其二, E2).
	ReasonCommunicated Reason = "communicated-then-bought"
	// ReasonNoAttachment: nobody was attached, so nobody earned it.
	ReasonNoAttachment Reason = "no-attachment"
	// ReasonModeUnavailable: the policy asks for a mode that is not computed here.
	// Publishing such a policy is refused, so a ledger never holds this one.
	ReasonModeUnavailable Reason = "mode-unavailable"
)

// Reasons is every reason.
var Reasons = domain.NewEnumeration(domain.ErrFormValue.At("reason"),
	domain.Named(ReasonEarliestEntry, "录入时间最早", "entered earliest"),
	domain.Named(ReasonCommunicated, "与其沟通后购买", "communicated, then bought"),
	domain.Named(ReasonNoAttachment, "购买时无下挂理财经理", "nobody was attached"),
	domain.Named(ReasonModeUnavailable, "该归属方式尚未启用", "the mode is not available"),
)

// Valid says whether r is one of Reasons.
func (r Reason) Valid() bool { return Reasons.Valid(r) }

// Words is every value with its names.
func (Reason) Words() []domain.Word { return Reasons.Words() }

// The codes of an explanation: where performance follows the handler of the deal
// and commission somebody else, and why.
const (
	// ExplainSame: the handler is the winner. Params: winner, position.
	ExplainSame = "handler-is-winner"
	// ExplainEnteredEarlier: both are attached, the winner was entered earlier.
	// Params: winner, position, entered, basis; handler, handler-position,
	// handler-entered, handler-basis.
	ExplainEnteredEarlier = "winner-entered-earlier"
	// ExplainCommunicated: the customer last communicated with the winner about
	// this. Params: winner, position, contact, contact-position, occurred-on;
	// handler, handler-rank; earliest, earliest-position.
	ExplainCommunicated = "winner-communicated"
	// ExplainHandlerNotAttached: the handler is no candidate. Params: winner,
	// position, entered, basis; handler, handler-status.
	ExplainHandlerNotAttached = "handler-not-attached"
	// ExplainNobody: there is no winner. Params: handler, handler-status.
	ExplainNobody = "nobody-attached"
)

// What handler-status says of a handler who is no candidate.
const (
	statusNever = "never-attached"
	statusLater = "attached-later"
	statusEnded = "attachment-ended"
)

// TimeBasis says which of an event's times priority compares, and why (B-31).
type TimeBasis string

// The bases of a time.
const (
	// BasisRecorded: nothing was stated, so the order of the ledger decides.
	BasisRecorded TimeBasis = "recorded"
	// BasisApproved: the stated time counts, its migration batch had been approved.
	BasisApproved TimeBasis = "asserted-approved"
	// BasisNoBatch: a time was stated without a migration batch and does not count.
	BasisNoBatch TimeBasis = "asserted-without-batch"
	// BasisNotApproved: the stated time does not count, because its migration batch
	// had not been approved when the payment was confirmed.
	BasisNotApproved TimeBasis = "asserted-batch-not-approved"
)

// TimeBases is every basis of a time.
var TimeBases = domain.NewEnumeration(domain.ErrFormValue.At("basis"),
	domain.Named(BasisRecorded, "按录入顺序", "order of the ledger"),
	domain.Named(BasisApproved, "所述时间，迁移批次已批准", "stated time of an approved batch"),
	domain.Named(BasisNoBatch, "所述时间无迁移批次，不计", "stated without a batch, does not count"),
	domain.Named(BasisNotApproved, "所述时间的迁移批次未批准，不计", "stated in a batch not approved, does not count"),
)

// Valid says whether t is one of TimeBases.
func (t TimeBasis) Valid() bool { return TimeBases.Valid(t) }

// Words is every value with its names.
func (TimeBasis) Words() []domain.Word { return TimeBases.Words() }

// Ground is the rule that decided who earned a commission (B-30, B-31, B-32).
type Ground string

// The values of Ground.
const (
	GroundTime         Ground = "T1"
	GroundEfficiency   Ground = "E1"
	GroundCommunicated Ground = "E2"
	GroundRuling       Ground = "RULING"
)

// Grounds is every ground.
var Grounds = domain.NewEnumeration(domain.ErrFormValue.At("ground"),
	domain.Named(GroundTime, "时间优先", "earliest entry"),
	domain.Named(GroundEfficiency, "效率优先", "most efficient"),
	domain.Named(GroundCommunicated, "沟通后成交", "communicated, then bought"),
	domain.Named(GroundRuling, "争议裁定", "ruling on a dispute"),
)

// Valid says whether g is one of Grounds.
func (g Ground) Valid() bool { return Grounds.Valid(g) }

// Words is every value with its names.
func (Ground) Words() []domain.Word { return Grounds.Words() }
