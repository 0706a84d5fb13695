// Package organisation is the tree of units: head office, branches, outlets and
// departments, each with its business line and ownership model.
// The whole tree is one stream, so that a parent always exists and no cycle can
// form, whoever changes it at the same time.
package organisation

import "guishu/domain"

// Stream is the name of the one stream that holds the tree.
const Stream = "organisation"

// UnitEstablished adds a unit below its parent; the root has none.
type UnitEstablished struct {
	Unit   domain.UnitID
	Parent domain.UnitID
	Code   string // the unit's own number in the firm, unique in the tree
	Name   string
	Kind   domain.UnitKind
	Line   domain.BusinessLine   // empty above the outlets: serves both lines
	Model  domain.OwnershipModel // EXCLUSIVE (bank) or ATTACHED (wealth)
}

// UnitRenamed gives a unit another name.
type UnitRenamed struct {
	Unit domain.UnitID
	Name string
}

// UnitMoved puts a unit, with everything below it, under another parent.
type UnitMoved struct {
	Unit   domain.UnitID
	Parent domain.UnitID
}

// UnitClosed ends a unit that has neither open units nor staff below it.
type UnitClosed struct {
	Unit   domain.UnitID
	Reason string
}

// Events describes every event of the tree.
func Events() []domain.EventType {
	return []domain.EventType{
		domain.DescribeEvent[UnitEstablished]("organisation.unit-established", 1),
		domain.DescribeEvent[UnitRenamed]("organisation.unit-renamed", 1),
		domain.DescribeEvent[UnitMoved]("organisation.unit-moved", 1),
		domain.DescribeEvent[UnitClosed]("organisation.unit-closed", 1),
	}
}
