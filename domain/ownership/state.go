package ownership

import (
	"slices"

	"guishu/domain"
)

// State is a slot: a customer in a business line, with its owner and every
// application ever filed for it. The zero State is a slot nobody asked for yet.
type State struct {
	Customer     domain.CustomerID
	Line         domain.BusinessLine
	Owner        domain.StaffID // zero for none
	Unit         domain.UnitID  // the owner's, when the ownership was decided
	Application  domain.ApplicationID
	Since        domain.Position // of the event that made the owner
	Applications []Application   // in the order they were filed
}

// Application is an application for the slot and where it stands.
type Application struct {
	Application domain.ApplicationID
	Kind        ApplicationKind
	Applicant   domain.StaffID
	Unit        domain.UnitID // the applicant's; whoever decides must have it in their jurisdiction
	HomeUnit    domain.UnitID // the customer's, when filed; its head consents to crossing
	Phone       domain.Personal
	NewOwner    domain.StaffID // ADJUST only
	Reason      string
	Status      ApplicationStatus
	ConsentedBy domain.StaffID // the home outlet's head, zero for none
	DecidedBy   domain.StaffID
	Decided     domain.Position      // of the approval or rejection, 0 before
	Winner      domain.ApplicationID // SUPERSEDED only
	Filed       domain.Position      // earlier is smaller
}

// Pending says that nobody has decided the application.
func (a Application) Pending() bool { return a.Status == ApplicationPending }

// Establishes says that the application asks for a slot without an owner.
func (a Application) Establishes() bool {
	return a.Kind == EstablishRelation || a.Kind == CrossInstitution
}

// Gains is who would own the slot if the application were approved, zero if
// nobody would.
func (a Application) Gains() domain.StaffID {
	switch {
	case a.Establishes():
		return a.Applicant
	case a.Kind == AdjustRelation:
		return a.NewOwner
	}
	return domain.StaffID{}
}

// Owned says whether the slot has an owner.
func (s *State) Owned() bool { return !s.Owner.IsZero() }

// Find gives an application by its id.
func (s *State) Find(id domain.ApplicationID) (Application, bool) {
	at := s.find(id)
	if at < 0 {
		return Application{}, false
	}
	return s.Applications[at], true
}

// Pending gives the applications that nobody has decided, earliest first.
func (s *State) Pending() []Application {
	var pending []Application
	for _, a := range s.Applications {
		if a.Pending() {
			pending = append(pending, a)
		}
	}
	return pending
}

func (s *State) find(id domain.ApplicationID) int {
	return slices.IndexFunc(s.Applications, func(a Application) bool { return a.Application == id })
}

// Clone gives a state that can change apart from this one.
func (s *State) Clone() *State {
	clone := *s
	clone.Applications = slices.Clone(s.Applications)
	return &clone
}

// Apply folds one event.
func (s *State) Apply(event any, fact domain.Fact) {
	switch e := event.(type) {
	case ClaimFiled:
		s.Customer, s.Line = e.Customer, e.Line
		s.Applications = append(s.Applications, Application{
			Application: e.Application, Kind: e.Kind, Applicant: e.Applicant, Unit: e.Unit, HomeUnit: e.HomeUnit,
			Phone: e.Phone, NewOwner: e.NewOwner, Reason: e.Reason, Status: ApplicationPending, Filed: fact.Position,
		})
	case HomeHeadConsented:
		s.change(e.Application, func(a *Application) { a.ConsentedBy = e.By })
	case ClaimApproved:
		s.close(e.Application, ApplicationApproved, e.Approver, fact)
	case ClaimRejected:
		s.close(e.Application, ApplicationRejected, e.Approver, fact)
	case ClaimWithdrawn:
		s.change(e.Application, func(a *Application) { a.Status = ApplicationWithdrawn })
	case ClaimSuperseded:
		s.change(e.Application, func(a *Application) { a.Status, a.Winner = ApplicationSuperseded, e.Winner })
	case Established:
		s.Customer, s.Line = e.Customer, e.Line
		s.own(e.Owner, e.Unit, e.Application, fact.Position)
	case Adjusted:
		s.own(e.To, e.Unit, e.Application, fact.Position)
	case Dissolved:
		s.own(domain.StaffID{}, domain.UnitID{}, e.Application, fact.Position)
	}
}

func (s *State) own(owner domain.StaffID, unit domain.UnitID, by domain.ApplicationID, since domain.Position) {
	s.Owner, s.Unit, s.Application, s.Since = owner, unit, by, since
}

func (s *State) close(id domain.ApplicationID, status ApplicationStatus, by domain.StaffID, fact domain.Fact) {
	s.change(id, func(a *Application) { a.Status, a.DecidedBy, a.Decided = status, by, fact.Position })
}

func (s *State) change(id domain.ApplicationID, change func(*Application)) {
	if at := s.find(id); at >= 0 {
		change(&s.Applications[at])
	}
}
