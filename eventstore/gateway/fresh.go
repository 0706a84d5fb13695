package gateway

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"slices"

	"github.com/google/uuid"

	"guishu/eventstore"
)

// scavengesMetadata is the first event of every EventStoreDB: how long what it has
// cleared away stays listed, 30 days.
const scavengesMetadata = `{"$maxAge":2592000}`

// Begin writes into an empty store what a fresh EventStoreDB has in $all before
// anybody writes to it (G-20): clients' tests count on $all never being empty. A
// store that holds anything stays as it is. It is for servers of their own; a
// ledger's $all is the ledger.
func Begin(ctx context.Context, store eventstore.Store, users Users) error {
	last, err := store.LastPosition(ctx)
	if err != nil || last > 0 {
		return err
	}
	begin := []eventstore.Append{first("$$$scavenges", metadataType, []byte(scavengesMetadata))}
	for _, name := range slices.Sorted(maps.Keys(users)) {
		// Nothing that lets anybody sign in: passwords are not kept in the store.
		described, err := json.Marshal(map[string]any{"loginName": name, "fullName": name, "groups": users[name].Roles, "disabled": false})
		if err != nil {
			return fmt.Errorf("describe a user: %w", err)
		}
		listed, err := json.Marshal(name)
		if err != nil {
			return fmt.Errorf("describe a user: %w", err)
		}
		begin = append(begin, first(eventstore.Stream("$user-"+name), "$UserCreated", described), first("$users", "$User", listed))
	}
	for _, each := range begin {
		if _, err := store.Append(ctx, each); err != nil {
			return fmt.Errorf("begin a fresh event store: %w", err)
		}
	}
	return nil
}

func first(stream eventstore.Stream, eventType string, data []byte) eventstore.Append {
	return eventstore.Append{Stream: stream, Expected: eventstore.AnyRevision, Events: []eventstore.NewEvent{{ID: uuid.New(), Type: eventType, Data: data}}}
}
