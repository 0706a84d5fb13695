package commands

import (
	"context"

	"guishu/commands/ledger"
	"guishu/domain"
	"guishu/domain/attachment"
	"guishu/domain/staff"
)

// RefuseAttachment refuses a request to be attached (B-30).
type RefuseAttachment struct {
	Customer   domain.CustomerID   `json:"customer"`
	Attachment domain.AttachmentID `json:"attachment"`
	Reason     string              `json:"reason"`
}

var refuseAttachment = ledger.Verb{
	Name: "refuse-attachment", Needs: staff.DecideAttachment,
	Title:   ledger.Say("不同意下挂申请", "Refuse a request for an attachment"),
	Does:    ledger.Say("客户归属机构负责人不同意下挂申请，并说明理由。", "Refuses a request as a superior of the customer's home unit, with a reason."),
	Refuses: []domain.Code{attachment.ErrRequestNotPending},
}

// Verb is refuse-attachment.
func (RefuseAttachment) Verb() ledger.Verb { return refuseAttachment }

// Run carries it out.
func (c RefuseAttachment) Run(ctx context.Context, t *ledger.Task) (ledger.Answer, error) {
	return ledger.Write(ctx, t, theRequestedAttachment(c.Customer, c.Attachment, atHome), func(_ context.Context, s attachmentCase) ([]any, error) {
		return s.Refuse(c.Customer, c.Attachment, c.Reason)
	})
}
