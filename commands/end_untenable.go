package commands

import (
	"context"

	"guishu/commands/ledger"
	"guishu/domain"
	"guishu/domain/attachment"

	"github.com/google/uuid"
)

// EndUntenable ends an attachment of an advisor who had left before, or to a customer who
// had been erased before: the reaction to every new attachment, never asked for by a
// person (L-04).
type EndUntenable struct {
	Customer   domain.CustomerID
	Attachment domain.AttachmentID
}

var endUntenable = ledger.Verb{
	Name: "end-untenable-attachment", ByLedger: true,
	Title: ledger.Say("结束不能成立的下挂", "End an untenable attachment"),
	Does:  ledger.Say("下挂时财富管理师已离职，或客户信息已删除的，由系统结束。", "Ends an attachment of an advisor who had left before, or to a customer who had been erased before."),
}

// Verb is end-untenable-attachment.
func (EndUntenable) Verb() ledger.Verb { return endUntenable }

// Run ends it; an attachment that may stand is left as it is.
func (c EndUntenable) Run(ctx context.Context, t *ledger.Task) (ledger.Answer, error) {
	return ledger.Write(ctx, t, theAttachments(c.Customer, uuid.UUID(c.Attachment), c.about, atTheAdvisors), func(_ context.Context, s attachmentCase) ([]any, error) {
		return s.EndUntenable(c.Customer, c.Attachment, s.advisor.member.LeftAt, s.customer.ErasedAt), nil
	})
}

func (c EndUntenable) about(s *attachment.State) domain.StaffID {
	entered, _ := s.Attachment(c.Attachment)
	return entered.Advisor
}

// Settled says whether the attachment does not last, or was not entered too late, by what
// the ledger holds.
func (c EndUntenable) Settled(ctx context.Context, l *ledger.Ledger) (bool, error) {
	of, err := ledger.Fold[attachment.State](ctx, l, attachmentStream(c.Customer))
	if err != nil {
		return false, err
	}
	left, erased, err := ends(ctx, l, c.about(of.State), c.Customer)
	if err != nil {
		return false, err
	}
	_, untenable := of.State.Untenable(c.Attachment, left, erased)
	return !untenable, nil
}
