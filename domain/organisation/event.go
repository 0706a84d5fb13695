// Package organisation is the tree of units: head office, branches, outlets and
// departments, each with its business line and ownership model.
// The whole tree is one stream, so that a parent always exists and no cycle can
// form, whoever changes it at the same time.
package organisation

import (
	"guishu/domain"

	"github.com/google/uuid"
)

// Stream is the name of the one stream that holds the tree.
const Stream = "organisation"

// UnitEstablished adds a unit below its parent; the root has none.
type UnitEstablished struct {
	Unit   domain.UnitID         `label:"机构|Unit"`
	Parent domain.UnitID         `label:"上级机构|Parent unit"`
	Code   string                `label:"机构代码|Unit code"` // the unit's own number in the firm, unique in the tree
	Name   string                `label:"机构名称|Unit name"`
	Kind   domain.UnitKind       `label:"机构类型|Kind of unit"`
	Line   domain.BusinessLine   `label:"业务条线|Business line"`   // empty above the outlets: serves both lines
	Model  domain.OwnershipModel `label:"归属模式|Ownership model"` // EXCLUSIVE (bank) or ATTACHED (wealth)
}

// UnitRenamed gives a unit another name.
type UnitRenamed struct {
	Unit domain.UnitID `label:"机构|Unit"`
	Name string        `label:"新名称|New name"`
}

// UnitMoved puts a unit, with everything below it, under another parent.
type UnitMoved struct {
	Unit   domain.UnitID `label:"机构|Unit"`
	Parent domain.UnitID `label:"新上级机构|New parent unit"`
}

// UnitClosed ends a unit that has neither open units nor staff below it.
type UnitClosed struct {
	Unit   domain.UnitID `label:"机构|Unit"`
	Reason string        `label:"撤销原因|Reason"`
}

// Made is the unit.
func (e UnitEstablished) Made() uuid.UUID { return e.Unit.UUID() }
