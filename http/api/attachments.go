package api

import (
	"context"

	"guishu/commands"
	"guishu/commands/ledger"
	"guishu/domain"
	"guishu/http/question"
)

// attachmentRoutes are about the advisors of a customer.
func (a *API) attachmentRoutes() {
	const area = "下挂 Attachments"
	list(a, area, "/v1/attachments", question.Attachments())
	list(a, area, "/v1/customers/{customer}/attachments", question.CustomerAttachments())
	list(a, area, "/v1/customers/{customer}/contacts", question.Contacts())
	list(a, area, "/v1/attachment-requests", question.AttachmentRequests())
	command[commands.AttachAdvisor](a, area, "/v1/customers/{customer}/attachments")
	telling(a, area, "/v1/attachment-look-ups", a.lookUpToAttach)
	command[commands.RequestAttachment](a, area, "/v1/customers/{customer}/attachment-requests")
	command[commands.ApproveAttachment](a, area, "/v1/customers/{customer}/attachment-requests/{attachment}/approval")
	command[commands.RefuseAttachment](a, area, "/v1/customers/{customer}/attachment-requests/{attachment}/refusal")
	command[commands.WithdrawAttachmentRequest](a, area, "/v1/customers/{customer}/attachment-requests/{attachment}/withdrawal")
	command[commands.EndAttachment](a, area, "/v1/customers/{customer}/attachments/{attachment}/end")
	command[commands.RecordContact](a, area, "/v1/customers/{customer}/contacts")
}

// attachable is a customer whom the asker may ask to be attached to.
type attachable struct {
	ledger.Answer
	Customer domain.CustomerID              `json:"customer"`
	Home     *question.Named[domain.UnitID] `json:"home" doc:"客户归属机构，其负责人审批。 The customer's home unit, whose head decides."`
}

func (c attachable) taken() ledger.Answer { return c.Answer }

func (a *API) lookUpToAttach(ctx context.Context, call ledger.Call, c commands.LookUpToAttach) (attachable, error) {
	found, err := ledger.Ask(ctx, a.Ledger, call, c)
	home := a.Records.For(ctx, ExchangeOf(ctx).Principal, question.Chinese).Department(found.Home)
	return attachable{Answer: found.Answer, Customer: found.Customer, Home: home}, err
}
