package commands

import (
	"context"
	"slices"

	"guishu/commands/ledger"
	"guishu/domain"
	"guishu/domain/attachment"
	"guishu/domain/customer"
	"guishu/domain/organisation"
	"guishu/domain/staff"
)

// AttachAdvisor enters an advisor for a customer (下挂); the entry's position
// decides priority (B-29 … B-31).
type AttachAdvisor struct {
	Customer domain.CustomerID `json:"customer"`
	Advisor  domain.StaffID    `json:"advisor"`
}

var attachAdvisor = ledger.Verb{
	Name: "attach-advisor", Needs: staff.AttachAdvisor,
	Title: ledger.Say("下挂财富管理师", "Attach an advisor"),
	Does:  ledger.Say("为客户下挂财富管理师；下挂的先后决定业绩归属的优先顺序。", "Enters an advisor for a customer; the entry's position decides priority."),
	Refuses: slices.Concat(absentStaff, []domain.Code{
		attachment.ErrAlreadyAttached, attachment.ErrModel, attachment.ErrDate, organisation.ErrLine, customer.ErrErased,
	}),
}

// Verb is attach-advisor.
func (AttachAdvisor) Verb() ledger.Verb { return attachAdvisor }

// Run attaches and answers with the attachment's id.
func (c AttachAdvisor) Run(ctx context.Context, t *ledger.Task) (ledger.Answer, error) {
	id := t.Made("attachment")
	return ledger.Write(ctx, t, theAttachments(c.Customer, id, c.about), func(_ context.Context, s attachmentCase) ([]any, error) {
		if err := s.advisor.act(t); err != nil {
			return nil, err
		}
		if s.customer.Erased {
			return nil, customer.ErrErased
		}
		unit := s.advisor.unit
		return s.Attach(attachment.Attaching{
			Attachment: domain.AttachmentID(id), Customer: c.Customer, Advisor: c.Advisor,
			Unit: unit.ID, Model: unit.Model, Line: unit.Line, CustomerLine: s.home.Line,
			History: t.History(), Now: t.Now(),
		})
	})
}

func (c AttachAdvisor) about(*attachment.State) domain.StaffID { return c.Advisor }
