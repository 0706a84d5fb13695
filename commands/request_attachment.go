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

// RequestAttachment asks that the actor be attached to a customer whom somebody else
// entered, and whom the actor may read, was attached to, or found by a look-up of
// today (A-77, B-30).
type RequestAttachment struct {
	Customer domain.CustomerID `json:"customer"`
	Reason   string            `json:"reason"`
}

// unattachable is what nobody can be attached for.
var unattachable = slices.Concat(absentStaff, []domain.Code{
	attachment.ErrAlreadyAttached, attachment.ErrModel, attachment.ErrDate, organisation.ErrLine, customer.ErrErased,
})

var requestAttachment = ledger.Verb{
	Name: "request-attachment", Needs: staff.RequestAttachment,
	Title:   ledger.Say("申请下挂", "Request an attachment"),
	Does:    ledger.Say("申请下挂他人录入的客户；须先按客户号或证件查到该客户，由客户归属机构负责人批准。", "Asks to be attached to a customer whom somebody else entered, found by a look-up of today; the head of the customer's home unit approves."),
	Refuses: slices.Concat(unattachable, []domain.Code{attachment.ErrRequestPending}),
}

// Verb is request-attachment.
func (RequestAttachment) Verb() ledger.Verb { return requestAttachment }

// Run asks and answers with the id that the attachment will have.
func (c RequestAttachment) Run(ctx context.Context, t *ledger.Task) (ledger.Answer, error) {
	id := t.Made("attachment")
	actor := func(*attachment.State) domain.StaffID { return t.Actor() }
	return ledger.Write(ctx, t, theAttachments(c.Customer, id, actor, atTheAdvisors), func(ctx context.Context, s attachmentCase) ([]any, error) {
		if err := s.known(ctx, t); err != nil {
			return nil, err
		}
		attaching, err := s.attaching(ctx, t, domain.AttachmentID(id))
		if err != nil {
			return nil, err
		}
		return s.Ask(attaching, c.Reason)
	})
}
