package staff

import (
	"slices"

	"guishu/domain"
	"guishu/domain/organisation"
)

// Principal is who asks: a member of staff with their place and their roles, as
// they are now. It decides what they may do; everything not granted is denied.
// The zero Principal may do nothing.
type Principal struct {
	Staff  domain.StaffID
	Unit   domain.UnitID
	Path   domain.Path
	Line   domain.BusinessLine // of the unit; empty where it serves both
	Grants []Grant             // active ones

	topics []Topic // to which About narrowed them; none: all
}

// Grant is a role held at a unit, with the part of the organisation and the
// business line it covers. An empty Line covers both.
type Grant struct {
	Role domain.Role
	Unit domain.UnitID
	Path domain.Path
	Line domain.BusinessLine

	topics []Topic // to which About narrowed it; none: all
}

// NewPrincipal is the member of staff as the tree places them. Somebody who has
// departed is the zero Principal but for the id (B-28); a role at a closed unit
// is no longer one.
func NewPrincipal(s *State, tree *organisation.Tree) Principal {
	if !s.Active() {
		return Principal{Staff: s.Staff}
	}
	unit := tree.Unit(s.Unit)
	p := Principal{Staff: s.Staff, Unit: s.Unit, Path: unit.Path, Line: unit.Line}
	for _, held := range s.Grants {
		at := tree.Unit(held.Unit)
		if at.Usable() != nil {
			continue
		}
		p.Grants = append(p.Grants, NewGrant(held.Role, at))
	}
	return p
}

// NewGrant is a role held at a unit, with what it covers.
func NewGrant(role domain.Role, unit organisation.Unit) Grant {
	return Grant{Role: role, Unit: unit.ID, Path: unit.Jurisdiction(role), Line: unit.Line}
}

// covers says whether a place in a line is within the grant. An empty line asks
// for a place that serves both.
func (g Grant) covers(at domain.Path, line domain.BusinessLine) bool {
	return g.Path.Contains(at) && (g.Line == "" || line == "" || g.Line == line)
}

// May says whether the permission covers a place in a line: some role has it for
// its jurisdiction, and the place is within it. What is only
// allowed for one's own is not allowed by this; see MayFor.
func (p Principal) May(permission Permission, at domain.Path, line domain.BusinessLine) bool {
	for _, grant := range p.Grants {
		switch grant.reach(permission) {
		case Everywhere:
			return true
		case Jurisdiction:
			if grant.covers(at, line) {
				return true
			}
		}
	}
	return false
}

// MayOwn says whether the permission holds for what is one's own.
func (p Principal) MayOwn(permission Permission) bool {
	if p.Unit.IsZero() {
		return false
	}
	if everyone[permission] >= Own && within(p.topics, permission) {
		return true
	}
	return slices.ContainsFunc(p.Grants, func(g Grant) bool { return g.reach(permission) == Own })
}

// MayFor says whether the permission holds for a thing at a place in a line that
// may be one's own.
func (p Principal) MayFor(permission Permission, at domain.Path, line domain.BusinessLine, mine bool) bool {
	return mine && p.MayOwn(permission) || p.May(permission, at, line)
}

// Holds says whether any role has the permission at all, however far. Where it
// goes is then for the decision to say, which has the better refusal.
func (p Principal) Holds(permission Permission) bool {
	return p.MayOwn(permission) || slices.ContainsFunc(p.Grants, func(g Grant) bool {
		return g.reach(permission) != Nothing
	})
}

// HasRole says whether the role is held for a place in a line (B-06).
func (p Principal) HasRole(role domain.Role, at domain.Path, line domain.BusinessLine) bool {
	return slices.ContainsFunc(p.Grants, func(g Grant) bool { return g.Role == role && g.covers(at, line) })
}

// Scope is the part of the ledger that a permission covers, for lists: the areas,
// and one's own where Own is set. The zero Scope is empty.
type Scope struct {
	Everywhere bool
	Areas      []Area
	Own        bool
}

// Area is a unit with all below it, in a line; an empty Line is both.
type Area struct {
	Path domain.Path
	Line domain.BusinessLine
}

// Empty says that nothing is within the scope.
func (s Scope) Empty() bool { return !s.Everywhere && !s.Own && len(s.Areas) == 0 }

// Scope is what the permission covers, without areas that lie within others.
func (p Principal) Scope(permission Permission) Scope {
	scope := Scope{Own: p.MayOwn(permission)}
	for _, grant := range p.Grants {
		scope.cover(grant, permission)
	}
	return scope
}

// ScopeSearching is the customers whom the principal may find by fields: by the
// beginning of one only those whose field they see in full, by the whole of one also
// those whose field they may reveal. Who searches finds no others, or the search would
// tell what the field hides (B-35, C-04).
func (p Principal) ScopeSearching(beginnings, wholes []Field) Scope {
	var scope Scope
	for _, grant := range p.Grants {
		seen := !slices.ContainsFunc(slices.Concat(beginnings, wholes), func(f Field) bool { return visibilityOf(f, grant.Role) != Plain })
		if seen {
			scope.cover(grant, ReadCustomers)
			scope.Own = scope.Own || grant.reach(ReadCustomers) == Own
			continue
		}
		hidden := slices.ContainsFunc(beginnings, func(f Field) bool { return visibilityOf(f, grant.Role) != Plain }) ||
			slices.ContainsFunc(wholes, func(f Field) bool { return visibilityOf(f, grant.Role) == Hidden })
		switch least := min(grant.reach(ReadCustomers), grant.reach(RevealFields)); {
		case hidden, least == Nothing:
		case least == Own:
			scope.Own = true
		default:
			scope.cover(grant, ReadCustomers)
		}
	}
	return scope
}

// cover adds what the permission covers by a grant, but for one's own.
func (s *Scope) cover(grant Grant, permission Permission) {
	switch grant.reach(permission) {
	case Everywhere:
		s.Everywhere = true
	case Jurisdiction:
		s.add(Area{Path: grant.Path, Line: grant.Line})
	}
}

func (s *Scope) add(area Area) {
	if area.Path.IsZero() || slices.ContainsFunc(s.Areas, func(a Area) bool { return a.includes(area) }) {
		return
	}
	s.Areas = append(slices.DeleteFunc(s.Areas, area.includes), area)
}

func (a Area) includes(other Area) bool {
	return a.Path.Contains(other.Path) && (a.Line == "" || a.Line == other.Line)
}

// Sees says how a personal field of a customer at a place in a line is shown:
// the widest that any role gives whose reading covers the customer (B-35, C-04).
func (p Principal) Sees(field Field, at domain.Path, line domain.BusinessLine, mine bool) Visibility {
	widest := Hidden
	for _, grant := range p.Grants {
		if grant.reaches(ReadCustomers, at, line, mine) {
			widest = max(widest, visibilityOf(field, grant.Role))
		}
	}
	return widest
}

// ManagesAllOf says whether the principal manages staff wherever another one's roles
// reach. Who lets somebody in anew could act as them, and so gains nothing (S-02).
func (p Principal) ManagesAllOf(other Principal) bool {
	return !slices.ContainsFunc(other.Grants, func(g Grant) bool { return !p.May(ManageStaff, g.Path, g.Line) })
}

// MayReveal says whether a masked field may be shown in full, on record: one role
// must both see it masked and be allowed to reveal (C-04).
func (p Principal) MayReveal(field Field, at domain.Path, line domain.BusinessLine, mine bool) bool {
	return slices.ContainsFunc(p.Grants, func(g Grant) bool {
		return visibilityOf(field, g.Role) != Hidden &&
			g.reaches(ReadCustomers, at, line, mine) && g.reaches(RevealFields, at, line, mine)
	})
}

func (g Grant) reaches(permission Permission, at domain.Path, line domain.BusinessLine, mine bool) bool {
	switch g.reach(permission) {
	case Everywhere:
		return true
	case Jurisdiction:
		return g.covers(at, line)
	case Own:
		return mine
	}
	return false
}
