package commands_test

import (
	"fmt"
	"strings"

	"guishu/commands"
	"guishu/domain"
	"guishu/domain/identity"
	"guishu/domain/migration"
	"guishu/eventstore"
)

// sale is a wealth customer on the way to a purchase.
type sale struct {
	customer   domain.CustomerID
	attachment domain.AttachmentID // dora's
	product    domain.ProductID
	payment    domain.PaymentID // reserved
}

// goodAccount has the check digit that cards have.
const goodAccount = "6222020200112233446"

// complete is the fields of a customer who lacks nothing for a payment (B-13).
func complete(name, number string) commands.CustomerFields {
	f := document(name, number)
	f.Address, f.Birthday, f.BankAccount = "示例市和平路1号", "19900307", goodAccount
	return f
}

// product is an open one.
func (h *house) product(code string) domain.ProductID {
	h.t.Helper()
	made, err := h.ledger.LaunchProduct(h.t.Context(), h.as(h.ops), commands.LaunchProduct{Code: code, Name: "示例稳健", Supplier: "示例基金"})
	h.must(err)
	id := domain.ProductID(made.ID)
	_, err = h.ledger.OpenSubscription(h.t.Context(), h.as(h.ops), commands.OpenSubscription{Product: id})
	h.must(err)
	return id
}

func (h *house) attach(customer domain.CustomerID, advisor domain.StaffID) domain.AttachmentID {
	h.t.Helper()
	made, err := h.ledger.AttachAdvisor(h.t.Context(), h.as(advisor), commands.AttachAdvisor{Customer: customer, Advisor: advisor})
	h.must(err)
	return domain.AttachmentID(made.ID)
}

// sale registers a customer, attaches dora and reserves a payment; name makes the
// product's code.
func (h *house) sale(name string) sale {
	h.t.Helper()
	s := sale{product: h.product("P-" + name)}
	s.customer = h.prospect(h.dora, h.wealth, complete("赵示例", fmt.Sprintf("E9%07d", h.keys.Add(1))))
	s.attachment = h.attach(s.customer, h.dora)
	s.payment = h.reserve(s.customer, s.product, h.dora)
	return s
}

func (h *house) reserve(customer domain.CustomerID, product domain.ProductID, advisor domain.StaffID) domain.PaymentID {
	h.t.Helper()
	made, err := h.ledger.ReservePayment(h.t.Context(), h.as(advisor), h.reserving(customer, product, advisor))
	h.must(err)
	return domain.PaymentID(made.ID)
}

func (h *house) reserving(customer domain.CustomerID, product domain.ProductID, advisor domain.StaffID) commands.ReservePayment {
	return commands.ReservePayment{
		Customer: customer, Product: product, Advisor: advisor, AmountFen: 1_000_000, Nature: domain.Direct, ScheduledOn: h.ledger.Today(),
		IdentityType: identity.Passport, IdentityNumber: "E12345678",
		Source: commands.BankSource{HeadBank: "示例银行", Branch: "示例分行", SubBranch: "示例支行", Account: goodAccount},
		Papers: []string{strings.Repeat("ab", 32)},
	}
}

// confirm registers a payment by the advisor and confirms it by operations.
func (h *house) confirm(payment domain.PaymentID, advisor domain.StaffID) commands.Answer {
	h.t.Helper()
	_, err := h.ledger.RegisterPayment(h.t.Context(), h.as(advisor), commands.RegisterPayment{Payment: payment})
	h.must(err)
	answer, err := h.ledger.ConfirmPayment(h.t.Context(), h.as(h.ops), commands.ConfirmPayment{Payment: payment})
	h.must(err)
	return answer
}

func sources(sum string) []migration.Source {
	return []migration.Source{{Name: "customers.csv", SHA256: sum, Rows: 1}}
}

// batch is a proposed migration batch.
func (h *house) batch() domain.BatchID {
	h.t.Helper()
	made, err := h.ledger.ProposeMigration(h.t.Context(), h.as(h.ops), proposal())
	h.must(err)
	return domain.BatchID(made.ID)
}

// metadata is that of the last event that a command wrote.
func (h *house) metadata(answer commands.Answer) eventstore.Metadata {
	h.t.Helper()
	for event, err := range h.store.ReadStream(h.t.Context(), eventstore.StreamQuery{Stream: answer.Stream, From: answer.Revision, Limit: 1}) {
		h.must(err)
		meta, err := eventstore.DecodeMetadata(event.Metadata)
		h.must(err)
		return meta
	}
	h.t.Fatal("the command wrote nothing")
	return eventstore.Metadata{}
}
