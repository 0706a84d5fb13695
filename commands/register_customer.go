package commands

import (
	"context"
	"slices"

	"guishu/commands/ledger"
	"guishu/domain"
	"guishu/domain/customer"
	"guishu/domain/organisation"
	"guishu/domain/staff"

	"github.com/google/uuid"
)

// RegisterCustomer brings a customer into the ledger as potential (B-08, B-09).
type RegisterCustomer struct {
	Party      domain.Party   `json:"party" doc:"客户类型：个人或机构。 PERSON or ORGANISATION."`
	Fields     CustomerFields `json:"fields"`
	CustomerNo string         `json:"customer_no,omitempty" doc:"核心系统客户号，已是银行客户时填写。 The core bank's number, for an existing bank customer."`
	HomeUnit   domain.UnitID  `json:"home_unit"`
	Nature     domain.Nature  `json:"nature,omitempty"`
	Advisor    domain.StaffID `json:"advisor,omitempty" doc:"录入时指定的财富管理师。 The advisor named at entry."`
}

var registerCustomer = ledger.Verb{
	Name: "register-customer", Needs: staff.RegisterCustomer,
	Title:   ledger.Say("登记客户", "Register a customer"),
	Does:    ledger.Say("登记潜在客户；同一证件只能登记一位客户。", "Brings a customer into the ledger as potential. One identity document has one customer."),
	Refuses: slices.Concat(illFormedFields, unusableUnit, []domain.Code{customer.ErrNumberFormat, customer.ErrAdvisorUnknown, customer.ErrAlreadyLinked}),
}

// Verb is register-customer.
func (RegisterCustomer) Verb() ledger.Verb { return registerCustomer }

// Run registers and answers with the customer's id. One document has one customer,
// whoever registers it at the same time and wherever a crash cuts in.
func (c RegisterCustomer) Run(ctx context.Context, t *ledger.Task) (ledger.Answer, error) {
	return ledger.Create(ctx, t, newAt("customer", customer.StreamPrefix, c.HomeUnit), func(ctx context.Context, id uuid.UUID, home organisation.Unit) ([]any, error) {
		advisor, err := person(ctx, t.Ledger(), c.Advisor)
		if err != nil {
			return nil, err
		}
		return new(customer.State).Register(customer.Registration{
			Customer: domain.CustomerID(id), Party: c.Party, Fields: customer.Fields(c.Fields), CustomerNo: c.CustomerNo,
			Nature: c.Nature, Advisor: c.Advisor, Provenance: t.History().Provenance,
		}, home, customer.Advisor(advisor), t.Today())
	})
}
