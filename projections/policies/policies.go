// Package policies is the read model of the versions of the rules (B-01).
package policies

import (
	"time"

	"guishu/domain"
	"guishu/domain/policy"
	"guishu/projections"
	"guishu/projections/query"
)

// Policy is a published version.
type Policy struct {
	Version     int
	EffectiveOn domain.Date
	Rules       Rules
	Note        string
	PublishedBy domain.StaffID
	PublishedAt time.Time
	Position    domain.Position
}

// Rules is policy.Rules as the model keeps it: a part that came later is left out where
// a version was published without, so that its row stays what it was.
type Rules struct {
	Claim       policy.ClaimRules
	Attachment  policy.AttachmentRules `json:",omitzero"`
	Payment     policy.PaymentRules
	Attribution policy.AttributionRules
	Masking     policy.MaskingRules
}

func columns() []projections.Column[Policy] {
	return []projections.Column[Policy]{
		projections.Int("version", func(r *Policy) *int { return &r.Version }),
		projections.Day("effective_on", func(r *Policy) *domain.Date { return &r.EffectiveOn }),
		projections.Document("rules", func(r *Policy) *Rules { return &r.Rules }),
		projections.Text("note", func(r *Policy) *string { return &r.Note }),
		projections.UUID("published_by", func(r *Policy) *domain.StaffID { return &r.PublishedBy }),
		projections.Time("published_at", func(r *Policy) *time.Time { return &r.PublishedAt }),
		projections.Int("position", func(r *Policy) *domain.Position { return &r.Position }),
	}
}

// Model is the read model.
func Model() projections.Model {
	policies := projections.NewTable("policies", func(r *Policy) *int { return &r.Version }, 1, columns()...)
	return projections.Model{
		Name: "policies", Version: 1,
		Answers: "the versions of the rules (B-01)",
		Tables:  []projections.TableDefinition{policies},
		Handlers: []projections.Handler{
			projections.On(func(tx *projections.Tx, e policy.Published, at *projections.Event) error {
				policies.Create(tx, Policy{
					Version: e.Version, EffectiveOn: e.EffectiveOn, Rules: Rules(e.Rules), Note: e.Note,
					PublishedBy: at.Actor, PublishedAt: at.RecordedAt, Position: at.Position,
				})
				return nil
			}),
		},
	}
}

// Policies is the list of versions, the newest first.
func Policies() query.List[struct{}, Policy] {
	return query.List[struct{}, Policy]{
		Models:   []string{"policies"},
		Key:      "version",
		Unscoped: "the rules hold for everybody",
		Sorts:    []query.Sort{{Name: "newest", Columns: []string{"version"}, Descending: true}},
		Rows: func(query.Reader, struct{}) query.Rows[Policy] {
			return query.Rows[Policy]{Columns: columns(), From: "read.policies"}
		},
	}
}
