package http

import (
	"time"

	"guishu/domain"
	"guishu/projections/ownership"
)

// ownershipAddress asks who owned a customer at a moment.
type ownershipAddress struct {
	Fresh
	Moment
	Customer domain.CustomerID `path:"customer"`
}

// ownershipAnswer is who owned a customer, and how that came to be.
type ownershipAnswer struct {
	Customer domain.CustomerID `json:"customer"`
	AsOf     *time.Time        `json:"as_of,omitempty"`
	KnownAt  *time.Time        `json:"known_at,omitempty"`
	Owners   []slotOwner       `json:"owners" doc:"A line that nobody owned then is left out."`
	History  []slotChange      `json:"history" doc:"Every change up to then, by the business's time."`
}

// slotOwner is who owned a customer in a line.
type slotOwner struct {
	Line     domain.BusinessLine    `json:"line"`
	Staff    *named[domain.StaffID] `json:"staff"`
	Unit     *named[domain.UnitID]  `json:"unit,omitempty" doc:"The owner's, when it became so."`
	Since    *time.Time             `json:"since"`
	Position domain.Position        `json:"position" doc:"Of the event that made it so."`
}

// slotChange is a change of a slot's owner.
type slotChange struct {
	Line        domain.BusinessLine    `json:"line"`
	Kind        ownership.ChangeKind   `json:"kind"`
	Owner       *named[domain.StaffID] `json:"owner,omitempty" doc:"From then on."`
	Before      *named[domain.StaffID] `json:"before,omitempty" doc:"Until then."`
	Unit        *named[domain.UnitID]  `json:"unit,omitempty" doc:"The owner's."`
	Application domain.ApplicationID   `json:"application,omitempty"`
	Reason      string                 `json:"reason,omitempty"`
	EffectiveAt *time.Time             `json:"effective_at"`
	RecordedAt  *time.Time             `json:"recorded_at"`
	Asserted    bool                   `json:"asserted" doc:"The effective time was typed in or imported."`
	Batch       domain.BatchID         `json:"batch,omitempty"`
	Actor       *named[domain.StaffID] `json:"actor,omitempty"`
	Position    domain.Position        `json:"position"`
}

// ownership answers who owned a customer on that day, and what was known then.
func (s *Server) ownership(a *asking, in *ownershipAddress) (ownershipAnswer, error) {
	if _, err := a.reach(in.Customer); err != nil {
		return ownershipAnswer{}, err
	}
	asOf, knownAt, err := in.times(s.Location)
	if err != nil {
		return ownershipAnswer{}, err
	}
	moment := ownership.Moment{AsOf: asOf, KnownAt: knownAt}
	owners, err := ownership.At(a.ctx, s.Read, in.Customer, moment)
	if err != nil {
		return ownershipAnswer{}, err
	}
	changes, err := ownership.History(a.ctx, s.Read, in.Customer, moment)
	if err != nil {
		return ownershipAnswer{}, err
	}
	shown := ownershipAnswer{Customer: in.Customer, AsOf: a.when(asOf), KnownAt: a.when(knownAt), Owners: []slotOwner{}, History: []slotChange{}}
	for _, o := range owners {
		shown.Owners = append(shown.Owners, slotOwner{Line: o.Line, Staff: a.colleague(o.Owner), Unit: a.department(o.Unit), Since: a.when(o.EffectiveAt), Position: o.Position})
	}
	for _, c := range changes {
		shown.History = append(shown.History, slotChange{
			Line: c.Line, Kind: c.Kind, Owner: a.colleague(c.Owner), Before: a.colleague(c.Before), Unit: a.department(c.Unit),
			Application: c.Application, Reason: c.Reason,
			EffectiveAt: a.when(c.EffectiveAt), RecordedAt: a.when(c.RecordedAt), Asserted: c.Asserted, Batch: c.Batch, Actor: a.colleague(c.Actor), Position: c.Position,
		})
	}
	return shown, nil
}
