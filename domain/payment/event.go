// Package payment is a customer's payment for a product on its way from
// reservation over registration to confirmation, or back (B-11 … B-14).
package payment

import (
	"guishu/domain"
	"guishu/domain/identity"

	"github.com/google/uuid"
)

// StreamPrefix begins the name of a payment's stream; the id follows.
const StreamPrefix = "payment-"

// Deal names what a payment is about. Every event repeats it, so that whoever
// reads one event needs no other.
type Deal struct {
	Payment   domain.PaymentID  `label:"划款|Payment"`
	Customer  domain.CustomerID `label:"客户|Customer"`
	Product   domain.ProductID  `label:"产品|Product"`
	Advisor   domain.StaffID    `label:"财富管理师|Advisor"`          // who handles the deal; performance follows this
	Unit      domain.UnitID     `label:"财富管理师机构|Advisor's unit"` // the advisor's unit when reserved
	AmountFen domain.Fen        `label:"金额（元）|Amount (yuan)"`
}

// Source is the account the money comes from and the bank that keeps it (B-12).
type Source struct {
	HeadBank  string          `label:"银行总行|Head bank"`
	Branch    string          `label:"分行|Branch"`
	SubBranch string          `label:"支行|Sub-branch"`
	Account   domain.Personal `label:"划出银行账号|Debit account"`
}

// Reserved is the reservation (划款预约): what may be known later may be empty.
type Reserved struct {
	Deal           Deal                  `label:"交易|Deal"`
	ExternalNo     string                `label:"外部编号|External number"` // the number in the system it was imported from
	Nature         domain.Nature         `label:"客户性质|Nature"`
	ScheduledOn    domain.Date           `label:"预约打款日期|Scheduled on"`
	IdentityType   identity.DocumentType `label:"证件类型|ID type"`
	IdentityNumber domain.Personal       `label:"证件号码|ID number"`
	Source         Source                `label:"划出账户|Debit account and bank"`
	Papers         []string              `label:"附件|Papers"` // SHA-256 of each paper, hexadecimal
	Exceptions     []domain.Exception    `label:"迁移例外|Exceptions of the migration"`
}

// Registered is the registration (划款登记): everything is known now (B-12).
type Registered struct {
	Deal           Deal                  `label:"交易|Deal"`
	RegisteredBy   domain.StaffID        `label:"登记人|Registered by"`
	IdentityType   identity.DocumentType `label:"证件类型|ID type"`
	IdentityNumber domain.Personal       `label:"证件号码|ID number"`
	Source         Source                `label:"划出账户|Debit account and bank"`
	Papers         []string              `label:"附件|Papers"`
	Exceptions     []domain.Exception    `label:"迁移例外|Exceptions of the migration"`
}

// Confirmed says that operations saw the money (打款确认); somebody else than
// who registered it (B-06, B-14).
type Confirmed struct {
	Deal         Deal               `label:"交易|Deal"`
	ConfirmedBy  domain.StaffID     `label:"确认人|Confirmed by"`
	RegisteredBy domain.StaffID     `label:"登记人|Registered by"`
	Exceptions   []domain.Exception `label:"迁移例外|Exceptions of the migration"`
}

// Returned sends a registration back to be corrected, with the reason.
type Returned struct {
	Deal   Deal   `label:"交易|Deal"`
	Reason string `label:"退回原因|Reason"`
}

// Cancelled ends a payment before confirmation.
type Cancelled struct {
	Deal   Deal   `label:"交易|Deal"`
	Reason string `label:"取消原因|Reason"`
}

// Reversed takes a confirmed payment back; its attribution gets a counter-entry.
type Reversed struct {
	Deal   Deal   `label:"交易|Deal"`
	Reason string `label:"冲正原因|Reason"`
}

// Subject is the customer who pays.
func (e Reserved) Subject() domain.SubjectID { return domain.SubjectOf(e.Deal.Customer) }

// Subject is the customer who pays.
func (e Registered) Subject() domain.SubjectID { return domain.SubjectOf(e.Deal.Customer) }

// AboutCustomer is the customer who pays.
func (e Reserved) AboutCustomer() domain.CustomerID { return e.Deal.Customer }

// AboutCustomer is the customer who pays.
func (e Registered) AboutCustomer() domain.CustomerID { return e.Deal.Customer }

// AboutCustomer is the customer who pays.
func (e Confirmed) AboutCustomer() domain.CustomerID { return e.Deal.Customer }

// AboutCustomer is the customer who pays.
func (e Returned) AboutCustomer() domain.CustomerID { return e.Deal.Customer }

// AboutCustomer is the customer who pays.
func (e Cancelled) AboutCustomer() domain.CustomerID { return e.Deal.Customer }

// AboutCustomer is the customer who pays.
func (e Reversed) AboutCustomer() domain.CustomerID { return e.Deal.Customer }

// Made is the payment.
func (e Reserved) Made() uuid.UUID { return e.Deal.Payment.UUID() }
