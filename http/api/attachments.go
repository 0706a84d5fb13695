package api

import "guishu/http/question"

// attachmentRoutes are about the advisors of a customer.
func (a *API) attachmentRoutes() {
	const area = "下挂 Attachments"
	// Attachments within the reader's scope, in the order of entry.
	list(a, area, "/v1/attachments", question.Attachments())
	// The advisors of one customer, in the order of entry (B-30, B-31).
	list(a, area, "/v1/customers/{customer}/attachments", question.CustomerAttachments())
	// The contacts on record with a customer.
	list(a, area, "/v1/customers/{customer}/contacts", question.Contacts())
	// Attach an advisor; the position of the entry is what counts (B-31).
	command(a, area, given("/v1/customers/{customer}/attachments", "attach-advisor", "下挂财富管理师", "Attach an advisor"), a.Ledger.AttachAdvisor)
	// End an attachment.
	command(a, area, given("/v1/customers/{customer}/attachments/{attachment}/end", "end-attachment", "结束下挂", "End an attachment"), a.Ledger.EndAttachment)
	// Record a contact with the customer.
	command(a, area, given("/v1/customers/{customer}/contacts", "record-contact", "客户联络记录", "Record a contact"), a.Ledger.RecordContact)
}
