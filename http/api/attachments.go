package api

import (
	"guishu/commands"
	"guishu/http/question"
)

// attachmentRoutes are about the advisors of a customer.
func (a *API) attachmentRoutes() {
	const area = "下挂 Attachments"
	list(a, area, "/v1/attachments", question.Attachments())
	list(a, area, "/v1/customers/{customer}/attachments", question.CustomerAttachments())
	list(a, area, "/v1/customers/{customer}/contacts", question.Contacts())
	command[commands.AttachAdvisor](a, area, "/v1/customers/{customer}/attachments")
	command[commands.RequestAttachment](a, area, "/v1/customers/{customer}/attachment-requests")
	command[commands.ApproveAttachment](a, area, "/v1/customers/{customer}/attachment-requests/{attachment}/approval")
	command[commands.RefuseAttachment](a, area, "/v1/customers/{customer}/attachment-requests/{attachment}/refusal")
	command[commands.WithdrawAttachmentRequest](a, area, "/v1/customers/{customer}/attachment-requests/{attachment}/withdrawal")
	command[commands.EndAttachment](a, area, "/v1/customers/{customer}/attachments/{attachment}/end")
	command[commands.RecordContact](a, area, "/v1/customers/{customer}/contacts")
}
