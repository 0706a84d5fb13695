package commandstest

import (
	"fmt"
	"strings"

	"guishu/commands"
	"guishu/commands/ledger"
	"guishu/domain"
	"guishu/domain/identity"
	"guishu/domain/migration"
)

// Sale is a wealth customer on the way to a purchase.
type Sale struct {
	Customer   domain.CustomerID
	Attachment domain.AttachmentID // Dora's
	Product    domain.ProductID
	Payment    domain.PaymentID // reserved
}

// GoodAccount has the check digit that cards have.
const GoodAccount = "6222020200112233446"

// Complete is the fields of a customer who lacks nothing for a payment (B-13).
func Complete(name, number string) commands.CustomerFields {
	f := Document(name, number)
	f.Address, f.Birthday, f.BankAccount = "示例市和平路1号", "19900307", GoodAccount
	return f
}

// Sale registers a customer, attaches Dora and reserves a payment; name makes the
// product's code.
func (b *Bank) Sale(name string) Sale {
	b.Helper()
	s := Sale{Product: b.Product("P-" + name)}
	s.Customer = b.Prospect(b.Dora, b.Wealth, Complete("赵示例", fmt.Sprintf("E9%07d", b.Count())))
	s.Attachment = b.Attach(s.Customer, b.Dora)
	s.Payment = b.Reserve(s.Customer, s.Product, b.Dora)
	return s
}

// Product launches a product and opens it.
func (b *Bank) Product(code string) domain.ProductID {
	b.Helper()
	id := domain.ProductID(b.Do(b.Ops, commands.LaunchProduct{Code: code, Name: "示例稳健", Supplier: "示例基金"}).ID)
	b.Do(b.Ops, commands.OpenSubscription{Product: id})
	return id
}

// Attach has the director attach an advisor.
func (b *Bank) Attach(customer domain.CustomerID, advisor domain.StaffID) domain.AttachmentID {
	b.Helper()
	return domain.AttachmentID(b.Do(b.Director, commands.AttachAdvisor{Customer: customer, Advisor: advisor}).ID)
}

// Reserve has an advisor reserve a payment.
func (b *Bank) Reserve(customer domain.CustomerID, product domain.ProductID, advisor domain.StaffID) domain.PaymentID {
	b.Helper()
	return domain.PaymentID(b.Do(advisor, b.Reserving(customer, product, advisor)).ID)
}

// Reserving is what reserves a payment that lacks nothing.
func (f *Firm) Reserving(customer domain.CustomerID, product domain.ProductID, advisor domain.StaffID) commands.ReservePayment {
	return commands.ReservePayment{
		Customer: customer, Product: product, Advisor: advisor, AmountFen: 1_000_000, Nature: domain.Direct, ScheduledOn: f.Ledger.Today(),
		IdentityType: identity.Passport, IdentityNumber: "E12345678",
		Source: commands.BankSource{HeadBank: "示例银行", Branch: "示例分行", SubBranch: "示例支行", Account: GoodAccount},
		Papers: []string{strings.Repeat("ab", 32)},
	}
}

// Confirm has a payment registered by the advisor and confirmed by operations.
func (b *Bank) Confirm(payment domain.PaymentID, advisor domain.StaffID) ledger.Answer {
	b.Helper()
	b.Do(advisor, commands.RegisterPayment{Payment: payment})
	return b.Do(b.Ops, commands.ConfirmPayment{Payment: payment})
}

// Batch proposes a migration batch.
func (b *Bank) Batch() domain.BatchID {
	b.Helper()
	return domain.BatchID(b.Do(b.Ops, Proposal()).ID)
}

// Proposal is a batch of one file.
func Proposal() commands.ProposeMigration {
	return commands.ProposeMigration{Name: "旧系统", Sources: Sources(strings.Repeat("ab", 32))}
}

// Sources are one file with that sum.
func Sources(sum string) []migration.Source {
	return []migration.Source{{Name: "customers.csv", SHA256: sum, Rows: 1}}
}
