package demo_test

import (
	"maps"
	"testing"

	"guishu/eventstore/gateway"
	"guishu/eventstore/memory"
	"guishu/internal/app"
	"guishu/internal/app/apptest"
	"guishu/internal/demo"
	"guishu/internal/esdbtest"
	"guishu/internal/pgtest"
)

// onTheNewest loads the firm into a server that puts a checkpoint with its place and
// prepare 0 before every live event (E-01): nothing is lost, every reaction does what
// it does on PostgreSQL.
func onTheNewest(t *testing.T, first *app.App) {
	want := types(t, first)
	t.Parallel()
	store := memory.New()
	t.Cleanup(func() { _ = store.Close() })
	server := esdbtest.Serve(t, store, func(c *gateway.Config) { c.Likeness = gateway.Like24106 })
	c := config(pgtest.URL(t), t.TempDir())
	c.EventStoreDB = server.Address()
	a := apptest.Open(t, c)
	apptest.Run(t, a)
	if _, err := demo.Prepare(t.Context(), a, nil); err != nil {
		t.Fatal(err)
	}
	agrees(t, a)
	if got := types(t, a); !maps.Equal(got, want) {
		t.Errorf("it holds %v, want %v", got, want)
	}
}
