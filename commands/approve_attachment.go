package commands

import (
	"context"
	"slices"

	"guishu/commands/ledger"
	"guishu/domain"
	"guishu/domain/attachment"
	"guishu/domain/staff"

	"github.com/google/uuid"
)

// ApproveAttachment approves a request to be attached, and attaches the advisor at
// once: the approval's position is the entry position (B-30).
type ApproveAttachment struct {
	Customer   domain.CustomerID   `json:"customer"`
	Attachment domain.AttachmentID `json:"attachment"`
}

var approveAttachment = ledger.Verb{
	Name: "approve-attachment", Needs: staff.DecideAttachment,
	Title:   ledger.Say("同意下挂申请", "Approve a request for an attachment"),
	Does:    ledger.Say("客户归属机构负责人同意下挂申请，申请人随即下挂；不得批准本人的申请。", "Approves a request as a superior of the customer's home unit, and attaches the advisor at once; nobody approves for themselves."),
	Refuses: slices.Concat(unattachable, []domain.Code{attachment.ErrRequestNotPending, attachment.ErrSelfApproval}),
}

// Verb is approve-attachment.
func (ApproveAttachment) Verb() ledger.Verb { return approveAttachment }

// Run carries it out.
func (c ApproveAttachment) Run(ctx context.Context, t *ledger.Task) (ledger.Answer, error) {
	return ledger.Write(ctx, t, theRequestedAttachment(c.Customer, c.Attachment, atHome), func(ctx context.Context, s attachmentCase) ([]any, error) {
		// Before what attaching takes: of a request that there is not, no advisor is known.
		if request, _ := s.Request(c.Attachment); request.Status != attachment.RequestPending {
			return nil, attachment.ErrRequestNotPending
		}
		attaching, err := s.attaching(ctx, t, c.Attachment)
		if err != nil {
			return nil, err
		}
		return s.Approve(attaching, t.Actor())
	})
}

// theRequestedAttachment are a customer's attachments, of which one is asked for.
func theRequestedAttachment(id domain.CustomerID, requested domain.AttachmentID, where func(attachmentCase) ledger.Where) ledger.Target[attachmentCase] {
	asker := func(s *attachment.State) domain.StaffID {
		request, _ := s.Request(requested)
		return request.Advisor
	}
	return theAttachments(id, uuid.UUID(requested), asker, where)
}
