package organisation

import (
	"slices"
	"strings"

	"guishu/domain"
)

// Establishing is a unit to be added. Code and Name are taken without the spaces
// around them; Line and Model may be empty, which inherits the parent's.
type Establishing struct {
	Unit   domain.UnitID
	Parent domain.UnitID // zero for the root
	Code   string
	Name   string
	Kind   domain.UnitKind
	Line   domain.BusinessLine
	Model  domain.OwnershipModel
}

// longestName is how many characters a unit's name may have, longestCode a code.
// deepest is how many levels the tree may have; departments stand below departments
// without end otherwise, and no index holds a path of any length.
const (
	longestName = 100
	longestCode = 32
	deepest     = 20
)

// Establish adds a unit. There is one root; any other unit has an open
// parent of a higher level, a code of its own, and no line that contradicts a
// unit above it. An outlet with exclusive ownership has a line.
func (t *Tree) Establish(in Establishing) ([]any, error) {
	in.Code, in.Name = strings.TrimSpace(in.Code), strings.TrimSpace(in.Name)
	if err := in.check(); err != nil {
		return nil, err
	}
	if t.Unit(in.Unit).Known() || t.ByCode(in.Code).Known() {
		return nil, ErrDuplicate.At("code")
	}
	parent, err := t.parentFor(in)
	if err != nil {
		return nil, err
	}
	unit := Unit{ID: in.Unit, Kind: in.Kind, ownLine: in.Line, ownModel: in.Model}.below(parent)
	if parent.Line != "" && unit.Line != parent.Line {
		return nil, ErrLine.At("line")
	}
	if unit.Model == "" {
		return nil, domain.ErrFormRequired.At("model")
	}
	if unit.lacksLine() {
		return nil, ErrLine.At("line")
	}
	return []any{UnitEstablished{
		Unit: in.Unit, Parent: in.Parent, Code: in.Code, Name: in.Name,
		Kind: in.Kind, Line: in.Line, Model: in.Model,
	}}, nil
}

func (in Establishing) check() error {
	switch {
	case in.Unit.IsZero():
		return domain.ErrFormRequired.At("unit")
	case in.Code == "":
		return domain.ErrFormRequired.At("code")
	case !in.Kind.Valid():
		return domain.ErrFormValue.At("kind")
	case in.Line != "" && !in.Line.Valid():
		return domain.ErrFormValue.At("line")
	case in.Model != "" && !in.Model.Valid():
		return domain.ErrFormValue.At("model")
	}
	if err := domain.CheckLine(in.Code, "code", longestCode); err != nil {
		return err
	}
	return checkName(in.Name)
}

// parentFor is the parent the unit would have, the zero Unit for the root.
func (t *Tree) parentFor(in Establishing) (Unit, error) {
	if in.Parent.IsZero() {
		switch {
		case !t.root.IsZero():
			return Unit{}, domain.ErrFormRequired.At("parent")
		case !in.Kind.MayBeRoot():
			return Unit{}, ErrLevel.At("kind")
		}
		return Unit{}, nil
	}
	parent := t.Unit(in.Parent)
	if err := at(parent.Usable(), "parent"); err != nil {
		return Unit{}, err
	}
	switch {
	case !in.Kind.MayStandBelow(parent.Kind):
		return Unit{}, ErrLevel.At("kind")
	case parent.Path.Depth() >= deepest:
		return Unit{}, ErrLevel.At("parent")
	}
	return parent, nil
}

// Rename gives an open unit another name; no events when it has it already.
func (t *Tree) Rename(id domain.UnitID, name string) ([]any, error) {
	unit, name := t.Unit(id), strings.TrimSpace(name)
	if err := at(unit.Usable(), "unit"); err != nil {
		return nil, err
	}
	if err := checkName(name); err != nil {
		return nil, err
	}
	if name == unit.Name {
		return nil, nil
	}
	return []any{UnitRenamed{Unit: id, Name: name}}, nil
}

// Move puts an open unit with all below it under another open parent: of a
// higher level, not within the unit itself, and so that nobody's business line
// changes, because ownership was decided under it. A unit that served
// both lines may come under one. No events when the parent stays the same.
func (t *Tree) Move(id, parent domain.UnitID) ([]any, error) {
	unit, above := t.Unit(id), t.Unit(parent)
	if err := at(unit.Usable(), "unit"); err != nil {
		return nil, err
	}
	if err := at(above.Usable(), "parent"); err != nil {
		return nil, err
	}
	switch {
	case unit.Path.Contains(above.Path):
		return nil, domain.ErrUnitCycle.At("parent")
	case unit.Parent == parent:
		return nil, nil
	case !unit.Kind.MayStandBelow(above.Kind), above.Path.Depth()+t.height(unit) > deepest:
		return nil, ErrLevel.At("parent")
	}
	if !t.keepsLines(unit, above) {
		return nil, ErrLine.At("parent")
	}
	return []any{UnitMoved{Unit: id, Parent: parent}}, nil
}

// keepsLines says whether unit and all below it would keep the line they have,
// were they below the other parent.
func (t *Tree) keepsLines(unit, above Unit) bool {
	moved := map[domain.UnitID]Unit{above.ID: above}
	unit.Parent = above.ID
	subtree := t.subtree(unit)
	subtree[0] = unit
	for _, before := range subtree {
		parent := moved[before.Parent]
		after := before.below(parent)
		contradicts := parent.Line != "" && after.Line != parent.Line
		if contradicts || (before.Line != "" && after.Line != before.Line) || after.lacksLine() {
			return false
		}
		moved[after.ID] = after
	}
	return true
}

// Close ends a unit. staffBelow is how many active members of staff it has, with
// all units below it.
func (t *Tree) Close(id domain.UnitID, staffBelow int, reason string) ([]any, error) {
	unit, reason := t.Unit(id), strings.TrimSpace(reason)
	if err := at(unit.Usable(), "unit"); err != nil {
		return nil, err
	}
	switch {
	case unit.open > 0:
		return nil, ErrInUse.At("unit").With("reason", "units")
	case staffBelow > 0:
		return nil, ErrInUse.At("unit").With("reason", "staff")
	case domain.Wordless(reason):
		return nil, domain.ErrFormRequired.At("reason")
	}
	return []any{UnitClosed{Unit: id, Reason: reason}}, nil
}

// lacksLine says that an outlet with exclusive ownership has no business line,
// without which none of its customers has a slot.
func (u Unit) lacksLine() bool {
	return u.Kind == domain.Outlet && u.Model == domain.Exclusive && u.Line == ""
}

// height is how many levels the unit has with all below it.
func (t *Tree) height(unit Unit) int {
	below := t.subtree(unit)
	return below[len(below)-1].Path.Depth() - unit.Path.Depth() + 1
}

// subtree is the unit and all below it, parents before children.
func (t *Tree) subtree(top Unit) []Unit {
	below := []Unit{top}
	for unit := range t.Units() {
		if unit.ID != top.ID && top.Path.Contains(unit.Path) {
			below = append(below, unit)
		}
	}
	slices.SortFunc(below[1:], func(a, b Unit) int {
		if byDepth := a.Path.Depth() - b.Path.Depth(); byDepth != 0 {
			return byDepth
		}
		return a.ID.Compare(b.ID)
	})
	return below
}

func checkName(name string) error {
	if name == "" {
		return domain.ErrFormRequired.At("name")
	}
	return domain.CheckLine(name, "name", longestName)
}

// at says which field a refusal is about.
func at(err error, field string) error {
	refusal, ok := domain.AsError(err)
	if !ok {
		return err
	}
	return refusal.At(field)
}
