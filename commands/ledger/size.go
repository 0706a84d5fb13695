package ledger

import (
	"strconv"

	"guishu/domain"
	"guishu/eventstore"
)

// LargestAppend is how many bytes the events of one command have at most: of data,
// metadata and twice their types' names, as the server counts that counts most. It is
// half of what every EventStoreDB takes by default (E-12), so that no command is
// accepted by one store and not by another. Only a list can come near it: the files of
// a migration, of which there may be a thousand.
const LargestAppend = 512 << 10

// errTooLarge is for a command whose events would be larger.
var errTooLarge = domain.ErrRequestTooLarge.With("limit", strconv.Itoa(LargestAppend))

// fits says whether the events of a command are small enough to be kept anywhere.
func fits(events []eventstore.NewEvent) bool {
	size := 0
	for _, event := range events {
		size += len(event.Data) + len(event.Metadata) + 2*len(event.Type)
	}
	return size <= LargestAppend
}
