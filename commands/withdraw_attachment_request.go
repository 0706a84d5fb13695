package commands

import (
	"context"

	"guishu/commands/ledger"
	"guishu/domain"
	"guishu/domain/attachment"
	"guishu/domain/staff"
)

// WithdrawAttachmentRequest takes one's own request to be attached back before it is
// answered (B-30).
type WithdrawAttachmentRequest struct {
	Customer   domain.CustomerID   `json:"customer"`
	Attachment domain.AttachmentID `json:"attachment"`
}

var withdrawAttachmentRequest = ledger.Verb{
	Name: "withdraw-attachment-request", Needs: staff.RequestAttachment,
	Title:   ledger.Say("撤回下挂申请", "Withdraw a request for an attachment"),
	Does:    ledger.Say("申请人在答复前撤回下挂申请。", "Takes one's own request back before it is answered."),
	Refuses: []domain.Code{attachment.ErrRequestNotPending},
}

// Verb is withdraw-attachment-request.
func (WithdrawAttachmentRequest) Verb() ledger.Verb { return withdrawAttachmentRequest }

// Run carries it out.
func (c WithdrawAttachmentRequest) Run(ctx context.Context, t *ledger.Task) (ledger.Answer, error) {
	return ledger.Write(ctx, t, theRequestedAttachment(c.Customer, c.Attachment, atTheAdvisors), func(_ context.Context, s attachmentCase) ([]any, error) {
		return s.Withdraw(c.Customer, c.Attachment)
	})
}
