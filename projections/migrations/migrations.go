// Package migrations is the read model of imports of history (B-31).
package migrations

import (
	"time"

	"guishu/domain"
	"guishu/domain/migration"
	"guishu/projections"
	"guishu/projections/query"
)

// Batch is a migration batch as it is now.
type Batch struct {
	Batch      domain.BatchID
	Name       string
	Status     migration.Status
	Sources    []migration.Source
	ProposedBy domain.StaffID
	ProposedAt time.Time
	DecidedBy  domain.StaffID
	DecidedAt  time.Time
	Note       string // of the approval, or the reason of the refusal
	ApprovedAt domain.Position
	Imported   int
	Rejected   int
	ClosedAt   time.Time
	Position   domain.Position
}

func columns() []projections.Column[Batch] {
	return []projections.Column[Batch]{
		projections.UUID("batch", func(r *Batch) *domain.BatchID { return &r.Batch }),
		projections.Text("name", func(r *Batch) *string { return &r.Name }),
		projections.Text("status", func(r *Batch) *migration.Status { return &r.Status }),
		projections.Document("sources", func(r *Batch) *[]migration.Source { return &r.Sources }),
		projections.UUID("proposed_by", func(r *Batch) *domain.StaffID { return &r.ProposedBy }),
		projections.Time("proposed_at", func(r *Batch) *time.Time { return &r.ProposedAt }),
		projections.UUID("decided_by", func(r *Batch) *domain.StaffID { return &r.DecidedBy }),
		projections.Time("decided_at", func(r *Batch) *time.Time { return &r.DecidedAt }),
		projections.Text("note", func(r *Batch) *string { return &r.Note }),
		projections.Int("approved_position", func(r *Batch) *domain.Position { return &r.ApprovedAt }),
		projections.Int("imported", func(r *Batch) *int { return &r.Imported }),
		projections.Int("rejected", func(r *Batch) *int { return &r.Rejected }),
		projections.Time("closed_at", func(r *Batch) *time.Time { return &r.ClosedAt }),
		projections.Int("position", func(r *Batch) *domain.Position { return &r.Position }),
	}
}

type model struct {
	batches *projections.Table[domain.BatchID, Batch]
}

// Model is the read model.
func Model() projections.Model {
	m := &model{projections.NewTable("migrations", func(r *Batch) *domain.BatchID { return &r.Batch }, 1, columns()...).
		Indexed("(position)", "(status, position)")}
	return projections.Model{
		Name: "migrations", Version: 1,
		Answers: "imports of history and who approved them (B-31)",
		Tables:  []projections.TableDefinition{m.batches},
		Handlers: []projections.Handler{
			projections.On(m.proposed), projections.On(m.approved), projections.On(m.refused), projections.On(m.closed),
		},
	}
}

func (m *model) proposed(tx *projections.Tx, e migration.Proposed, at *projections.Event) error {
	m.batches.Create(tx, Batch{
		Batch: e.Batch, Name: e.Name, Status: migration.StatusProposed, Sources: e.Sources,
		ProposedBy: e.ProposedBy, ProposedAt: at.RecordedAt, Position: at.Position,
	})
	return nil
}

func (m *model) approved(tx *projections.Tx, e migration.Approved, at *projections.Event) error {
	return m.batches.Change(tx, e.Batch, func(b *Batch) {
		b.Status, b.DecidedBy, b.DecidedAt, b.Note, b.ApprovedAt = migration.StatusApproved, e.ApprovedBy, at.RecordedAt, e.Note, at.Position
	})
}

func (m *model) refused(tx *projections.Tx, e migration.Refused, at *projections.Event) error {
	return m.batches.Change(tx, e.Batch, func(b *Batch) {
		b.Status, b.DecidedBy, b.DecidedAt, b.Note = migration.StatusRefused, e.RefusedBy, at.RecordedAt, e.Reason
	})
}

func (m *model) closed(tx *projections.Tx, e migration.Closed, at *projections.Event) error {
	return m.batches.Change(tx, e.Batch, func(b *Batch) {
		b.Status, b.Imported, b.Rejected, b.ClosedAt = migration.StatusClosed, e.Imported, e.Rejected, at.RecordedAt
	})
}

// Query chooses batches.
type Query struct {
	Status migration.Status
}

// Migrations is the list of batches, the newest first.
func Migrations() query.List[Query, Batch] {
	return query.List[Query, Batch]{
		Models:   []string{"migrations"},
		Key:      "batch",
		Unscoped: "imports are the firm's as a whole",
		Sorts:    []query.Sort{{Name: "newest", Columns: []string{"position"}, Descending: true}},
		Rows: func(_ query.Reader, q Query) query.Rows[Batch] {
			var w query.Where
			query.Equal(&w, "status", q.Status)
			return query.Rows[Batch]{Columns: columns(), From: "read.migrations", Where: w}
		},
	}
}
