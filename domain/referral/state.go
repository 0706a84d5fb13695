package referral

import "guishu/domain"

// State is one referral. The zero State does not exist yet.
type State struct {
	Terms  Offered
	Status Status // as the events say; see On
}

// Known says whether the referral was offered.
func (s *State) Known() bool { return s.Status != "" }

// On is where the referral stands on a day.
func (s *State) On(day domain.Date) Status {
	if s.Status == StatusOffered && day.After(s.Terms.ExpiresOn) {
		return StatusExpired
	}
	return s.Status
}

// Apply folds one event in.
func (s *State) Apply(event any, _ domain.Fact) {
	switch e := event.(type) {
	case Offered:
		s.Terms, s.Status = e, StatusOffered
	case Accepted:
		s.Status = StatusAccepted
	case Rejected:
		s.Status = StatusRejected
	case Cancelled:
		s.Status = StatusCancelled
	}
}

// Clone is a copy that can change apart.
func (s *State) Clone() *State {
	clone := *s
	return &clone
}
