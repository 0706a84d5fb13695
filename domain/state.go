package domain

import "reflect"

// StateType is what the streams of a category are folded into.
type StateType struct {
	goType reflect.Type
	fresh  func() any
	clone  func(state any) any
	apply  func(state, event any, fact Fact)
	unique func(state any) []UniqueKey // nil when the states have none
}

// Foldable is what every aggregate's state offers: fold an event in, make a copy
// that can change apart. The zero state is that of a stream without events.
type Foldable[S any] interface {
	*S
	Apply(event any, fact Fact)
	Clone() *S
}

// StateOf is the type of the states S.
func StateOf[S any, P Foldable[S]]() StateType {
	t := StateType{
		goType: reflect.TypeFor[S](),
		fresh:  func() any { return new(S) },
		clone:  func(state any) any { return P(state.(*S)).Clone() },
		apply:  func(state, event any, fact Fact) { P(state.(*S)).Apply(event, fact) },
	}
	if _, has := any(new(S)).(HasUniqueKeys); has {
		t.unique = func(state any) []UniqueKey { return state.(HasUniqueKeys).UniqueKeys() }
	}
	return t
}

// GoType is the type of the states, without a pointer; nil for the zero StateType.
func (t StateType) GoType() reflect.Type { return t.goType }

// Fresh is a pointer to the state of a stream without events.
func (t StateType) Fresh() any { return t.fresh() }

// Clone is a copy of a state that can change apart.
func (t StateType) Clone(state any) any { return t.clone(state) }

// Apply folds one event into a state.
func (t StateType) Apply(state, event any, fact Fact) { t.apply(state, event, fact) }

// HasUniqueKeys says whether the states say which unique keys they have.
func (t StateType) HasUniqueKeys() bool { return t.unique != nil }

// UniqueKeys are the keys that a state has.
func (t StateType) UniqueKeys(state any) []UniqueKey {
	if t.unique == nil {
		return nil
	}
	return t.unique(state)
}

// Record is the state of a stream that only grows and decides nothing.
type Record struct{}

// Apply folds nothing.
func (*Record) Apply(any, Fact) {}

// Clone gives the same nothing.
func (r *Record) Clone() *Record { return r }
