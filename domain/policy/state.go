package policy

import (
	"slices"

	"guishu/domain"
)

// State is every version published so far. The zero State has none, and then
// version 0, Default, is in force: so every decision can name the version it was
// made under, also in a firm that never published one (B-01).
type State struct {
	versions []version
}

type version struct {
	published Published
	position  domain.Position
}

// Apply folds one event in.
func (s *State) Apply(event any, fact domain.Fact) {
	if e, ok := event.(Published); ok {
		s.versions = append(s.versions, version{e, fact.Position})
	}
}

// Clone is a copy that can be changed apart.
func (s *State) Clone() *State { return &State{slices.Clone(s.versions)} }

// Latest is the highest version published, 0 when there is none.
func (s *State) Latest() int { return len(s.versions) }

// Version is one version as it was published; false when there is none such.
func (s *State) Version(number int) (Published, bool) {
	if number < 1 || number > len(s.versions) {
		return Published{}, false
	}
	return s.versions[number-1].published, true
}

// InForce gives the version and the rules in force on a day: of all versions
// whose effective day has come, the one with the latest such day, and among
// equals the highest. Before the first it is version 0, Default.
func (s *State) InForce(on domain.Date) (int, Rules) {
	return s.inForce(on, func(version) bool { return true })
}

// InForceAt is InForce as it was known at a position of the ledger. Attribution
// asks with the position of the payment's confirmation, so that computing a
// decision again never meets a version that was published after it (C-07).
func (s *State) InForceAt(on domain.Date, known domain.Position) (int, Rules) {
	return s.inForce(on, func(v version) bool { return v.position <= known })
}

func (s *State) inForce(on domain.Date, known func(version) bool) (int, Rules) {
	var chosen *version
	for i := range s.versions {
		v := &s.versions[i]
		if v.published.EffectiveOn.After(on) || !known(*v) {
			continue
		}
		if chosen == nil || !v.published.EffectiveOn.Before(chosen.published.EffectiveOn) {
			chosen = v
		}
	}
	if chosen == nil {
		return 0, Default()
	}
	return chosen.published.Version, chosen.published.Rules
}
