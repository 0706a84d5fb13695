// Package customer is the people and organisations the firm serves: potential
// until their first confirmed payment, formal and locked from then on (B-08,
// B-14, B-21).
package customer

import (
	"guishu/domain"
	"guishu/domain/identity"

	"github.com/google/uuid"
)

// StreamPrefix begins the name of a customer's stream; the id follows.
const StreamPrefix = "customer-"

// Details are the fields of a customer that may come later. Every one is
// personal and sealed; an empty one is unknown (B-09).
type Details struct {
	Address             domain.Personal `label:"地址|Address"`
	Birthday            domain.Personal `label:"出生日期|Birthday"` // a domain.Date
	Gender              domain.Personal `label:"性别|Gender"`
	Employer            domain.Personal `label:"工作单位|Employer"`
	Occupation          domain.Personal `label:"职业|Occupation"`
	Industry            domain.Personal `label:"行业|Industry"`
	LegalRepresentative domain.Personal `label:"法定代表人|Legal representative"` // organisations
	ContactPerson       domain.Personal `label:"联系人|Contact person"`         // organisations
	BankAccount         domain.Personal `label:"银行账号|Bank account"`
	Remark              domain.Personal `label:"备注|Remark"`
}

// Registered brings a customer into the ledger.
type Registered struct {
	Customer       domain.CustomerID     `label:"客户|Customer"`
	Party          domain.Party          `label:"客户类型|Kind of customer"`
	Name           domain.Personal       `label:"姓名|Name"`
	IdentityType   identity.DocumentType `label:"证件类型|ID type"`        // empty when no document is known
	IdentityNumber domain.Personal       `label:"证件号码|ID number"`      // canonical form
	Phone          domain.Personal       `label:"电话|Phone"`            // as identity.Phone.Text gives it
	CustomerNo     string                `label:"客户号|Customer number"` // the core bank's number, empty for a prospect
	HomeUnit       domain.UnitID         `label:"客户归属机构|Home unit"`    // 客户归属机构
	Nature         domain.Nature         `label:"客户性质|Nature"`
	Source         Source                `label:"客户来源|Customer source"`
	ChannelType    ChannelType           `label:"渠道类别|Channel type"`
	Advisor        domain.StaffID        `label:"财富管理师|Advisor"` // 财富管理师 named at entry, zero if none (B-09)
	Details        Details               `label:"其他信息|Further details"`
	Exceptions     []domain.Exception    `label:"迁移例外|Exceptions of the migration"`
}

// Supplemented fills in or corrects fields while the customer is potential
// (B-20). Only fields that are set change; Cleared names those emptied.
type Supplemented struct {
	Customer       domain.CustomerID     `label:"客户|Customer"`
	Name           domain.Personal       `label:"姓名|Name"`
	IdentityType   identity.DocumentType `label:"证件类型|ID type"`
	IdentityNumber domain.Personal       `label:"证件号码|ID number"`
	Phone          domain.Personal       `label:"电话|Phone"`
	Source         Source                `label:"客户来源|Customer source"`
	ChannelType    ChannelType           `label:"渠道类别|Channel type"`
	Details        Details               `label:"其他信息|Further details"`
	Cleared        []string              `label:"清空的字段|Emptied fields"`
}

// PhoneRecorded keeps the mobile number that an applicant maintained when
// filing a claim and that its approval took over. It is the one
// change of contact data that does not wait for a modification.
type PhoneRecorded struct {
	Customer    domain.CustomerID    `label:"客户|Customer"`
	Phone       domain.Personal      `label:"电话|Phone"`
	Application domain.ApplicationID `label:"来自申请|From application"`
}

// IdentityVerified records the answer of the networked citizen-ID verification
//
type IdentityVerified struct {
	Customer domain.CustomerID `label:"客户|Customer"`
	Result   IDVerification    `label:"核查结果|Result"`
	Evidence string            `label:"凭据|Evidence"` // reference of the front office's slip
}

// Linked ties a sales customer to the core bank's customer number.
type Linked struct {
	Customer   domain.CustomerID `label:"客户|Customer"`
	CustomerNo string            `label:"客户号|Customer number"`
}

// BecameFormal makes the customer formal and locks the fields, on the first
// confirmed payment (B-14). It is caused by the confirmation, never typed.
type BecameFormal struct {
	Customer domain.CustomerID `label:"客户|Customer"`
	Payment  domain.PaymentID  `label:"首笔划款|First payment"`
}

// Erased says that the customer's personal data can no longer be read: its key
// was destroyed. Everything else stays (china-specifics §9).
type Erased struct {
	Customer domain.CustomerID `label:"客户|Customer"`
	Basis    string            `label:"法律依据|Legal ground"` // the legal ground
}

// Subject is the person whose data the event holds.
func (e Registered) Subject() domain.SubjectID { return domain.SubjectOf(e.Customer) }

// Subject is the person whose data the event holds.
func (e Supplemented) Subject() domain.SubjectID { return domain.SubjectOf(e.Customer) }

// Subject is the person whose data the event holds.
func (e PhoneRecorded) Subject() domain.SubjectID { return domain.SubjectOf(e.Customer) }

// Made is the customer.
func (e Registered) Made() uuid.UUID { return e.Customer.UUID() }
