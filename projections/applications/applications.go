// Package applications is the read model of applications for customer relations: the
// approver's inbox and an applicant's own.
package applications

import (
	"time"

	"guishu/domain"
	"guishu/domain/ownership"
	"guishu/projections"
	"guishu/projections/query"
)

// Application is an application as it is now.
type Application struct {
	Application     domain.ApplicationID
	Kind            ownership.ApplicationKind
	Customer        domain.CustomerID
	Line            domain.BusinessLine
	Applicant       domain.StaffID
	Unit            domain.UnitID // the applicant's
	HomeUnit        domain.UnitID // the customer's, when filed
	HasPhone        bool          // the application brings a phone
	NewOwner        domain.StaffID
	Reason          string
	Status          ownership.ApplicationStatus
	ConsentedBy     domain.StaffID // the home outlet's head, zero for none
	DecidedBy       domain.StaffID
	DecidedAt       time.Time
	RejectReason    string
	Winner          domain.ApplicationID // SUPERSEDED: by this one
	FiledAt         time.Time            // by the business's account
	RecordedAt      time.Time
	Position        domain.Position // earlier is smaller
	ChangedPosition domain.Position
}

func columns() []projections.Column[Application] {
	return []projections.Column[Application]{
		projections.UUID("application", func(r *Application) *domain.ApplicationID { return &r.Application }),
		projections.Text("kind", func(r *Application) *ownership.ApplicationKind { return &r.Kind }),
		projections.UUID("customer", func(r *Application) *domain.CustomerID { return &r.Customer }),
		projections.Text("line", func(r *Application) *domain.BusinessLine { return &r.Line }),
		projections.UUID("applicant", func(r *Application) *domain.StaffID { return &r.Applicant }),
		projections.UUID("unit", func(r *Application) *domain.UnitID { return &r.Unit }),
		projections.UUID("home_unit", func(r *Application) *domain.UnitID { return &r.HomeUnit }),
		projections.Bool("has_phone", func(r *Application) *bool { return &r.HasPhone }),
		projections.UUID("new_owner", func(r *Application) *domain.StaffID { return &r.NewOwner }),
		projections.Text("reason", func(r *Application) *string { return &r.Reason }),
		projections.Text("status", func(r *Application) *ownership.ApplicationStatus { return &r.Status }),
		projections.UUID("consented_by", func(r *Application) *domain.StaffID { return &r.ConsentedBy }),
		projections.UUID("decided_by", func(r *Application) *domain.StaffID { return &r.DecidedBy }),
		projections.Time("decided_at", func(r *Application) *time.Time { return &r.DecidedAt }),
		projections.Text("reject_reason", func(r *Application) *string { return &r.RejectReason }),
		projections.UUID("winner", func(r *Application) *domain.ApplicationID { return &r.Winner }),
		projections.Time("filed_at", func(r *Application) *time.Time { return &r.FiledAt }),
		projections.Time("recorded_at", func(r *Application) *time.Time { return &r.RecordedAt }),
		projections.Int("position", func(r *Application) *domain.Position { return &r.Position }),
		projections.Int("changed_position", func(r *Application) *domain.Position { return &r.ChangedPosition }),
	}
}

type model struct {
	applications *projections.Table[domain.ApplicationID, Application]
}

// Model is the read model. It and its table are called claims in every database.
func Model() projections.Model {
	m := &model{projections.NewTable("claims", func(r *Application) *domain.ApplicationID { return &r.Application }, 1, columns()...).
		Indexed("(position)", "(status, position)", "(kind, position)", "(filed_at)", "(unit, status, position)", "(home_unit, status, position)", "(applicant, position)", "(customer, position)")}
	return projections.Model{
		Name: "claims", Version: 1,
		Answers: "the approver's inbox with its filters (A-11), an applicant's own applications",
		Tables:  []projections.TableDefinition{m.applications},
		Handlers: []projections.Handler{
			projections.On(m.filed), projections.On(m.consented), projections.On(m.approved),
			projections.On(m.rejected), projections.On(m.withdrawn), projections.On(m.superseded),
		},
	}
}

func (m *model) filed(tx *projections.Tx, e ownership.ClaimFiled, at *projections.Event) error {
	m.applications.Create(tx, Application{
		Application: e.Application, Kind: e.Kind, Customer: e.Customer, Line: e.Line, Applicant: e.Applicant,
		Unit: e.Unit, HomeUnit: e.HomeUnit, HasPhone: !e.Phone.IsZero(), NewOwner: e.NewOwner, Reason: e.Reason,
		Status: ownership.ApplicationPending, FiledAt: at.EffectiveAt, RecordedAt: at.RecordedAt,
		Position: at.Position, ChangedPosition: at.Position,
	})
	return nil
}

func (m *model) consented(tx *projections.Tx, e ownership.HomeHeadConsented, at *projections.Event) error {
	return m.change(tx, e.Application, at, func(a *Application) { a.ConsentedBy = e.By })
}

func (m *model) approved(tx *projections.Tx, e ownership.ClaimApproved, at *projections.Event) error {
	return m.change(tx, e.Application, at, func(a *Application) {
		a.Status, a.DecidedBy, a.DecidedAt = ownership.ApplicationApproved, e.Approver, at.EffectiveAt
	})
}

func (m *model) rejected(tx *projections.Tx, e ownership.ClaimRejected, at *projections.Event) error {
	return m.change(tx, e.Application, at, func(a *Application) {
		a.Status, a.DecidedBy, a.DecidedAt, a.RejectReason = ownership.ApplicationRejected, e.Approver, at.EffectiveAt, e.Reason
	})
}

func (m *model) withdrawn(tx *projections.Tx, e ownership.ClaimWithdrawn, at *projections.Event) error {
	return m.change(tx, e.Application, at, func(a *Application) {
		a.Status, a.DecidedBy, a.DecidedAt = ownership.ApplicationWithdrawn, a.Applicant, at.EffectiveAt
	})
}

func (m *model) superseded(tx *projections.Tx, e ownership.ClaimSuperseded, at *projections.Event) error {
	return m.change(tx, e.Application, at, func(a *Application) {
		a.Status, a.DecidedAt, a.Winner = ownership.ApplicationSuperseded, at.EffectiveAt, e.Winner
	})
}

func (m *model) change(tx *projections.Tx, id domain.ApplicationID, at *projections.Event, change func(*Application)) error {
	return m.applications.Change(tx, id, func(row *Application) {
		change(row)
		row.ChangedPosition = at.Position
	})
}

// Query chooses applications. A reader's own ones are those that they filed. A
// jurisdiction holds those filed in it, and those for customers in it whose head's
// consent is asked.
type Query struct {
	Status      ownership.ApplicationStatus
	Kind        ownership.ApplicationKind // 申请事项
	Line        domain.BusinessLine
	Unit        domain.UnitID // 申请机构, exactly
	Below       domain.Path   // … or below
	Applicant   domain.StaffID
	ApplicantNo string // 客户经理号
	Customer    domain.CustomerID
	Filed       query.Days // 申请日期
}

// Listed is an application in a list, with the names that lists show.
type Listed struct {
	Application
	UnitName      string
	UnitCode      string
	HomeUnitName  string
	ApplicantNo   string
	ApplicantName string
	CustomerNo    string
	CustomerName  string
	NewOwnerName  string
}

const listed = `read.claims c
	LEFT JOIN read.units u ON u.unit = c.unit
	LEFT JOIN read.units h ON h.unit = c.home_unit
	LEFT JOIN read.staff a ON a.staff = c.applicant
	LEFT JOIN read.staff n ON n.staff = c.new_owner
	LEFT JOIN read.customers k ON k.customer = c.customer`

func listedColumns() []projections.Column[Listed] {
	return append(projections.Joined("c", columns(), func(l *Listed) *Application { return &l.Application }),
		projections.Text("u.name", func(r *Listed) *string { return &r.UnitName }),
		projections.Text("u.code", func(r *Listed) *string { return &r.UnitCode }),
		projections.Text("h.name", func(r *Listed) *string { return &r.HomeUnitName }),
		projections.Text("a.employee_no", func(r *Listed) *string { return &r.ApplicantNo }),
		projections.Text("a.name", func(r *Listed) *string { return &r.ApplicantName }),
		projections.Text("k.customer_no", func(r *Listed) *string { return &r.CustomerNo }),
		projections.Text("k.name", func(r *Listed) *string { return &r.CustomerName }),
		projections.Text("n.name", func(r *Listed) *string { return &r.NewOwnerName }),
	)
}

// Applications is the list of applications, the oldest first unless sorted otherwise.
func Applications() query.List[Query, Listed] {
	return query.List[Query, Listed]{
		Models: []string{"claims", "customers", "staff", "units"},
		Key:    "c.application",
		Sorts: []query.Sort{
			{Name: "oldest", Columns: []string{"c.position"}},
			{Name: "newest", Columns: []string{"c.position"}, Descending: true},
		},
		Rows: func(reader query.Reader, q Query) query.Rows[Listed] {
			return query.Rows[Listed]{Columns: listedColumns(), From: listed, Counted: "read.claims c", Where: q.where(reader)}
		},
	}
}

func (q Query) where(reader query.Reader) query.Where {
	var w query.Where
	w.Within(reader, "c.line", "c.applicant = ?", "c.unit", "c.home_unit")
	query.Equal(&w, "c.status", q.Status)
	query.Equal(&w, "c.kind", q.Kind)
	query.Equal(&w, "c.line", q.Line)
	query.Equal(&w, "c.unit", q.Unit)
	query.Equal(&w, "c.applicant", q.Applicant)
	query.Equal(&w, "c.customer", q.Customer)
	if q.ApplicantNo != "" {
		w.And("c.applicant = ANY (ARRAY(SELECT staff FROM read.staff WHERE employee_no = ?))", q.ApplicantNo)
	}
	if q.Below != "" {
		w.Below("c.unit", q.Below)
	}
	w.OnDays("c.filed_at", q.Filed)
	return w
}
