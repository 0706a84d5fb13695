package commands

import (
	"context"

	"guishu/domain"
	"guishu/domain/attachment"
	"guishu/domain/customer"
	"guishu/domain/organisation"
	"guishu/domain/staff"

	"github.com/google/uuid"
)

// EndAttachment closes an attachment, of an erased customer too; it stays readable
// and keeps what it earned (B-27).
type EndAttachment struct {
	Customer   domain.CustomerID   `json:"customer"`
	Attachment domain.AttachmentID `json:"attachment"`
	Reason     string              `json:"reason"`
}

// EndAttachment ends. Errors: attachment/not-attached, attachment/ended,
// form/required.
func (l *Ledger) EndAttachment(ctx context.Context, call Call, c EndAttachment) (Answer, error) {
	t, err := l.begin(ctx, call, verb{"end-attachment", c})
	if err != nil {
		return Answer{}, err
	}
	return t.writeAttachment(ctx, c.Customer, uuid.UUID(c.Attachment), func(_ *customer.State, state *attachment.State, _, _ organisation.Unit) ([]any, error) {
		return state.End(attachment.Ending{Customer: c.Customer, Attachment: c.Attachment, Reason: c.Reason, History: t.history, Now: t.now})
	}, staff.EndAttachment, func(state *attachment.State) domain.StaffID {
		ended, _ := state.Attachment(c.Attachment)
		return ended.Advisor
	})
}
