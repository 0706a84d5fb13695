package app_test

import (
	"testing"
	"time"

	"guishu/eventstore/postgres/locks"
	"guishu/eventstore/sealing"
	"guishu/internal/pgtest"
	"guishu/internal/waiting"
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
	_, end, ok, err := first.Alone(t.Context(), locks.Import("a"))
	if err != nil || !ok {
		t.Fatalf("the first: %t, %v", ok, err)
	}
	_, other, ok, err := second.Alone(t.Context(), locks.Import("b"))
	if err != nil || !ok {
		t.Fatalf("other work: %t, %v", ok, err)
	}
	other()
	for range 2 {
		if _, _, ok, err := second.Alone(t.Context(), locks.Import("a")); err != nil || ok {
			t.Errorf("the second beside the first: %t, %v", ok, err)
		}
	}
	end()
	_, end, ok, err = second.Alone(t.Context(), locks.Import("a"))
	if err != nil || !ok {
		t.Fatalf("the second after the first: %t, %v", ok, err)
	}
	end()
}

// L-01: whose network falls silent does not keep work to itself for ever, and learns in
// time that it is not alone with it.
func TestWorkIsNotKeptByASilentProcess(t *testing.T) {
	t.Parallel()
	address := pgtest.URL(t)
	wire := pgtest.NewWire(t, address)
	kek := sealing.NewKEK()
	second, err := place{address, kek}.open(t, "")
	if err != nil {
		t.Fatal(err)
	}
	defer closed(t, second)
	first, err := place{wire.URL, kek}.open(t, "")
	if err != nil {
		t.Fatal(err)
	}
	defer closed(t, first)
	held, end, ok, err := first.Alone(t.Context(), locks.Import("a"))
	if err != nil || !ok {
		t.Fatalf("the first: %t, %v", ok, err)
	}
	defer end()
	wire.Silence()
	defer wire.Speak()
	began := time.Now()
	waiting.Until(t, "the work to be free", func() bool {
		_, leave, ok, err := second.Alone(t.Context(), locks.Import("a"))
		if err != nil {
			t.Fatal(err)
		}
		if ok {
			leave()
		}
		return ok
	})
	if held.Err() == nil {
		t.Error("the first goes on with the work that another has")
	}
	if took := time.Since(began); took > 2*locks.Silence {
		t.Errorf("it was free after %v", took)
	}
}

// L-06: a database that is asked for by what it can do is used like any other.
func TestADatabaseThatTakesWritesIsAskedForAndUsed(t *testing.T) {
	t.Parallel()
	for _, attributes := range []string{"read-write", "primary", "any", "prefer-standby"} {
		t.Run(attributes, func(t *testing.T) {
			t.Parallel()
			here := newPlace(t)
			here.url += "&target_session_attrs=" + attributes
			here.begun(t, "")
		})
	}
}

// The database holds no session of this program for long whose machine is gone, whatever
// the session is for.
func TestEverySessionIsGivenUpWhenItsMachineIsGone(t *testing.T) {
	t.Parallel()
	here := newPlace(t)
	here.url = pgtest.NewWire(t, here.url).URL
	a, err := here.open(t, "")
	if err != nil {
		t.Fatal(err)
	}
	defer closed(t, a)
	for name, want := range map[string]string{
		"tcp_keepalives_idle": "10", "tcp_keepalives_interval": "5", "tcp_keepalives_count": "4", "tcp_user_timeout": "30000",
	} {
		var given string
		err := a.Pool.QueryRow(t.Context(), `SELECT reset_val FROM pg_settings WHERE name = $1`, name).Scan(&given)
		if err != nil || given != want {
			t.Errorf("%s is %q, %v, want %s", name, given, err, want)
		}
	}
}
