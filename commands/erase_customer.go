package commands

import (
	"context"

	"guishu/commands/ledger"
	"guishu/domain"
	"guishu/domain/staff"
)

// EraseCustomer makes a customer's personal data unreadable for ever; what
// happened stays on record (china-specifics §9).
type EraseCustomer struct {
	Customer domain.CustomerID `json:"customer"`
	Basis    string            `json:"basis" doc:"删除的法律依据。 The legal ground."`
}

var eraseCustomer = ledger.Verb{
	Name: "erase-customer", Needs: staff.EraseCustomer,
	Title: ledger.Say("删除个人信息", "Erase"),
	Does:  ledger.Say("永久删除客户的个人信息；发生过的事实仍然留存。", "Makes a customer's personal data unreadable for ever; what happened stays on record."),
}

// Verb is erase-customer.
func (EraseCustomer) Verb() ledger.Verb { return eraseCustomer }

// Run erases and answers when the data can no longer be read.
func (c EraseCustomer) Run(ctx context.Context, t *ledger.Task) (ledger.Answer, error) {
	answer, err := ledger.Write(ctx, t, theCustomer(c.Customer), func(_ context.Context, s customerCase) ([]any, error) {
		return s.Erase(c.Basis)
	})
	if err != nil {
		return answer, err
	}
	return answer, t.Ledger().Erase(ctx, c.Customer)
}
