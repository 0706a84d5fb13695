// Package payment is a customer's payment for a product on its way from
// reservation over registration to confirmation, or back (B-11 … B-14).
package payment

import (
	"guishu/domain"
	"guishu/domain/identity"
)

// StreamPrefix begins the name of a payment's stream; the id follows.
const StreamPrefix = "payment-"

// Deal names what a payment is about. Every event repeats it, so that whoever
// reads one event needs no other.
type Deal struct {
	Payment   domain.PaymentID
	Customer  domain.CustomerID
	Product   domain.ProductID
	Advisor   domain.StaffID // who handles the deal; performance follows this
	Unit      domain.UnitID  // the advisor's unit when reserved
	AmountFen domain.Fen
}

// Source is the account the money comes from and the bank that keeps it (B-12).
type Source struct {
	HeadBank  string
	Branch    string
	SubBranch string
	Account   domain.Personal
}

// Reserved is the reservation (划款预约): what may be known later may be empty.
type Reserved struct {
	Deal           Deal
	ExternalNo     string // the number in the system it was imported from
	Nature         domain.Nature
	ScheduledOn    domain.Date
	IdentityType   identity.DocumentType
	IdentityNumber domain.Personal
	Source         Source
	Papers         []string // SHA-256 of each paper, hexadecimal
	Exceptions     []domain.Exception
}

// Registered is the registration (划款登记): everything is known now (B-12).
type Registered struct {
	Deal           Deal
	RegisteredBy   domain.StaffID
	IdentityType   identity.DocumentType
	IdentityNumber domain.Personal
	Source         Source
	Papers         []string
	Exceptions     []domain.Exception
}

// Confirmed says that operations saw the money (打款确认); somebody else than
// who registered it (B-06, B-14).
type Confirmed struct {
	Deal         Deal
	ConfirmedBy  domain.StaffID
	RegisteredBy domain.StaffID
	Exceptions   []domain.Exception
}

// Returned sends a registration back to be corrected, with the reason.
type Returned struct {
	Deal   Deal
	Reason string
}

// Cancelled ends a payment before confirmation.
type Cancelled struct {
	Deal   Deal
	Reason string
}

// Reversed takes a confirmed payment back; its attribution gets a counter-entry.
type Reversed struct {
	Deal   Deal
	Reason string
}

// Subject is the customer who pays.
func (e Reserved) Subject() domain.SubjectID { return domain.SubjectOf(e.Deal.Customer) }

// Subject is the customer who pays.
func (e Registered) Subject() domain.SubjectID { return domain.SubjectOf(e.Deal.Customer) }

// Events describes every event of a payment.
func Events() []domain.EventType {
	return []domain.EventType{
		domain.DescribeEvent[Reserved]("payment.reserved", 1),
		domain.DescribeEvent[Registered]("payment.registered", 1),
		domain.DescribeEvent[Confirmed]("payment.confirmed", 1),
		domain.DescribeEvent[Returned]("payment.returned", 1),
		domain.DescribeEvent[Cancelled]("payment.cancelled", 1),
		domain.DescribeEvent[Reversed]("payment.reversed", 1),
	}
}
