package question

import (
	"time"

	"guishu/commands/ledger"
	"guishu/domain"
	"guishu/domain/staff"
	"guishu/projections/ownership"
)

// OwnershipAddress asks who owned a customer at a moment.
type OwnershipAddress struct {
	Fresh
	Moment
	Customer domain.CustomerID `path:"customer"`
}

// Ownership is who owned a customer, and how that came to be.
type Ownership struct {
	Customer *Named[domain.CustomerID] `json:"customer"`
	AsOf     time.Time                 `json:"as_of,omitzero" doc:"按业务时间的当时。 As it was then, by the business's time."`
	KnownAt  time.Time                 `json:"known_at,omitzero" doc:"按记录时间的当时。 As far as was recorded then."`
	Owners   []SlotOwner               `json:"owners" doc:"当时无人归属的条线不列。 A line that nobody owned then is left out."`
	History  []SlotChange              `json:"history" doc:"至当时为止的每次变更，按业务时间。 Every change up to then, by the business's time."`
}

// SlotOwner is who owned a customer in a line.
type SlotOwner struct {
	Line     domain.BusinessLine    `json:"line"`
	Staff    *Named[domain.StaffID] `json:"staff"`
	Unit     *Named[domain.UnitID]  `json:"unit,omitempty" doc:"成为归属人时其所在机构。 The owner's, when it became so."`
	Since    time.Time              `json:"since"`
	Position domain.Position        `json:"position" doc:"使其如此的事件的位置。 Of the event that made it so."`
}

// SlotChange is a change of a slot's owner.
type SlotChange struct {
	Line        domain.BusinessLine    `json:"line"`
	Kind        ownership.ChangeKind   `json:"kind"`
	Owner       *Named[domain.StaffID] `json:"owner,omitempty" doc:"此后的客户经理。 From then on."`
	Before      *Named[domain.StaffID] `json:"before,omitempty" doc:"此前的客户经理。 Until then."`
	Unit        *Named[domain.UnitID]  `json:"unit,omitempty" doc:"客户经理所在机构。 The owner's."`
	Application domain.ApplicationID   `json:"application,omitempty"`
	Reason      string                 `json:"reason,omitempty"`
	EffectiveAt time.Time              `json:"effective_at"`
	RecordedAt  time.Time              `json:"recorded_at"`
	Asserted    bool                   `json:"asserted"`
	Batch       *Named[domain.BatchID] `json:"batch,omitempty"`
	Actor       *Named[domain.StaffID] `json:"actor,omitempty"`
	Position    domain.Position        `json:"position"`
}

// OneOwnership is who owned a customer on a day, and what was known then (A-70,
// C-02, C-07).
func OneOwnership() Single[*OwnershipAddress, Ownership] {
	return Single[*OwnershipAddress, Ownership]{
		About: About{
			Name: "get-ownership", Title: ledger.Say("归属历史", "Ownership history"), Needs: staff.ReadCustomers, Models: append(customerModels(), "ownership_history"),
			Does: ledger.Say("查看客户在某一时点归谁，以及当时已知的情况。", "Shows who owned a customer at a moment, and what was known then."),
		},
		Find: findOwnership,
	}
}

func findOwnership(r *Reader, scope staff.Scope, in *OwnershipAddress) (Ownership, error) {
	if err := r.about(scope, in.Customer); err != nil {
		return Ownership{}, err
	}
	asOf, knownAt, err := in.times(r.Location)
	if err != nil {
		return Ownership{}, err
	}
	moment := ownership.Moment{AsOf: asOf, KnownAt: knownAt}
	owners, err := ownership.At(r.ctx, r.Read, in.Customer, moment)
	if err != nil {
		return Ownership{}, err
	}
	changes, err := ownership.History(r.ctx, r.Read, in.Customer, moment)
	if err != nil {
		return Ownership{}, err
	}
	shown := Ownership{
		Customer: r.client(in.Customer, domain.UnitID{}, false), AsOf: r.when(asOf), KnownAt: r.when(knownAt),
		Owners: []SlotOwner{}, History: []SlotChange{},
	}
	for _, o := range owners {
		shown.Owners = append(shown.Owners, SlotOwner{
			Line: o.Line, Staff: r.Colleague(o.Owner), Unit: r.Department(o.Unit), Since: r.when(o.EffectiveAt), Position: o.Position,
		})
	}
	for _, c := range changes {
		shown.History = append(shown.History, SlotChange{
			Line: c.Line, Kind: c.Kind, Owner: r.Colleague(c.Owner), Before: r.Colleague(c.Before), Unit: r.Department(c.Unit),
			Application: c.Application, Reason: c.Reason, EffectiveAt: r.when(c.EffectiveAt), RecordedAt: r.when(c.RecordedAt),
			Asserted: c.Asserted, Batch: r.batch(c.Batch), Actor: r.Colleague(c.Actor), Position: c.Position,
		})
	}
	return shown, nil
}
