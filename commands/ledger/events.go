package ledger

import (
	"guishu/domain/aggregates"
	"guishu/eventstore"
)

// Events is the registry of everything that is written in the ledger. It fails
// when a type is described twice or a version is missing (design §4).
func Events() (*eventstore.Registry, error) { return eventstore.NewRegistry(aggregates.All().Events()) }
