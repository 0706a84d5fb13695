package commands

import (
	"context"

	"guishu/commands/ledger"
	"guishu/domain"
	"guishu/domain/attachment"
	"guishu/domain/staff"

	"github.com/google/uuid"
)

// EndAttachment closes an attachment, of an erased customer too; it stays readable
// and keeps what it earned (B-27). The advisor ends it, whoever oversees the advisor, or
// whoever oversees the customer, of one who has left too.
type EndAttachment struct {
	Customer   domain.CustomerID   `json:"customer"`
	Attachment domain.AttachmentID `json:"attachment"`
	Reason     string              `json:"reason"`
}

var endAttachment = ledger.Verb{
	Name: "end-attachment", Needs: staff.EndAttachment,
	Title:   ledger.Say("结束下挂", "End an attachment"),
	Does:    ledger.Say("结束一项下挂；记录保留，已得业绩不变。", "Closes an attachment, of an erased customer too; it stays readable and keeps what it earned."),
	Refuses: []domain.Code{attachment.ErrNotAttached, attachment.ErrEnded, attachment.ErrDate},
}

// Verb is end-attachment.
func (EndAttachment) Verb() ledger.Verb { return endAttachment }

// Run carries it out.
func (c EndAttachment) Run(ctx context.Context, t *ledger.Task) (ledger.Answer, error) {
	return ledger.Write(ctx, t, theAttachments(c.Customer, uuid.UUID(c.Attachment), c.about, atEither), func(_ context.Context, s attachmentCase) ([]any, error) {
		return s.End(attachment.Ending{Customer: c.Customer, Attachment: c.Attachment, Reason: c.Reason, History: t.History(), Now: t.Now()})
	})
}

func (c EndAttachment) about(s *attachment.State) domain.StaffID {
	ended, _ := s.Attachment(c.Attachment)
	return ended.Advisor
}
