package ledger

import (
	"time"

	"guishu/domain"
	"guishu/eventstore"

	"github.com/google/uuid"
)

// Call says who asks for a command, under which idempotency key and, for
// imported history, when it happened and with which migration batch.
type Call struct {
	// Actor is the signed-in member of staff. A call without one is refused,
	// whatever it asks for; what the ledger does by itself has ByTheLedger.
	Actor domain.StaffID
	// Key is the client's idempotency key: the same actor, key and body take
	// effect once, for ever. Empty when the client gave none.
	Key string
	// EffectiveAt is when it happened, by the business's account. It may be set
	// only under an approved migration batch, and is stored as asserted (B-31).
	EffectiveAt time.Time
	// Batch is the migration batch the fact comes with, zero if none.
	Batch domain.BatchID
	// Correlation joins everything one request set off; Causation is the event
	// that a reaction answers.
	Correlation uuid.UUID
	Causation   uuid.UUID

	ledger bool // see ByTheLedger
}

// ByTheLedger is a call that no person makes: a reaction to an event, or the
// first start. It may do everything, so a request from outside never becomes one;
// that an actor is missing does not make it one either.
func ByTheLedger(key string, correlation, causation uuid.UUID) Call {
	return Call{Key: key, Correlation: correlation, Causation: causation, ledger: true}
}

// Answer is what every command gives back. Position handed to a read as
// min_position lets the caller see what was just written.
type Answer struct {
	ID       uuid.UUID           `json:"id" doc:"命令创建或变更的对象。 What the command made or changed."`
	Stream   eventstore.Stream   `json:"stream" doc:"事件所在的流。 The stream that holds the event."`
	Revision eventstore.Revision `json:"revision" doc:"命令之后流的序号。 The stream's revision after the command."`
	Position eventstore.Position `json:"position" doc:"命令最后一个事件在账本中的位置。 The ledger's position of the command's last event."`
	// Repeated is true when the same key and body had taken effect before.
	Repeated bool `json:"repeated,omitzero" doc:"同一命令此前已生效，此次未写入。 True when this very command had taken effect before; nothing was written now."`
}
