package migration

import "guishu/domain"

// Status is how far a batch is.
type Status string

// The states of a batch: PROPOSED, then APPROVED or REFUSED; an approved one is
// CLOSED in the end.
const (
	StatusProposed Status = "PROPOSED"
	StatusApproved Status = "APPROVED"
	StatusRefused  Status = "REFUSED"
	StatusClosed   Status = "CLOSED"
)

// Statuses is every status.
var Statuses = domain.NewEnumeration(domain.ErrFormValue.At("status"),
	domain.Named(StatusProposed, "待批准", "proposed"),
	domain.Named(StatusApproved, "已批准", "approved"),
	domain.Named(StatusRefused, "未批准", "refused"),
	domain.Named(StatusClosed, "已结束", "closed"),
)

// Valid says whether s is one of Statuses.
func (s Status) Valid() bool { return Statuses.Valid(s) }

// Words is every value with its names.
func (Status) Words() []domain.Word { return Statuses.Words() }

// State is a batch as its events tell. The zero State does not exist yet.
type State struct {
	Batch      domain.BatchID
	Status     Status // empty before it is proposed
	Name       string
	Sources    []Source
	ProposedBy domain.StaffID
	ClosedBy   domain.StaffID
}

// Apply folds one event in.
func (s *State) Apply(event any, fact domain.Fact) {
	switch e := event.(type) {
	case Proposed:
		s.Batch, s.Status, s.Name, s.Sources, s.ProposedBy = e.Batch, StatusProposed, e.Name, e.Sources, e.ProposedBy
	case Approved:
		s.Status = StatusApproved
	case Refused:
		s.Status = StatusRefused
	case Closed:
		s.Status, s.ClosedBy = StatusClosed, fact.Actor
	}
}

// Clone is a copy that can be changed apart. Sources are never changed in place,
// so the copies share them.
func (s *State) Clone() *State {
	clone := *s
	return &clone
}

// Admit says whether a fact may come under the batch now: it is approved and not
// closed. Errors: ErrNotApproved, ErrState.
func (s *State) Admit() error {
	switch s.Status {
	case StatusApproved:
		return nil
	case StatusClosed:
		return stateRefusal(s.Status)
	}
	return ErrNotApproved
}

func stateRefusal(status Status) error {
	if status == "" {
		status = "NONE"
	}
	return ErrState.With("state", string(status))
}
