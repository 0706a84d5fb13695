package http

import "net/http"

// attachmentRoutes are about the advisors of a customer.
func (s *Server) attachmentRoutes() {
	const area = "下挂 Attachments"
	// Attach an advisor; the position of the entry is what counts (B-31).
	command(s, area, route{http.MethodPost, "/v1/customers/{customer}/attachments", "attach-advisor", "下挂理财经理", "Attach an advisor", forStaff}, s.Ledger.AttachAdvisor)
	// End an attachment.
	command(s, area, route{http.MethodPost, "/v1/customers/{customer}/attachments/{attachment}/end", "end-attachment", "结束下挂", "End an attachment", forStaff}, s.Ledger.EndAttachment)
	// Record a contact with the customer.
	command(s, area, route{http.MethodPost, "/v1/customers/{customer}/contacts", "record-contact", "客户联络记录", "Record a contact", forStaff}, s.Ledger.RecordContact)
}
