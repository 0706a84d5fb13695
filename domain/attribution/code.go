package attribution

// The reasons of a decision: stable codes that the audit shows.
const (
	// ReasonEarliestEntry: the advisor who was entered first (B-30, T1).
	ReasonEarliestEntry = "earliest-entry"
	// ReasonCommunicated: the customer communicated with the advisor, then bought
	// (B-31 其二, E2).
	ReasonCommunicated = "communicated-then-bought"
	// ReasonNoAttachment: nobody was attached, so nobody earned it.
	ReasonNoAttachment = "no-attachment"
	// ReasonModeUnavailable: the policy asks for a mode that is not computed here.
	// Publishing such a policy is refused, so a ledger never holds this one.
	ReasonModeUnavailable = "mode-unavailable"
)

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
