// Package staff is the read model of the people who work with the ledger: where
// they belong, which roles they hold, and which access was asked for (B-28).
package staff

import (
	"context"
	"fmt"
	"time"

	"guishu/domain"
	"guishu/domain/identity"
	"guishu/domain/staff"
	"guishu/projections"
	"guishu/projections/query"
)

// Member is a member of staff as they are now.
type Member struct {
	Staff      domain.StaffID
	EmployeeNo string
	Login      string
	Name       string
	SortKey    string // of the name, in pinyin
	Unit       domain.UnitID
	Superior   domain.StaffID
	HiredAt    time.Time
	DepartedOn domain.Date // zero while employed
	Departed   bool
	Position   domain.Position
}

// Columns are a member's columns.
func Columns() []projections.Column[Member] {
	return []projections.Column[Member]{
		projections.UUID("staff", func(r *Member) *domain.StaffID { return &r.Staff }),
		projections.Text("employee_no", func(r *Member) *string { return &r.EmployeeNo }),
		projections.Text("login", func(r *Member) *string { return &r.Login }),
		projections.Text("name", func(r *Member) *string { return &r.Name }).Personal(projections.OfStaff),
		projections.Text("sort_key", func(r *Member) *string { return &r.SortKey }).Personal(projections.OfStaff),
		projections.UUID("unit", func(r *Member) *domain.UnitID { return &r.Unit }),
		projections.UUID("superior", func(r *Member) *domain.StaffID { return &r.Superior }),
		projections.Time("hired_at", func(r *Member) *time.Time { return &r.HiredAt }),
		projections.Day("departed_on", func(r *Member) *domain.Date { return &r.DepartedOn }),
		projections.Bool("departed", func(r *Member) *bool { return &r.Departed }),
		projections.Int("position", func(r *Member) *domain.Position { return &r.Position }),
	}
}

// grantKey is what makes a grant one.
type grantKey struct {
	Staff domain.StaffID
	Role  domain.Role
	Unit  domain.UnitID
}

// Grant is a role that somebody holds at a unit.
type Grant struct {
	grantKey
	ApprovedBy domain.StaffID
	Since      time.Time
	Position   domain.Position
}

func grantColumns() []projections.Column[Grant] {
	return []projections.Column[Grant]{
		projections.UUID("staff", func(r *Grant) *domain.StaffID { return &r.Staff }),
		projections.Text("role", func(r *Grant) *domain.Role { return &r.Role }),
		projections.UUID("unit", func(r *Grant) *domain.UnitID { return &r.Unit }),
		projections.UUID("approved_by", func(r *Grant) *domain.StaffID { return &r.ApprovedBy }),
		projections.Time("since", func(r *Grant) *time.Time { return &r.Since }),
		projections.Int("position", func(r *Grant) *domain.Position { return &r.Position }),
	}
}

// Request is a request that somebody may act in a role (B-28).
type Request struct {
	Request     domain.RequestID
	Staff       domain.StaffID
	Role        domain.Role
	Unit        domain.UnitID
	RequestedBy domain.StaffID
	RequestedAt time.Time
	Status      staff.RequestStatus
	DecidedBy   domain.StaffID
	DecidedAt   time.Time
	Reason      string
	Position    domain.Position
}

func requestColumns() []projections.Column[Request] {
	return []projections.Column[Request]{
		projections.UUID("request", func(r *Request) *domain.RequestID { return &r.Request }),
		projections.UUID("staff", func(r *Request) *domain.StaffID { return &r.Staff }),
		projections.Text("role", func(r *Request) *domain.Role { return &r.Role }),
		projections.UUID("unit", func(r *Request) *domain.UnitID { return &r.Unit }),
		projections.UUID("requested_by", func(r *Request) *domain.StaffID { return &r.RequestedBy }),
		projections.Time("requested_at", func(r *Request) *time.Time { return &r.RequestedAt }),
		projections.Text("status", func(r *Request) *staff.RequestStatus { return &r.Status }),
		projections.UUID("decided_by", func(r *Request) *domain.StaffID { return &r.DecidedBy }),
		projections.Time("decided_at", func(r *Request) *time.Time { return &r.DecidedAt }),
		projections.Text("reason", func(r *Request) *string { return &r.Reason }),
		projections.Int("position", func(r *Request) *domain.Position { return &r.Position }),
	}
}

type model struct {
	members    *projections.Table[domain.StaffID, Member]
	grants     *projections.Table[grantKey, Grant]
	grantsOf   *projections.Lookup[domain.StaffID, grantKey, Grant]
	requests   *projections.Table[domain.RequestID, Request]
	requestsOf *projections.Lookup[domain.StaffID, domain.RequestID, Request]
}

// Model is the read model.
func Model() projections.Model {
	m := &model{
		members: projections.NewTable("staff", func(r *Member) *domain.StaffID { return &r.Staff }, 1, Columns()...).
			Indexed("(employee_no)", "(unit, sort_key, staff)", "(sort_key, staff)", "(superior)", "(position, staff)", "(name)", "(replace(sort_key, ' ', ''))"),
		grants: projections.NewTable("staff_grants", func(r *Grant) *grantKey { return &r.grantKey }, 3, grantColumns()...),
		requests: projections.NewTable("staff_requests", func(r *Request) *domain.RequestID { return &r.Request }, 1, requestColumns()...).
			Indexed("(staff)", "(requested_by)", "(unit, position)", "(status, unit, position)", "(position)"),
	}
	m.grantsOf = projections.NewLookup(m.grants, "staff", func(r *Grant) *domain.StaffID { return &r.Staff })
	m.requestsOf = projections.NewLookup(m.requests, "staff", func(r *Request) *domain.StaffID { return &r.Staff })
	return projections.Model{
		Name: "staff", Version: 3,
		Answers: "who works where, under whom and in which roles; requests for access (B-28)",
		Tables:  []projections.TableDefinition{m.members, m.grants, m.requests},
		Handlers: []projections.Handler{
			projections.On(m.hired), projections.On(m.requested), projections.On(m.granted), projections.On(m.refused), projections.On(m.withdrawn),
			projections.On(m.revoked), projections.On(m.transferred), projections.On(m.departed),
		},
	}
}

func (m *model) hired(tx *projections.Tx, e staff.Hired, at *projections.Event) error {
	member := Member{
		Staff: e.Staff, EmployeeNo: e.EmployeeNo, Login: e.Login, Name: e.Name.Reveal(), Unit: e.Unit, Superior: e.Superior,
		HiredAt: at.EffectiveAt, Position: at.Position,
	}
	if name, err := identity.ParseName(member.Name); err == nil {
		member.SortKey = identity.PinyinOf(name, domain.Person).Sort()
	}
	m.members.Create(tx, member)
	return nil
}

func (m *model) requested(tx *projections.Tx, e staff.AccessRequested, at *projections.Event) error {
	m.requests.Create(tx, Request{
		Request: e.Request, Staff: e.Staff, Role: e.Role, Unit: e.Unit, RequestedBy: e.RequestedBy,
		RequestedAt: at.EffectiveAt, Status: staff.RequestPending, Position: at.Position,
	})
	return nil
}

func (m *model) granted(tx *projections.Tx, e staff.AccessGranted, at *projections.Event) error {
	// The first administrator's grant has no request of its own.
	if request := m.requests.Edit(tx, e.Request); request != nil {
		request.Status, request.DecidedBy, request.DecidedAt = staff.RequestGranted, e.ApprovedBy, at.EffectiveAt
	}
	m.grants.Create(tx, Grant{grantKey{e.Staff, e.Role, e.Unit}, e.ApprovedBy, at.EffectiveAt, at.Position})
	return nil
}

func (m *model) refused(tx *projections.Tx, e staff.AccessRefused, at *projections.Event) error {
	return m.requests.Change(tx, e.Request, func(request *Request) {
		request.Status, request.DecidedBy, request.DecidedAt, request.Reason = staff.RequestRefused, e.RefusedBy, at.EffectiveAt, e.Reason
	})
}

func (m *model) withdrawn(tx *projections.Tx, e staff.AccessWithdrawn, at *projections.Event) error {
	return m.requests.Change(tx, e.Request, func(request *Request) {
		request.Status, request.DecidedBy, request.DecidedAt = staff.RequestWithdrawn, e.WithdrawnBy, at.EffectiveAt
	})
}

func (m *model) revoked(tx *projections.Tx, e staff.AccessRevoked, _ *projections.Event) error {
	m.grants.Delete(tx, grantKey{e.Staff, e.Role, e.Unit})
	return nil
}

// transferred moves the member; roles held at the old unit end with it.
func (m *model) transferred(tx *projections.Tx, e staff.Transferred, _ *projections.Event) error {
	member := m.members.Edit(tx, e.Staff)
	if member == nil {
		return missing(e.Staff)
	}
	member.Unit, member.Superior = e.To, e.Superior
	for _, grant := range m.grantsOf.Keys(tx, e.Staff) {
		if grant.Unit == e.From {
			m.grants.Delete(tx, grant)
		}
	}
	return nil
}

// departed ends every access at once (B-28).
func (m *model) departed(tx *projections.Tx, e staff.Departed, at *projections.Event) error {
	member := m.members.Edit(tx, e.Staff)
	if member == nil {
		return missing(e.Staff)
	}
	member.Departed, member.DepartedOn = true, e.On
	for _, grant := range m.grantsOf.Keys(tx, e.Staff) {
		m.grants.Delete(tx, grant)
	}
	for _, id := range m.requestsOf.Keys(tx, e.Staff) {
		if request := m.requests.Edit(tx, id); request != nil && request.Status == staff.RequestPending {
			request.Status, request.DecidedAt = staff.RequestLapsed, at.EffectiveAt
		}
	}
	return nil
}

func missing(id domain.StaffID) error { return fmt.Errorf("member of staff %s is not there", id) }

// Query chooses members of staff.
type Query struct {
	Unit       domain.UnitID // exactly
	Below      domain.Path   // this unit or below it
	Role       domain.Role
	EmployeeNo string
	Name       string // begins with
	Superior   domain.StaffID
	Active     bool // leave out those who departed
}

// Members is the list of members of staff.
func Members() query.List[Query, Member] {
	return query.List[Query, Member]{
		Models: []string{"staff", "units"},
		Key:    "m.staff",
		Sorts: []query.Sort{
			{Name: "name", Columns: []string{"m.sort_key", "m.staff"}},
			{Name: "hired", Columns: []string{"m.position", "m.staff"}},
		},
		Rows: func(reader query.Reader, q Query) query.Rows[Member] {
			return query.Rows[Member]{Columns: prefixed(), From: "read.staff m", Where: q.where(reader)}
		},
	}
}

func (q Query) where(reader query.Reader) query.Where {
	var w query.Where
	w.Within(reader, "", "m.staff = ?", "m.unit")
	query.Equal(&w, "m.unit", q.Unit)
	query.Equal(&w, "m.superior", q.Superior)
	query.Equal(&w, "m.employee_no", q.EmployeeNo)
	if q.Below != "" {
		w.Below("m.unit", q.Below)
	}
	if q.Role != "" {
		w.And("EXISTS (SELECT 1 FROM read.staff_grants g WHERE g.staff = m.staff AND g.role = ?)", string(q.Role))
	}
	if q.Name != "" {
		named := "(" + w.PrefixCondition("m.name", q.Name) + ")"
		if pinyin := identity.PinyinQuery(q.Name); pinyin != "" {
			named += " OR (" + w.PrefixCondition("replace(m.sort_key, ' ', '')", pinyin) + ")"
		}
		w.And(named)
	}
	if q.Active {
		w.And("NOT m.departed")
	}
	return w
}

func prefixed() []projections.Column[Member] {
	return projections.Joined("m", Columns(), func(m *Member) *Member { return m })
}

// Grants gives the roles somebody holds.
func Grants(ctx context.Context, db query.DB, id domain.StaffID) ([]Grant, error) {
	var w query.Where
	w.And("staff = ?", id.UUID())
	return query.Select(ctx, db, grantColumns(), "read.staff_grants", w, "ORDER BY position, role, unit")
}

// RequestQuery chooses requests for access.
type RequestQuery struct {
	Staff  domain.StaffID
	Status staff.RequestStatus
}

// Requests is the list of requests for access, the oldest first.
func Requests() query.List[RequestQuery, Request] {
	return query.List[RequestQuery, Request]{
		Models: []string{"staff", "units"},
		Key:    "request",
		Sorts:  []query.Sort{{Name: "oldest", Columns: []string{"position"}}},
		Rows: func(reader query.Reader, q RequestQuery) query.Rows[Request] {
			var w query.Where
			w.Within(reader, "", "staff = ? OR requested_by = ?", "unit")
			query.Equal(&w, "staff", q.Staff)
			query.Equal(&w, "status", q.Status)
			return query.Rows[Request]{Columns: requestColumns(), From: "read.staff_requests", Where: w}
		},
	}
}
