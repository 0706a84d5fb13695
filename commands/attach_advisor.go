package commands

import (
	"context"
	"slices"

	"guishu/commands/ledger"
	"guishu/domain"
	"guishu/domain/attachment"
	"guishu/domain/staff"
)

// AttachAdvisor enters an advisor for a customer (下挂); the entry's position
// decides priority (B-29 … B-31). Advisors attach themselves to customers whom they
// entered; to anybody else's they ask to be attached (B-30, see RequestAttachment).
type AttachAdvisor struct {
	Customer domain.CustomerID `json:"customer"`
	Advisor  domain.StaffID    `json:"advisor"`
}

var attachAdvisor = ledger.Verb{
	Name: "attach-advisor", Needs: staff.AttachAdvisor,
	Title:   ledger.Say("下挂财富管理师", "Attach an advisor"),
	Does:    ledger.Say("为客户下挂财富管理师；下挂的先后决定业绩归属的优先顺序。下挂他人录入的客户须先申请。", "Enters an advisor for a customer; the entry's position decides priority. For oneself and somebody else's customer, request it instead."),
	Refuses: slices.Concat(unattachable, []domain.Code{attachment.ErrApprovalRequired}),
}

// Verb is attach-advisor.
func (AttachAdvisor) Verb() ledger.Verb { return attachAdvisor }

// Run attaches and answers with the attachment's id.
func (c AttachAdvisor) Run(ctx context.Context, t *ledger.Task) (ledger.Answer, error) {
	id := t.Made("attachment")
	return ledger.Write(ctx, t, theAttachments(c.Customer, id, c.about, atBoth), func(ctx context.Context, s attachmentCase) ([]any, error) {
		if err := s.known(ctx, t); err != nil {
			return nil, err
		}
		attaching, err := s.attaching(ctx, t, domain.AttachmentID(id))
		if err != nil {
			return nil, err
		}
		return s.Attach(attaching)
	})
}

func (c AttachAdvisor) about(*attachment.State) domain.StaffID { return c.Advisor }
