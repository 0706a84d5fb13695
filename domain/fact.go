package domain

import (
	"time"

	"github.com/google/uuid"
)

// Position is an event's place in the order of the whole ledger, the only
// meaning of "earlier" where priority is decided (B-31).
type Position int64

// Fact is what is known of an event beside its content: where it stands in the
// ledger, when it was recorded and when, by the business's account, it
// happened, and who caused it. Aggregates fold events together with their fact.
type Fact struct {
	Position    Position
	Event       uuid.UUID
	RecordedAt  time.Time // the store's time
	EffectiveAt time.Time // the business's time; equals RecordedAt unless stated
	Asserted    bool      // EffectiveAt was typed in or imported (B-31)
	Batch       BatchID   // the migration batch it came with, zero if none
	Actor       StaffID
	Unit        UnitID
}

// Exception is a gate on a missing field that an imported fact passed because
// its migration batch was approved; it stays with the event, and puts the
// customer on the to-be-completed list (B-16).
type Exception struct {
	Code   string   `label:"未满足的规则|Rule not met"`  // the name of the code of the error the gate would have given
	Fields []string `label:"缺少的字段|Missing fields"` // what was missing
}
