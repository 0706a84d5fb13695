package app_test

import (
	"testing"

	"guishu/eventstore/postgres/locks"
)

// What one does alone nobody else does meanwhile, in the same process or another.
func TestSomeWorkIsDoneAlone(t *testing.T) {
	t.Parallel()
	here := newPlace(t)
	first, err := here.open(t, "")
	if err != nil {
		t.Fatal(err)
	}
	defer closed(t, first)
	second, err := here.open(t, "")
	if err != nil {
		t.Fatal(err)
	}
	defer closed(t, second)
	end, ok, err := first.Alone(t.Context(), locks.Import("a"))
	if err != nil || !ok {
		t.Fatalf("the first: %t, %v", ok, err)
	}
	other, ok, err := second.Alone(t.Context(), locks.Import("b"))
	if err != nil || !ok {
		t.Fatalf("other work: %t, %v", ok, err)
	}
	other()
	for range 2 {
		if _, ok, err := second.Alone(t.Context(), locks.Import("a")); err != nil || ok {
			t.Errorf("the second beside the first: %t, %v", ok, err)
		}
	}
	end()
	end, ok, err = second.Alone(t.Context(), locks.Import("a"))
	if err != nil || !ok {
		t.Fatalf("the second after the first: %t, %v", ok, err)
	}
	end()
}
