package commands

import (
	"context"

	"guishu/commands/ledger"
	"guishu/domain"
	"guishu/domain/customer"
	"guishu/domain/staff"
)

// RecordIdentityVerification records the front office's answer about name and
// number.
type RecordIdentityVerification struct {
	Customer domain.CustomerID       `json:"customer"`
	Result   customer.IDVerification `json:"result"`
	Evidence string                  `json:"evidence" doc:"前台核查凭据的编号。 Reference of the front office's slip."`
}

var recordIdentityVerification = ledger.Verb{
	Name: "record-identity-verification", Needs: staff.VerifyIdentity,
	Title:   ledger.Say("联网核查登记", "Record an identity verification"),
	Does:    ledger.Say("登记柜面对姓名和证件号码的联网核查结果。", "Records the front office's answer about name and number."),
	Refuses: []domain.Code{customer.ErrRequired, customer.ErrErased},
}

// Verb is record-identity-verification.
func (RecordIdentityVerification) Verb() ledger.Verb { return recordIdentityVerification }

// Run carries it out.
func (c RecordIdentityVerification) Run(ctx context.Context, t *ledger.Task) (ledger.Answer, error) {
	return ledger.Write(ctx, t, theCustomer(c.Customer), func(_ context.Context, s customerCase) ([]any, error) {
		return s.VerifyIdentity(customer.Verification{Result: c.Result, Evidence: c.Evidence})
	})
}
