package gateway_test

import (
	"slices"
	"testing"

	"guishu/eventstore"
	"guishu/eventstore/gateway"
	"guishu/eventstore/memory"
)

// G-20: a fresh server's $all is not empty, and one that holds anything is left as
// it is.
func TestAFreshServer(t *testing.T) {
	t.Parallel()
	store := memory.New()
	users := gateway.Users{"admin": {Password: "changeit", Roles: []string{"$admins"}}}
	for range 2 {
		if err := gateway.Begin(t.Context(), store, users); err != nil {
			t.Fatal(err)
		}
	}
	served := serve(t, open, on(store))
	var held []string
	for _, event := range readAllEvents(t, served.client(t)) {
		held = append(held, event.OriginalEvent().StreamID)
	}
	if want := []string{"$$$scavenges", "$user-admin", "$users"}; !slices.Equal(held, want) {
		t.Errorf("it holds %v, want %v", held, want)
	}
	used := memory.New()
	if _, err := used.Append(t.Context(), eventstore.Append{Stream: "s", Expected: eventstore.NoStream, Events: []eventstore.NewEvent{newStoreEvent("happened", "{}")}}); err != nil {
		t.Fatal(err)
	}
	if err := gateway.Begin(t.Context(), used, nil); err != nil {
		t.Fatal(err)
	}
	if last, err := used.LastPosition(t.Context()); err != nil || last != 1 {
		t.Errorf("one that was used stands at %d, %v", last, err)
	}
}
