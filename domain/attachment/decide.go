package attachment

import (
	"strings"
	"time"
	"unicode/utf8"

	"guishu/domain"
	"guishu/domain/organisation"
	"guishu/domain/policy"
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
	Home         domain.UnitID         // the customer's
	HomeModel    domain.OwnershipModel // of that unit
	Self         bool                  // the advisor is who asks
	Entered      bool                  // the advisor entered the customer, or it was entered for them
	Rules        policy.AttachmentRules
	History      domain.History
	Now          time.Time
}

// longestReason is how many characters a reason may have.
const longestReason = 500

// Attach enters an advisor for the customer (B-29 … B-31). Several advisors may
// be attached, each once at a time; who is attached again starts anew with a
// later entry. The advisor's unit and the customer's home unit attach advisors (the
// ATTACHED model) and are of one line. Who attaches themselves to a customer
// whom somebody else entered needs approval, unless the policy leaves them free, and
// so does anybody whose attachment somebody else ended (B-30, W-03).
//
// Errors: ErrFormRequired, ErrModel, organisation.ErrLine,
// ErrAlreadyAttached, ErrDate, ErrApprovalRequired.
func (s *State) Attach(in Attaching) ([]any, error) {
	if err := s.fits(in); err != nil {
		return nil, err
	}
	if in.Self && !in.History.Approved() && s.needsApproval(in) {
		return nil, ErrApprovalRequired
	}
	return []any{in.attached()}, nil
}

func (in Attaching) attached() Attached {
	return Attached{Attachment: in.Attachment, Customer: in.Customer, Advisor: in.Advisor, Unit: in.Unit}
}

// needsApproval says whether an advisor cannot attach themselves.
func (s *State) needsApproval(in Attaching) bool {
	return s.EndedByAnother(in.Advisor) || !in.Entered && !in.Rules.FreeSelfAttach()
}

// fits is nil when the advisor could be attached, whoever says so.
func (s *State) fits(in Attaching) error {
	_, attached := s.Of(in.Advisor)
	switch {
	case in.Attachment.IsZero():
		return domain.ErrFormRequired.At("attachment")
	case in.Customer.IsZero():
		return domain.ErrFormRequired.At("customer")
	case in.Advisor.IsZero():
		return domain.ErrFormRequired.At("advisor")
	case in.Model != domain.Attached, in.HomeModel != domain.Attached && !in.History.Approved():
		return ErrModel
	case in.Line != "" && in.CustomerLine != "" && in.Line != in.CustomerLine:
		return organisation.ErrLine.At("advisor")
	case attached:
		return ErrAlreadyAttached
	case !in.History.Between(s.lastEnd(in.Advisor), in.Now):
		return ErrDate.At("effective_at")
	}
	return nil
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
