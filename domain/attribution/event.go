// Package attribution decides who earned the commission of a payment: a pure
// function of the customer's timeline up to the confirmation and the policy in
// force, whose answer names every candidate and every input, so that anyone can
// compute it again and get the same bytes (B-29 … B-31, design §7).
package attribution

import (
	"time"

	"guishu/domain"
	"guishu/domain/policy"

	"github.com/google/uuid"
)

// StreamPrefix begins the name of the stream of a payment's attribution; the
// payment's id follows.
const StreamPrefix = "attribution-"

// Candidate is an advisor who was attached when the payment was confirmed, with
// all that spoke for and against.
type Candidate struct {
	Advisor        domain.StaffID
	Unit           domain.UnitID
	Attachment     domain.AttachmentID
	EntryPosition  domain.Position
	EntryEvent     uuid.UUID
	EntryTime      time.Time     // what priority compares first: asserted and approved, or recorded
	Asserted       bool          // a time of entry was stated or imported
	AssertedTime   time.Time     // … this one
	AssertedCounts bool          // … and its migration batch was approved in time (B-31)
	TimeBasis      TimeBasis     // why EntryTime is what it is
	Rank           int           // by entry, 1 is the earliest
	LastContact    *ContactInput // the last one that qualifies for E2, null if none does
	Score          *Score        // of efficiency; null where it was not scored, as always under TIME_FIRST
}

// Score is an advisor's efficiency with its parts, in hundredths (B-31 其一).
type Score struct {
	Contacts int  // contacts counted, one a day at most
	Contact  int  // what they are worth
	Quality  int  // of the contacts
	Choice   int  // the customer's recorded choice
	Chosen   bool // that choice was for this advisor, which decides
	Total    int  // weighted
}

// ContactInput is a contact record that counted.
type ContactInput struct {
	Contact    domain.ContactID
	Event      uuid.UUID
	Position   domain.Position
	OccurredOn domain.Date
}

// Input is an event the decision was computed from.
type Input struct {
	Event    uuid.UUID
	Position domain.Position
	Type     string
}

// Share is what one advisor gets of the deal. The shares of a decision add up to
// its amount and to ten thousand, or there are none.
type Share struct {
	Advisor        domain.StaffID
	Unit           domain.UnitID
	Attachment     domain.AttachmentID // zero where a ruling named somebody not attached
	PerTenThousand int
	AmountFen      domain.Fen // of the deal; negative in a counter-entry
}

// Explanation says in a stable code, with what belongs to it, how commission and
// performance came to the same advisor or to two.
type Explanation struct {
	Code   string
	Params []Param
}

// Param is one fact of an explanation: an id, a position, a day or a code.
type Param struct {
	Name  string
	Value string
}

// Decided says who earned the commission of a confirmed payment and why.
type Decided struct {
	Decision      domain.DecisionID // the same for the same payment, inputs and policy version
	Payment       domain.PaymentID
	Customer      domain.CustomerID
	Product       domain.ProductID
	AmountFen     domain.Fen
	Handler       domain.StaffID // who handled the deal: performance follows this, commission follows Winner
	HandlerRank   int            // the handler's rank among the candidates, 0 if not one of them
	Winner        domain.StaffID // has the largest share; zero when no advisor was attached
	WinnerUnit    domain.UnitID
	Shares        []Share
	Ground        Ground // empty without a winner
	Mode          policy.AttributionMode
	PolicyVersion int
	Confirmation  uuid.UUID   // the payment.confirmed event
	Candidates    []Candidate // by rank
	Inputs        []Input     // by position
	InputsHash    string      // SHA-256 over the canonical inputs, hexadecimal
	Reason        Reason
	Explanation   Explanation       // of winner and handler
	Supersedes    domain.DecisionID // an earlier decision that late facts changed, zero if none
}

// Countered takes a decision back because its payment was reversed.
type Countered struct {
	Decision  domain.DecisionID // the one countered
	Payment   domain.PaymentID
	Customer  domain.CustomerID
	Winner    domain.StaffID
	Shares    []Share    // each taken back, negative
	AmountFen domain.Fen // negative: what is taken back in all
	Reversal  uuid.UUID  // the payment.reversed event
}

// Events describes every event of an attribution.
func Events() []domain.EventType {
	return []domain.EventType{
		domain.DescribeEvent[Decided]("attribution.decided", 1),
		domain.DescribeEvent[Countered]("attribution.countered", 1),
	}
}
