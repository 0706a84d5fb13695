package reactions

import (
	"context"

	"guishu/commands"
	"guishu/commands/ledger"
	"guishu/domain/attachment"
	"guishu/eventstore"
)

// endUntenable ends the attachment of somebody who had left when it was entered, or whose
// customer had been erased by then: both stand before it in the ledger's order, and were
// appended while it was decided (L-04).
func endUntenable() reaction {
	return settledWhen(on("end-untenable-attachment", func(ctx context.Context, l *ledger.Ledger, call ledger.Call, e attachment.Attached) error {
		_, err := l.Do(ctx, call, commands.EndUntenable{Customer: e.Customer, Attachment: e.Attachment})
		return err
	}), func(ctx context.Context, l *ledger.Ledger, _ eventstore.Stream, e attachment.Attached) (bool, error) {
		return commands.EndUntenable{Customer: e.Customer, Attachment: e.Attachment}.Settled(ctx, l)
	})
}
