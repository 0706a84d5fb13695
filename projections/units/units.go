// Package units is the read model of the organisation's units, with their path in the
// tree. Other read models keep a row's unit only; where a unit moves, its path changes
// here and nowhere else.
package units

import (
	"fmt"
	"slices"
	"time"

	"guishu/domain"
	"guishu/domain/organisation"
	"guishu/projections"
	"guishu/projections/query"
)

// Unit is a unit as it is now.
type Unit struct {
	Unit          domain.UnitID
	Parent        domain.UnitID // zero for the root
	Code          string
	Name          string
	Kind          domain.UnitKind
	OwnLine       domain.BusinessLine
	Line          domain.BusinessLine // own or inherited, empty where it serves both
	OwnModel      domain.OwnershipModel
	Model         domain.OwnershipModel // own or inherited
	Path          domain.Path
	Closed        bool
	ClosedReason  string
	EstablishedAt time.Time
	Position      domain.Position // of its establishment
}

// Columns are a unit's columns.
func Columns() []projections.Column[Unit] {
	return []projections.Column[Unit]{
		projections.UUID("unit", func(r *Unit) *domain.UnitID { return &r.Unit }),
		projections.UUID("parent", func(r *Unit) *domain.UnitID { return &r.Parent }),
		projections.Text("code", func(r *Unit) *string { return &r.Code }),
		projections.Text("name", func(r *Unit) *string { return &r.Name }),
		projections.Text("kind", func(r *Unit) *domain.UnitKind { return &r.Kind }),
		projections.Text("own_line", func(r *Unit) *domain.BusinessLine { return &r.OwnLine }),
		projections.Text("line", func(r *Unit) *domain.BusinessLine { return &r.Line }),
		projections.Text("own_model", func(r *Unit) *domain.OwnershipModel { return &r.OwnModel }),
		projections.Text("model", func(r *Unit) *domain.OwnershipModel { return &r.Model }),
		projections.Text("path", func(r *Unit) *domain.Path { return &r.Path }),
		projections.Bool("closed", func(r *Unit) *bool { return &r.Closed }),
		projections.Text("closed_reason", func(r *Unit) *string { return &r.ClosedReason }),
		projections.Time("established_at", func(r *Unit) *time.Time { return &r.EstablishedAt }),
		projections.Int("position", func(r *Unit) *domain.Position { return &r.Position }),
	}
}

type model struct {
	units    *projections.Table[domain.UnitID, Unit]
	children *projections.Lookup[domain.UnitID, domain.UnitID, Unit]
}

// Model is the read model.
func Model() projections.Model {
	m := &model{units: projections.NewTable("units", func(r *Unit) *domain.UnitID { return &r.Unit }, 1, Columns()...).
		Indexed("(path)", "(code)", "(parent)", "(name, unit)").
		Small("as many as the firm has")}
	m.children = projections.NewLookup(m.units, "parent", func(r *Unit) *domain.UnitID { return &r.Parent })
	return projections.Model{
		Name: "units", Version: 1,
		Answers: "the tree of units, by which every scope is found",
		Tables:  []projections.TableDefinition{m.units},
		Handlers: []projections.Handler{
			projections.On(m.established), projections.On(m.renamed), projections.On(m.moved), projections.On(m.closed),
		},
	}
}

func (m *model) established(tx *projections.Tx, e organisation.UnitEstablished, at *projections.Event) error {
	unit := Unit{
		Unit: e.Unit, Parent: e.Parent, Code: e.Code, Name: e.Name, Kind: e.Kind,
		OwnLine: e.Line, OwnModel: e.Model, EstablishedAt: at.EffectiveAt, Position: at.Position,
	}
	var parent Unit
	if !e.Parent.IsZero() {
		var found bool
		if parent, found = m.units.Get(tx, e.Parent); !found {
			return missing(e.Parent)
		}
	}
	unit.below(parent)
	m.units.Create(tx, unit)
	return nil
}

func (m *model) renamed(tx *projections.Tx, e organisation.UnitRenamed, _ *projections.Event) error {
	return m.units.Change(tx, e.Unit, func(unit *Unit) { unit.Name = e.Name })
}

func (m *model) closed(tx *projections.Tx, e organisation.UnitClosed, _ *projections.Event) error {
	return m.units.Change(tx, e.Unit, func(unit *Unit) { unit.Closed, unit.ClosedReason = true, e.Reason })
}

// moved puts the unit, and with it everything below it, elsewhere.
func (m *model) moved(tx *projections.Tx, e organisation.UnitMoved, _ *projections.Event) error {
	unit, found := m.units.Get(tx, e.Unit)
	parent, foundParent := m.units.Get(tx, e.Parent)
	if !found {
		return missing(e.Unit)
	}
	if !foundParent {
		return missing(e.Parent)
	}
	m.units.Delete(tx, e.Unit) // so that it is found below its new parent
	unit.Parent = e.Parent
	unit.below(parent)
	m.units.Create(tx, unit)
	m.takeAlong(tx, unit)
	return nil
}

// takeAlong gives everything below a unit its new path, line and model.
func (m *model) takeAlong(tx *projections.Tx, parent Unit) {
	children := m.children.Keys(tx, parent.Unit)
	slices.SortFunc(children, domain.UnitID.Compare)
	for _, id := range children {
		if child := m.units.Edit(tx, id); child != nil && child.Parent == parent.Unit {
			child.below(parent)
			m.takeAlong(tx, *child)
		}
	}
}

// below takes on what follows from the parent.
func (u *Unit) below(parent Unit) {
	u.Path = domain.RootPath(u.Unit)
	if parent.Path != "" {
		u.Path = parent.Path + u.Path[1:]
	}
	u.Line, u.Model = u.OwnLine, u.OwnModel
	if u.Line == "" {
		u.Line = parent.Line
	}
	if u.Model == "" {
		u.Model = parent.Model
	}
}

func missing(unit domain.UnitID) error { return fmt.Errorf("unit %s is not there", unit) }

// Query chooses units.
type Query struct {
	Below  domain.Path // this unit and all below it; empty for all
	Parent domain.UnitID
	Code   string
	Kind   domain.UnitKind
	Line   domain.BusinessLine
	Name   string // begins with
	Open   bool   // leave out closed ones
}

// Units is the list of units, parents before what is below them unless sorted otherwise.
func Units() query.List[Query, Unit] {
	return query.List[Query, Unit]{
		Models:   []string{"units"},
		Key:      "unit",
		Unscoped: "everybody knows where the firm's units are",
		Sorts: []query.Sort{
			{Name: "tree", Columns: []string{"path"}},
			{Name: "name", Columns: []string{"name", "unit"}},
		},
		Rows: func(_ query.Reader, q Query) query.Rows[Unit] {
			return query.Rows[Unit]{Columns: Columns(), From: "read.units", Where: q.where()}
		},
	}
}

func (q Query) where() query.Where {
	var w query.Where
	if q.Below != "" {
		w.Prefix("path", string(q.Below))
	}
	query.Equal(&w, "parent", q.Parent)
	query.Equal(&w, "code", q.Code)
	query.Equal(&w, "kind", q.Kind)
	query.Equal(&w, "line", q.Line)
	if q.Name != "" {
		w.Prefix("name", q.Name)
	}
	if q.Open {
		w.And("NOT closed")
	}
	return w
}
