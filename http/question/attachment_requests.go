package question

import (
	"time"

	"guishu/commands/ledger"
	"guishu/domain"
	"guishu/domain/attachment"
	"guishu/domain/staff"
	"guishu/projections/customers"
	"guishu/projections/requests"
)

// AttachmentRequestFilter narrows the list of requests to be attached.
type AttachmentRequestFilter struct {
	Paging
	Status   attachment.AskingStatus `query:"status" doc:"PENDING 即待批准。 PENDING for those that wait for an answer."`
	Customer domain.CustomerID       `query:"customer"`
	Advisor  domain.StaffID          `query:"advisor" doc:"申请人。 Who asks."`
}

// AttachmentRequest is a request to be attached as it is shown.
type AttachmentRequest struct {
	ID         domain.AttachmentID       `json:"id" doc:"批准后即下挂的编号。 Of the attachment, once it is approved."`
	Customer   *Named[domain.CustomerID] `json:"customer"`
	Home       *Named[domain.UnitID]     `json:"home" doc:"客户归属机构。 The customer's home unit."`
	Advisor    *Named[domain.StaffID]    `json:"advisor" doc:"申请人。 Who asks."`
	Unit       *Named[domain.UnitID]     `json:"unit" doc:"申请人所在机构。 The asker's."`
	Reason     string                    `json:"reason" doc:"申请的理由。 Why it is asked for."`
	Status     attachment.AskingStatus   `json:"status"`
	AskedAt    time.Time                 `json:"asked_at" doc:"申请的时间。 When it was asked for."`
	AnsweredBy *Named[domain.StaffID]    `json:"answered_by,omitempty" doc:"答复或撤回的人。 Who answered or withdrew it."`
	AnsweredAt time.Time                 `json:"answered_at,omitzero" doc:"批准、不同意或撤回的时间。 When it was approved, refused or withdrawn."`
	Refusal    string                    `json:"refusal,omitempty" doc:"不同意的原因。 Why it was refused."`
	Position   domain.Position           `json:"position"`
}

// AttachmentRequests are those that the reader made, or that are for customers of the
// reader's jurisdiction. Who asks does not see the customer by that (B-30).
func AttachmentRequests() List[*AttachmentRequestFilter, requests.Query, requests.Request, AttachmentRequest] {
	return List[*AttachmentRequestFilter, requests.Query, requests.Request, AttachmentRequest]{
		About: About{
			Name: "list-attachment-requests", Title: ledger.Say("下挂申请列表", "List requests for attachments"), Needs: staff.ReadCustomers, Models: customerModels(),
			Does: ledger.Say("列出下挂申请：本人提交的，或辖内客户的。", "Lists requests for attachments: one's own, or those for customers of one's jurisdiction."),
		},
		Of: requests.Requests(),
		Choose: func(_ *Reader, in *AttachmentRequestFilter) (requests.Query, error) {
			return requests.Query{Status: in.Status, Customer: in.Customer, Advisor: in.Advisor}, known("status", in.Status)
		},
		Prepare: func(r *Reader, rows []requests.Request) error {
			ids := make([]domain.CustomerID, len(rows))
			for i := range rows {
				ids[i] = rows[i].Customer
			}
			var err error
			r.called, err = customers.Called(r.ctx, r.Read, ids)
			return err
		},
		Show: func(r *Reader, row *requests.Request) AttachmentRequest {
			return AttachmentRequest{
				ID: row.Attachment, Customer: r.client(row.Customer, row.Home, false), Home: r.Department(row.Home),
				Advisor: r.Colleague(row.Advisor), Unit: r.Department(row.Unit), Reason: row.Reason, Status: row.Status,
				AskedAt: r.when(row.AskedAt), AnsweredBy: r.Colleague(row.AnsweredBy), AnsweredAt: r.when(row.AnsweredAt),
				Refusal: row.Refusal, Position: row.Position,
			}
		},
	}
}
