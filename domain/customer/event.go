// Package customer is the people and organisations the firm serves: potential
// until their first confirmed payment, formal and locked from then on (B-08,
// B-14, B-21).
package customer

import (
	"guishu/domain"
	"guishu/domain/identity"
)

// StreamPrefix begins the name of a customer's stream; the id follows.
const StreamPrefix = "customer-"

// Details are the fields of a customer that may come later. Every one is
// personal and sealed; an empty one is unknown (B-09).
type Details struct {
	Address             domain.Personal
	Birthday            domain.Personal // a domain.Date
	Gender              domain.Personal
	Employer            domain.Personal
	Occupation          domain.Personal
	Industry            domain.Personal
	LegalRepresentative domain.Personal // organisations
	ContactPerson       domain.Personal // organisations
	BankAccount         domain.Personal
	Remark              domain.Personal
}

// Registered brings a customer into the ledger.
type Registered struct {
	Customer       domain.CustomerID
	Party          domain.Party
	Name           domain.Personal
	IdentityType   identity.DocumentType // empty when no document is known
	IdentityNumber domain.Personal       // canonical form
	Phone          domain.Personal       // as identity.Phone.Text gives it
	CustomerNo     string                // the core bank's number, empty for a prospect
	HomeUnit       domain.UnitID         // 客户归属机构
	Nature         domain.Nature
	Source         Source
	ChannelType    ChannelType
	Advisor        domain.StaffID // 财富管理师 named at entry, zero if none (B-09)
	Details        Details
	Exceptions     []domain.Exception
}

// Supplemented fills in or corrects fields while the customer is potential
// (B-20). Only fields that are set change; Cleared names those emptied.
type Supplemented struct {
	Customer       domain.CustomerID
	Name           domain.Personal
	IdentityType   identity.DocumentType
	IdentityNumber domain.Personal
	Phone          domain.Personal
	Source         Source
	ChannelType    ChannelType
	Details        Details
	Cleared        []string
}

// PhoneRecorded keeps the mobile number that an applicant maintained when
// filing a claim and that its approval took over. It is the one
// change of contact data that does not wait for a modification.
type PhoneRecorded struct {
	Customer    domain.CustomerID
	Phone       domain.Personal
	Application domain.ApplicationID
}

// IdentityVerified records the answer of the networked citizen-ID verification
//
type IdentityVerified struct {
	Customer domain.CustomerID
	Result   IDVerification
	Evidence string // reference of the front office's slip
}

// Linked ties a sales customer to the core bank's customer number.
type Linked struct {
	Customer   domain.CustomerID
	CustomerNo string
}

// BecameFormal makes the customer formal and locks the fields, on the first
// confirmed payment (B-14). It is caused by the confirmation, never typed.
type BecameFormal struct {
	Customer domain.CustomerID
	Payment  domain.PaymentID
}

// Erased says that the customer's personal data can no longer be read: its key
// was destroyed. Everything else stays (china-specifics §9).
type Erased struct {
	Customer domain.CustomerID
	Basis    string // the legal ground
}

// Subject is the person whose data the event holds.
func (e Registered) Subject() domain.SubjectID { return domain.SubjectOf(e.Customer) }

// Subject is the person whose data the event holds.
func (e Supplemented) Subject() domain.SubjectID { return domain.SubjectOf(e.Customer) }

// Subject is the person whose data the event holds.
func (e PhoneRecorded) Subject() domain.SubjectID { return domain.SubjectOf(e.Customer) }

// Events describes every event of a customer.
func Events() []domain.EventType {
	return []domain.EventType{
		domain.DescribeEvent[Registered]("customer.registered", 1),
		domain.DescribeEvent[Supplemented]("customer.supplemented", 1),
		domain.DescribeEvent[PhoneRecorded]("customer.phone-recorded", 1),
		domain.DescribeEvent[IdentityVerified]("customer.identity-verified", 1),
		domain.DescribeEvent[Linked]("customer.linked", 1),
		domain.DescribeEvent[BecameFormal]("customer.became-formal", 1),
		domain.DescribeEvent[Erased]("customer.erased", 1),
	}
}
