package attachment

import (
	"slices"
	"strings"
	"unicode/utf8"

	"guishu/domain"
)

// Request is an advisor's request to be attached (B-30).
type Request struct {
	ID      domain.AttachmentID // that the attachment has when it is approved
	Advisor domain.StaffID
	Unit    domain.UnitID // the advisor's, when asked
	Reason  string
	Status  AskingStatus
}

// Request is the request with that id; false when there is none.
func (s *State) Request(id domain.AttachmentID) (Request, bool) {
	i := slices.IndexFunc(s.requests, func(r Request) bool { return r.ID == id })
	if i < 0 {
		return Request{}, false
	}
	return s.requests[i], true
}

func (s *State) answered(id domain.AttachmentID, status AskingStatus) {
	for i := range s.requests {
		if s.requests[i].ID == id {
			s.requests[i].Status = status
		}
	}
}

// Ask has an advisor ask to be attached to a customer, with a reason. It needs what
// attaching needs, but for the approval that it asks for, and there is one request of
// an advisor at a time (B-30).
//
// Errors: those of Attach but ErrApprovalRequired, ErrRequestPending, ErrFormRequired
// and ErrFormValue at reason.
func (s *State) Ask(in Attaching, reason string) ([]any, error) {
	reason, err := reasonOf(reason)
	if err != nil {
		return nil, err
	}
	if err := s.fits(in); err != nil {
		return nil, err
	}
	if slices.ContainsFunc(s.requests, func(r Request) bool { return r.Advisor == in.Advisor && r.Status == RequestPending }) {
		return nil, ErrRequestPending
	}
	return []any{Requested{Attachment: in.Attachment, Customer: in.Customer, Advisor: in.Advisor, Unit: in.Unit, Home: in.Home, Reason: reason}}, nil
}

// Approve attaches the advisor of a request, at the position of the approval: asking
// gives nobody priority. Nobody approves for themselves (B-30).
//
// Errors: ErrRequestNotPending, ErrSelfApproval, and those of Attach but
// ErrApprovalRequired.
func (s *State) Approve(in Attaching, approver domain.StaffID) ([]any, error) {
	if request, _ := s.Request(in.Attachment); request.Status != RequestPending {
		return nil, ErrRequestNotPending
	}
	if approver == in.Advisor {
		return nil, ErrSelfApproval
	}
	if err := s.fits(in); err != nil {
		return nil, err
	}
	return []any{RequestApproved{Attachment: in.Attachment, Customer: in.Customer, Advisor: in.Advisor}, in.attached()}, nil
}

// Refuse refuses a request with a reason. Errors: ErrRequestNotPending,
// ErrFormRequired, ErrFormValue.
func (s *State) Refuse(customer domain.CustomerID, id domain.AttachmentID, reason string) ([]any, error) {
	request, _ := s.Request(id)
	if request.Status != RequestPending {
		return nil, ErrRequestNotPending
	}
	reason, err := reasonOf(reason)
	if err != nil {
		return nil, err
	}
	return []any{RequestRefused{Attachment: id, Customer: customer, Advisor: request.Advisor, Reason: reason}}, nil
}

// Withdraw takes a request back. Errors: ErrRequestNotPending.
func (s *State) Withdraw(customer domain.CustomerID, id domain.AttachmentID) ([]any, error) {
	request, _ := s.Request(id)
	if request.Status != RequestPending {
		return nil, ErrRequestNotPending
	}
	return []any{RequestWithdrawn{Attachment: id, Customer: customer, Advisor: request.Advisor}}, nil
}

// reasonOf is a reason without the blanks around it. Errors: ErrFormRequired,
// ErrFormValue.
func reasonOf(text string) (string, error) {
	text = strings.TrimSpace(text)
	switch {
	case domain.Wordless(text):
		return "", domain.ErrFormRequired.At("reason")
	case utf8.RuneCountInString(text) > longestReason:
		return "", domain.ErrFormValue.At("reason")
	}
	return text, nil
}
