package domain

import (
	"slices"
	"strings"
)

// Path is a unit's place in the organisation: the ids of the units from the top
// down to the unit itself, "/id/id/". Jurisdiction is a test on paths: a unit's
// subtree is everything whose path begins with the unit's path (A-05, A-06,
// The empty Path is no place and contains nothing.
//
// Because every id ends with a slash, a prefix test on the text, such as SQL's
// starts_with, is the subtree test too.
type Path string

// pathStep is the length of an id with the slash behind it.
const pathStep = 37

// RootPath is the path of a unit at the top.
func RootPath(unit UnitID) Path { return Path("/" + unit.String() + "/") }

// ParsePath reads a path; ErrRequestIDFormat when it is none.
func ParsePath(text string) (Path, error) {
	if len(text) < 1+pathStep || (len(text)-1)%pathStep != 0 || text[0] != '/' {
		return "", ErrRequestIDFormat
	}
	path := Path(text)
	for step := range path.Depth() {
		start := 1 + step*pathStep
		id, err := ParseUnitID(text[start : start+pathStep-1])
		if err != nil {
			return "", err
		}
		if text[start+pathStep-1] != '/' || id.String() != text[start:start+pathStep-1] {
			return "", ErrRequestIDFormat
		}
	}
	units := path.Units()
	slices.SortFunc(units, UnitID.Compare)
	if len(slices.Compact(units)) != path.Depth() {
		return "", ErrUnitCycle
	}
	return path, nil
}

// Child is the path of a unit directly below this one. ErrUnitCycle when the unit
// stands on this path already.
func (p Path) Child(unit UnitID) (Path, error) {
	if p.IsZero() {
		return RootPath(unit), nil
	}
	if p.Passes(unit) {
		return "", ErrUnitCycle
	}
	return p + Path(unit.String()+"/"), nil
}

// IsZero says that the path is no place.
func (p Path) IsZero() bool { return p == "" }

// Contains says that other is this unit or stands below it.
func (p Path) Contains(other Path) bool {
	return p != "" && strings.HasPrefix(string(other), string(p))
}

// Passes says that the unit is this one or stands above it.
func (p Path) Passes(unit UnitID) bool {
	return !unit.IsZero() && strings.Contains(string(p), "/"+unit.String()+"/")
}

// Depth is how many units the path has; 1 at the top.
func (p Path) Depth() int { return len(p) / pathStep }

// Unit is the unit itself, the last on the path; zero for the empty path.
func (p Path) Unit() UnitID {
	if len(p) < pathStep {
		return UnitID{}
	}
	id, _ := ParseUnitID(string(p[len(p)-pathStep : len(p)-1]))
	return id
}

// Parent is the path of the unit above, empty at the top.
func (p Path) Parent() Path {
	if p.Depth() < 2 {
		return ""
	}
	return p[:len(p)-pathStep]
}

// Units is every unit on the path, from the top down.
func (p Path) Units() []UnitID {
	units := make([]UnitID, 0, p.Depth())
	for step := range p.Depth() {
		start := 1 + step*pathStep
		id, _ := ParseUnitID(string(p[start : start+pathStep-1]))
		units = append(units, id)
	}
	return units
}
