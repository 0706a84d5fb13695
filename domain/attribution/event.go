// Package attribution decides who earned the commission of a payment: a pure
// function of the customer's timeline up to the confirmation and the policy in
// force, whose answer names every candidate and every input, so that anyone can
// compute it again and get the same bytes (B-29 … B-31, design §7).
package attribution

import (
	"time"

	"guishu/domain"

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
	Asserted       bool          // EntryTime was imported
	AssertedCounts bool          // … and its migration batch was approved in time (B-31)
	Rank           int           // by entry, 1 is the earliest
	LastContact    *ContactInput // the last one that qualifies for E2
	Score          int           // of efficiency, in hundredths; unused by TIME_FIRST
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

// Decided says who earned the commission of a confirmed payment and why.
type Decided struct {
	Decision      domain.DecisionID
	Payment       domain.PaymentID
	Customer      domain.CustomerID
	Product       domain.ProductID
	AmountFen     domain.Fen
	Handler       domain.StaffID // who handled the deal: performance follows this, commission follows Winner
	Winner        domain.StaffID // zero when no advisor was attached
	WinnerUnit    domain.UnitID
	Ground        domain.AttributionGround
	Mode          domain.AttributionMode
	PolicyVersion int
	Confirmation  uuid.UUID // the payment.confirmed event
	Candidates    []Candidate
	Inputs        []Input
	InputsHash    string            // SHA-256 over the canonical inputs, hexadecimal
	Reason        string            // stable code, such as "earliest-entry", "communicated-then-bought", "no-attachment"
	Supersedes    domain.DecisionID // an earlier decision that late facts changed
}

// Countered takes a decision back because its payment was reversed.
type Countered struct {
	Decision  domain.DecisionID // the one countered
	Payment   domain.PaymentID
	Customer  domain.CustomerID
	Winner    domain.StaffID
	AmountFen domain.Fen // negative: what is taken back
	Reversal  uuid.UUID  // the payment.reversed event
}

// Events describes every event of an attribution.
func Events() []domain.EventType {
	return []domain.EventType{
		domain.DescribeEvent[Decided]("attribution.decided", 1),
		domain.DescribeEvent[Countered]("attribution.countered", 1),
	}
}
