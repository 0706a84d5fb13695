package reactions

import (
	"context"

	"guishu/commands/ledger"
	"guishu/domain/staff"
	"guishu/eventstore"
)

// endSignIn ends the password, the sessions and the tokens of a member of staff who has
// departed. From the event on they are refused in any case (B-28).
func endSignIn(signIns SignIns) reaction {
	return settledWhen(on("end-sign-in", func(ctx context.Context, _ *ledger.Ledger, _ ledger.Call, e staff.Departed) error {
		return signIns.Disable(ctx, e.Staff)
	}), func(ctx context.Context, _ *ledger.Ledger, _ eventstore.Stream, e staff.Departed) (bool, error) {
		return signIns.Disabled(ctx, e.Staff)
	})
}
