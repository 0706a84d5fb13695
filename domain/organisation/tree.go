package organisation

import (
	"iter"

	"guishu/domain"
)

// Unit is a unit as the tree has it now. The zero Unit is "no such unit".
type Unit struct {
	ID       domain.UnitID
	Parent   domain.UnitID
	Code     string
	Name     string
	Kind     domain.UnitKind
	Path     domain.Path
	Line     domain.BusinessLine   // own or inherited; empty where it serves both
	Model    domain.OwnershipModel // own or inherited
	Closed   bool
	ownLine  domain.BusinessLine
	ownModel domain.OwnershipModel
	open     int // open units directly below
}

// Known says whether there is such a unit.
func (u Unit) Known() bool { return !u.ID.IsZero() }

// Usable is nil for an open unit, else ErrUnknown or ErrClosed.
func (u Unit) Usable() error {
	if !u.Known() {
		return ErrUnknown
	}
	if u.Closed {
		return ErrClosed
	}
	return nil
}

// Serves says whether the unit works in the line: it has that line, or none.
func (u Unit) Serves(line domain.BusinessLine) bool { return u.Line == "" || u.Line == line }

// Jurisdiction is the path of what a role held at this unit covers: the unit and
// all below it, or in the role in which a department serves its parent, all of
// that (A-61, B-03, S-03).
func (u Unit) Jurisdiction(role domain.Role) domain.Path {
	if u.Kind.ServesParent() && u.Kind.Service() == role {
		return u.Path.Parent()
	}
	return u.Path
}

// Tree is the state of the organisation. The zero Tree has no units. Clones share
// what neither has changed since, so that cloning costs the same for ten units
// and for ten thousand.
type Tree struct {
	units shelf[domain.UnitID, *Unit] // what they point to never changes
	codes shelf[string, domain.UnitID]
	root  domain.UnitID
	count int
}

// Unit gives a unit, open or closed; the zero Unit when there is none.
func (t *Tree) Unit(id domain.UnitID) Unit {
	if unit := t.units.get(unitShelf(id), id); unit != nil {
		return *unit
	}
	return Unit{}
}

// ByCode gives the unit with that number in the firm; the zero Unit when there
// is none.
func (t *Tree) ByCode(code string) Unit { return t.Unit(t.codes.get(codeShelf(code), code)) }

// Root is the unit at the top; the zero Unit in an empty tree.
func (t *Tree) Root() Unit { return t.Unit(t.root) }

// Len is how many units there are, open and closed.
func (t *Tree) Len() int { return t.count }

// Units gives every unit, in no particular order.
func (t *Tree) Units() iter.Seq[Unit] {
	return func(yield func(Unit) bool) {
		for unit := range t.units.values {
			if !yield(*unit) {
				return
			}
		}
	}
}

// Path is the unit's place in the tree; empty when there is no such unit.
func (t *Tree) Path(id domain.UnitID) domain.Path { return t.Unit(id).Path }

// Clone gives a tree that can change apart from this one.
func (t *Tree) Clone() *Tree {
	clone := *t
	return &clone
}

// Apply folds one event.
func (t *Tree) Apply(event any, _ domain.Fact) {
	switch e := event.(type) {
	case UnitEstablished:
		t.establish(e)
	case UnitRenamed:
		unit := t.Unit(e.Unit)
		unit.Name = e.Name
		t.put(unit)
	case UnitMoved:
		t.move(e)
	case UnitClosed:
		unit := t.Unit(e.Unit)
		unit.Closed = true
		t.put(unit)
		t.countOpen(unit.Parent, -1)
	}
}

func (t *Tree) establish(e UnitEstablished) {
	unit := Unit{
		ID: e.Unit, Parent: e.Parent, Code: e.Code, Name: e.Name, Kind: e.Kind,
		ownLine: e.Line, ownModel: e.Model,
	}
	t.put(unit.below(t.Unit(e.Parent)))
	t.codes.set(codeShelf(e.Code), e.Code, e.Unit)
	t.countOpen(e.Parent, 1)
	t.count++
	if e.Parent.IsZero() {
		t.root = e.Unit
	}
}

func (t *Tree) move(e UnitMoved) {
	unit := t.Unit(e.Unit)
	if !unit.Closed {
		t.countOpen(unit.Parent, -1)
		t.countOpen(e.Parent, 1)
	}
	subtree := t.subtree(unit)
	unit.Parent = e.Parent
	t.put(unit.below(t.Unit(e.Parent)))
	for _, lower := range subtree[1:] {
		t.put(lower.below(t.Unit(lower.Parent)))
	}
}

func (t *Tree) countOpen(parent domain.UnitID, change int) {
	if parent.IsZero() {
		return
	}
	unit := t.Unit(parent)
	unit.open += change
	t.put(unit)
}

func (t *Tree) put(unit Unit) { t.units.set(unitShelf(unit.ID), unit.ID, &unit) }

// below is the unit with what follows from its parent.
func (u Unit) below(parent Unit) Unit {
	u.Path = domain.RootPath(u.ID)
	if parent.Known() {
		u.Path = parent.Path + u.Path[1:]
	}
	u.Line, u.Model = u.ownLine, u.ownModel
	if u.Line == "" {
		u.Line = parent.Line
	}
	if u.Model == "" {
		u.Model = parent.Model
	}
	return u
}
