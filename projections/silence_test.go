package projections_test

import (
	"context"
	"testing"

	"github.com/jackc/pgx/v5/pgxpool"

	"guishu/internal/pgtest"
	"guishu/projections"
	"guishu/projections/projectiontest"
)

// L-01: where the network of the process falls silent that brings read models on,
// another one does so after a while, though the server keeps the silent connection, and
// each event takes effect once.
func TestAnotherProcessTakesOverFromASilentOne(t *testing.T) {
	t.Parallel()
	address := pgtest.URL(t)
	near, err := pgxpool.New(t.Context(), address)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(near.Close)
	l := projectiontest.On(t, near)
	wire := pgtest.NewWire(t, address)
	far, err := pgxpool.New(t.Context(), wire.URL)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(far.Close)
	config := l.Config(tallies(1))
	config.Pool = far
	first, err := projections.New(t.Context(), config)
	if err != nil {
		t.Fatal(err)
	}
	projectiontest.Start(t, first)
	t.Cleanup(wire.Speak)
	for range 10 {
		l.Append("policy", publish("a"))
	}
	l.Wait(first)
	if !here(t, first) {
		t.Fatal("the first process does not bring the read model on")
	}
	wire.Silence()
	second, _ := l.Run(tallies(1))
	for range 10 {
		l.Append("policy", publish("a"))
	}
	l.Wait(second)
	if !here(t, second) {
		t.Error("the second process did not take over")
	}
	wire.Speak()
	l.Append("policy", publish("a"))
	if err := first.WaitFor(context.Background(), "tallies", l.Last()); err != nil { // it hears of it
		t.Error(err)
	}
	if got := counts(t, l)["a"]; got != 21 {
		t.Errorf("counted %d, want 21", got)
	}
	l.Agrees(second)
}
