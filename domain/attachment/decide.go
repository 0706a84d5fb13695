package attachment

import (
	"strings"
	"time"
	"unicode/utf8"

	"guishu/domain"
	"guishu/domain/organisation"
)

// Attaching enters an advisor for a customer.
type Attaching struct {
	Attachment   domain.AttachmentID
	Customer     domain.CustomerID
	Advisor      domain.StaffID
	Unit         domain.UnitID         // the advisor's
	Model        domain.OwnershipModel // of that unit
	Line         domain.BusinessLine   // of that unit, empty when it serves both
	CustomerLine domain.BusinessLine   // of the customer's home unit, likewise
	History      domain.History
	Now          time.Time
}

// longestReason is how many characters a reason may have.
const longestReason = 500

// Attach enters an advisor for the customer (B-29 … B-31). Several advisors may
// be attached, each once at a time; who is attached again starts anew with a
// later entry. The advisor's unit attaches advisors (the ATTACHED model) and is
// of the customer's line.
//
// Errors: ErrFormRequired, ErrModel, organisation.ErrLine,
// ErrAlreadyAttached, ErrDate.
func (s *State) Attach(in Attaching) ([]any, error) {
	_, attached := s.Of(in.Advisor)
	switch {
	case in.Attachment.IsZero():
		return nil, domain.ErrFormRequired.At("attachment")
	case in.Customer.IsZero():
		return nil, domain.ErrFormRequired.At("customer")
	case in.Advisor.IsZero():
		return nil, domain.ErrFormRequired.At("advisor")
	case in.Model != domain.Attached:
		return nil, ErrModel
	case in.Line != "" && in.CustomerLine != "" && in.Line != in.CustomerLine:
		return nil, organisation.ErrLine.At("advisor")
	case attached:
		return nil, ErrAlreadyAttached
	case !in.History.Between(s.lastEnd(in.Advisor), in.Now):
		return nil, ErrDate.At("effective_at")
	}
	return []any{Attached{Attachment: in.Attachment, Customer: in.Customer, Advisor: in.Advisor, Unit: in.Unit}}, nil
}

// lastEnd is when the advisor's last attachment ended, the zero time if none did:
// a stated entry cannot reach back into it.
func (s *State) lastEnd(advisor domain.StaffID) time.Time {
	var last time.Time
	for _, a := range s.attachments {
		if a.Advisor == advisor && a.End.EffectiveAt.After(last) {
			last = a.End.EffectiveAt
		}
	}
	return last
}

// Ending ends an attachment.
type Ending struct {
	Customer   domain.CustomerID
	Attachment domain.AttachmentID
	Reason     string
	History    domain.History
	Now        time.Time
}

// End closes an attachment with its reason; it stays readable and keeps what it
// earned (B-27, C-02). Errors: ErrNotAttached, ErrEnded,
// ErrFormRequired, ErrFormValue, ErrDate.
func (s *State) End(in Ending) ([]any, error) {
	in.Reason = strings.TrimSpace(in.Reason)
	attachment, known := s.Attachment(in.Attachment)
	switch {
	case !known:
		return nil, ErrNotAttached
	case !attachment.Active():
		return nil, ErrEnded
	case domain.Wordless(in.Reason):
		return nil, domain.ErrFormRequired.At("reason")
	case utf8.RuneCountInString(in.Reason) > longestReason:
		return nil, domain.ErrFormValue.At("reason")
	case !in.History.Between(attachment.Entry.EffectiveAt, in.Now):
		return nil, ErrDate.At("effective_at")
	}
	return []any{Ended{Attachment: attachment.ID, Customer: in.Customer, Advisor: attachment.Advisor, Reason: in.Reason}}, nil
}
