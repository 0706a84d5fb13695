package staff

import (
	"slices"

	"guishu/domain"
)

// State is a member of staff, folded from their stream. The zero State is
// somebody who was never hired.
type State struct {
	Staff      domain.StaffID
	EmployeeNo string
	Login      string
	Name       domain.Personal
	Unit       domain.UnitID
	Superior   domain.StaffID
	HiredBy    domain.StaffID // zero where the ledger itself did
	Departed   bool
	LeftOn     domain.Date
	LeftAt     domain.Position // of the departure, zero while employed
	Grants     []Held          // in the order they were granted
	Requests   []Request       // every request ever, in the order they were made
}

// Held is a role somebody holds at a unit.
type Held struct {
	Role       domain.Role
	Unit       domain.UnitID
	ApprovedBy domain.StaffID // zero for the first administrator
	Since      domain.Position
}

// Request is a request for access and where it stands.
type Request struct {
	Request     domain.RequestID
	Role        domain.Role
	Unit        domain.UnitID
	RequestedBy domain.StaffID
	Status      RequestStatus
}

// RequestStatus is where a request for access stands.
type RequestStatus string

// The values of RequestStatus.
const (
	RequestPending   RequestStatus = "PENDING"
	RequestGranted   RequestStatus = "GRANTED"
	RequestRefused   RequestStatus = "REFUSED"
	RequestWithdrawn RequestStatus = "WITHDRAWN"
	RequestLapsed    RequestStatus = "LAPSED" // the member of staff left, or left the unit
)

// RequestStatuses is every request status.
var RequestStatuses = domain.NewEnumeration(domain.ErrFormValue.At("status"),
	domain.Named(RequestPending, "待审批", "pending"),
	domain.Named(RequestGranted, "已授权", "granted"),
	domain.Named(RequestRefused, "未同意", "refused"),
	domain.Named(RequestWithdrawn, "已撤回", "withdrawn"),
	domain.Named(RequestLapsed, "已失效", "lapsed"),
)

// Valid says whether r is one of RequestStatuses.
func (r RequestStatus) Valid() bool { return RequestStatuses.Valid(r) }

// Words is every value with its names.
func (RequestStatus) Words() []domain.Word { return RequestStatuses.Words() }

// Exists says whether the member of staff was ever hired.
func (s *State) Exists() bool { return !s.Staff.IsZero() }

// Active says whether the member of staff is employed: hired and not departed.
func (s *State) Active() bool { return s.Exists() && !s.Departed }

// Holds says whether the member of staff holds the role at the unit.
func (s *State) Holds(role domain.Role, unit domain.UnitID) bool {
	return slices.ContainsFunc(s.Grants, func(h Held) bool { return h.Role == role && h.Unit == unit })
}

// First says whether this is the ledger's first administrator, whose role nobody
// approved.
func (s *State) First() bool {
	return slices.ContainsFunc(s.Grants, func(h Held) bool { return h.Role == domain.RoleAdministrator && h.ApprovedBy.IsZero() })
}

// Pending gives the requests for access that nobody has answered.
func (s *State) Pending() []Request {
	var pending []Request
	for _, r := range s.Requests {
		if r.Status == RequestPending {
			pending = append(pending, r)
		}
	}
	return pending
}

// Request gives a request for access by its id.
func (s *State) Request(id domain.RequestID) (Request, bool) {
	at := s.request(id)
	if at < 0 {
		return Request{}, false
	}
	return s.Requests[at], true
}

func (s *State) request(id domain.RequestID) int {
	return slices.IndexFunc(s.Requests, func(r Request) bool { return r.Request == id })
}

// Clone gives a state that can change apart from this one.
func (s *State) Clone() *State {
	clone := *s
	clone.Grants = slices.Clone(s.Grants)
	clone.Requests = slices.Clone(s.Requests)
	return &clone
}

// Apply folds one event.
func (s *State) Apply(event any, fact domain.Fact) {
	switch e := event.(type) {
	case Hired:
		s.Staff, s.EmployeeNo, s.Login, s.Name = e.Staff, e.EmployeeNo, e.Login, e.Name
		s.Unit, s.Superior, s.HiredBy = e.Unit, e.Superior, fact.Actor
	case AccessRequested:
		s.Requests = append(s.Requests, Request{
			Request: e.Request, Role: e.Role, Unit: e.Unit, RequestedBy: e.RequestedBy, Status: RequestPending,
		})
	case AccessGranted:
		s.answer(e.Request, RequestGranted)
		s.Grants = append(s.Grants, Held{Role: e.Role, Unit: e.Unit, ApprovedBy: e.ApprovedBy, Since: fact.Position})
	case AccessRefused:
		s.answer(e.Request, RequestRefused)
	case AccessWithdrawn:
		s.answer(e.Request, RequestWithdrawn)
	case AccessRevoked:
		s.Grants = slices.DeleteFunc(s.Grants, func(h Held) bool { return h.Role == e.Role && h.Unit == e.Unit })
	case Transferred:
		s.Unit, s.Superior = e.To, e.Superior
		s.Grants = slices.DeleteFunc(s.Grants, func(h Held) bool { return h.Unit == e.From })
		s.lapse(func(r Request) bool { return r.Unit == e.From })
	case Departed:
		s.Departed, s.LeftOn, s.LeftAt, s.Grants = true, e.On, fact.Position, nil
		s.lapse(func(Request) bool { return true })
	}
}

func (s *State) answer(id domain.RequestID, status RequestStatus) {
	if at := s.request(id); at >= 0 {
		s.Requests[at].Status = status
	}
}

func (s *State) lapse(which func(Request) bool) {
	for i, r := range s.Requests {
		if r.Status == RequestPending && which(r) {
			s.Requests[i].Status = RequestLapsed
		}
	}
}
