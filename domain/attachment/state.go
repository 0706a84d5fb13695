package attachment

import (
	"slices"

	"guishu/domain"
)

// State is who is and was attached to one customer. The zero State has nobody.
type State struct {
	attachments []Attachment // in the order of entry
	requests    []Request    // in the order in which they were made
}

// Attachment is one advisor's time with the customer. Its entry keeps the
// position that priority is decided by (B-31).
type Attachment struct {
	ID      domain.AttachmentID
	Advisor domain.StaffID
	Unit    domain.UnitID
	Entry   domain.Fact
	End     domain.Fact // zero while it lasts
	Reason  string      // of the end
}

// Active says that the attachment has not ended.
func (a Attachment) Active() bool { return a.End.Position == 0 }

// Apply folds one event in.
func (s *State) Apply(event any, fact domain.Fact) {
	switch e := event.(type) {
	case Attached:
		s.attachments = append(s.attachments, Attachment{ID: e.Attachment, Advisor: e.Advisor, Unit: e.Unit, Entry: fact})
	case Ended:
		for i := range s.attachments {
			if s.attachments[i].ID == e.Attachment {
				s.attachments[i].End, s.attachments[i].Reason = fact, e.Reason
			}
		}
	case Requested:
		s.requests = append(s.requests, Request{ID: e.Attachment, Advisor: e.Advisor, Unit: e.Unit, Reason: e.Reason, Status: RequestPending})
	case RequestApproved:
		s.answered(e.Attachment, RequestGranted)
	case RequestRefused:
		s.answered(e.Attachment, RequestDenied)
	case RequestWithdrawn:
		s.answered(e.Attachment, RequestTakenBack)
	}
}

// Clone is a copy that can be changed apart.
func (s *State) Clone() *State { return &State{slices.Clone(s.attachments), slices.Clone(s.requests)} }

// All is every attachment there ever was, in the order of entry (C-02).
func (s *State) All() []Attachment { return slices.Clone(s.attachments) }

// Active is the attachments that last, in the order of entry.
func (s *State) Active() []Attachment {
	var active []Attachment
	for _, a := range s.attachments {
		if a.Active() {
			active = append(active, a)
		}
	}
	return active
}

// Of is an advisor's attachment that lasts; false when there is none.
func (s *State) Of(advisor domain.StaffID) (Attachment, bool) {
	return s.find(func(a Attachment) bool { return a.Advisor == advisor && a.Active() })
}

// Attachment is the one with that id, lasting or ended.
func (s *State) Attachment(id domain.AttachmentID) (Attachment, bool) {
	return s.find(func(a Attachment) bool { return a.ID == id })
}

// EndedByAnother says whether the advisor's last attachment was ended by somebody
// else: not by the advisor, nor by the ledger as with a departure, nor by history
// that came in under a migration batch (W-03).
func (s *State) EndedByAnother(advisor domain.StaffID) bool {
	for _, a := range slices.Backward(s.attachments) {
		if a.Advisor == advisor {
			return !a.Active() && !a.End.Actor.IsZero() && a.End.Actor != advisor && a.End.Batch.IsZero()
		}
	}
	return false
}

// EverAttached says whether the advisor is or was attached.
func (s *State) EverAttached(advisor domain.StaffID) bool {
	_, found := s.find(func(a Attachment) bool { return a.Advisor == advisor })
	return found
}

func (s *State) find(holds func(Attachment) bool) (Attachment, bool) {
	i := slices.IndexFunc(s.attachments, holds)
	if i < 0 {
		return Attachment{}, false
	}
	return s.attachments[i], true
}
