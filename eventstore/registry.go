package eventstore

import (
	"errors"
	"fmt"
	"maps"
	"reflect"
	"slices"

	"github.com/google/uuid"
)

// Described is what the registry must know of one version of one event type.
// domain.EventType implements it, so that the domain can describe its events
// without knowing the store.
type Described interface {
	StoredAs() (name string, version int)
	GoType() reflect.Type
	New() any
	Value(pointer any) any
	SubjectOf(event any) (uuid.UUID, bool)
	Upcaster() (next reflect.Type, up func(event any) any)
}

// Registry knows every event type by its stored name and version, and how old
// versions become current ones. It never changes once made.
type Registry struct {
	kinds  map[string]*kind
	byType map[reflect.Type]*version // current versions only
}

// kind is one stored name with all its versions.
type kind struct {
	name     string
	versions []*version // versions[i] is version i+1; the last one is current
}

func (k *kind) current() *version { return k.versions[len(k.versions)-1] }

// version is one shape of one kind of event.
type version struct {
	Described
	kind   *kind
	number int
	goType reflect.Type
	next   reflect.Type
	up     func(any) any
	sealed bool // holds personal texts
}

// NewRegistry checks what the packages say of their events, as in
//
//	eventstore.NewRegistry(aggregates.All().Events())
//
// and refuses, naming everything that is wrong (*RegistryError, joined): a name
// and version or a Go type described twice, a gap in a chain of versions, a
// cycle, an upcaster that does not lead to the next version, and a struct that
// cannot be stored faithfully.
func NewRegistry[D Described](packages ...[]D) (*Registry, error) {
	r := &Registry{kinds: map[string]*kind{}, byType: map[reflect.Type]*version{}}
	var all []*version
	var wrong []error
	refuse := func(v *version, reason string, args ...any) {
		wrong = append(wrong, &RegistryError{Type: v.kind.name, Version: v.number, Reason: fmt.Sprintf(reason, args...)})
	}

	for _, descriptions := range packages {
		for _, d := range descriptions {
			name, number := d.StoredAs()
			v := &version{Described: d, number: number, goType: d.GoType()}
			v.next, v.up = d.Upcaster()
			v.kind = r.kinds[name]
			if v.kind == nil {
				v.kind = &kind{name: name}
				r.kinds[name] = v.kind
			}
			v.kind.versions = append(v.kind.versions, v)
			all = append(all, v)
		}
	}

	holders := map[reflect.Type]*version{}
	for _, v := range all {
		if reason := nameFault(v.kind.name); reason != "" {
			refuse(v, "%s", reason)
		}
		if first, ok := holders[v.goType]; ok {
			refuse(v, "Go type %s already describes %s version %d", v.goType, first.kind.name, first.number)
		}
		holders[v.goType] = v
		shape, err := inspect(v.goType)
		if err != nil {
			refuse(v, "%v", err)
		}
		v.sealed = shape.sealed
		if _, says := v.SubjectOf(reflect.Zero(v.goType).Interface()); v.sealed && v.up == nil && !says {
			refuse(v, "%s has personal texts but no method Subject", v.goType)
		}
	}
	for _, name := range slices.Sorted(maps.Keys(r.kinds)) {
		checkChain(r.kinds[name], refuse)
	}
	for _, v := range all {
		if runsInCircle(v, holders) {
			refuse(v, "the upcasters from %s come back to it", v.goType)
		}
	}
	if len(wrong) > 0 {
		return nil, errors.Join(wrong...)
	}
	for _, k := range r.kinds {
		r.byType[k.current().goType] = k.current()
	}
	return r, nil
}

// checkChain refuses a kind whose versions are not 1, 2, 3 … each leading to
// the next and the last one to nothing.
func checkChain(k *kind, refuse func(*version, string, ...any)) {
	slices.SortStableFunc(k.versions, func(a, b *version) int { return a.number - b.number })
	for i, v := range k.versions {
		last := i == len(k.versions)-1
		switch {
		case i > 0 && v.number == k.versions[i-1].number:
			refuse(v, "described twice")
		case i == 0 && v.number < 1:
			refuse(v, "versions begin at 1")
		case i == 0 && v.number > 1:
			refuse(v, "versions 1 to %d are missing", v.number-1)
		case i > 0 && v.number != k.versions[i-1].number+1:
			refuse(v, "versions %d to %d are missing", k.versions[i-1].number+1, v.number-1)
		}
		switch {
		case last && v.up != nil:
			refuse(v, "has an upcaster, but version %d is not described", v.number+1)
		case !last && v.up == nil:
			refuse(v, "is not the latest and has no upcaster")
		case !last && v.next != k.versions[i+1].goType:
			refuse(v, "its upcaster gives %s, version %d is %s", v.next, k.versions[i+1].number, k.versions[i+1].goType)
		}
	}
}

// runsInCircle says whether following the upcasters' Go types from v comes back
// to v.
func runsInCircle(v *version, holders map[reflect.Type]*version) bool {
	at := v
	for range len(holders) {
		if at.next == nil {
			return false
		}
		if at.next == v.goType {
			return true
		}
		if at = holders[at.next]; at == nil {
			return false
		}
	}
	return false
}

// Names gives the stored names of the given events' types, for a Filter; the
// events may be zero values. An unregistered type is an *UnregisteredError.
func (r *Registry) Names(events ...any) ([]string, error) {
	names := make([]string, 0, len(events))
	for _, event := range events {
		v, ok := r.byType[reflect.TypeOf(event)]
		if !ok {
			return nil, &UnregisteredError{GoType: fmt.Sprintf("%T", event)}
		}
		names = append(names, v.kind.name)
	}
	return names, nil
}

// Version is one released version of one event type.
type Version struct {
	Type    string
	Number  int
	Current bool
	GoType  reflect.Type
}

// Versions lists every version of every type, sorted by name and number.
func (r *Registry) Versions() []Version {
	var all []Version
	for _, name := range slices.Sorted(maps.Keys(r.kinds)) {
		k := r.kinds[name]
		for _, v := range k.versions {
			all = append(all, Version{Type: name, Number: v.number, Current: v == k.current(), GoType: v.goType})
		}
	}
	return all
}

// RegistryError says why an event type cannot be registered.
type RegistryError struct {
	Type    string
	Version int
	Reason  string
}

func (e *RegistryError) Error() string {
	return fmt.Sprintf("event type %s version %d: %s", e.Type, e.Version, e.Reason)
}

// UnregisteredError says that a Go value is not of any registered event's
// current shape. A pointer to an event is not an event.
type UnregisteredError struct{ GoType string }

func (e *UnregisteredError) Error() string {
	return "event registry: " + e.GoType + " is not a registered event"
}
