package ledger

import (
	"guishu/domain/aggregates"
	"guishu/eventstore"
)

// OwnsStream says whether a stream is the ledger's own, in which commands alone
// may write: what anybody else appends there would pass for a decision.
func OwnsStream(stream eventstore.Stream) bool { return aggregates.All().Owns(string(stream)) }
