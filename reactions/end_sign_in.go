package reactions

import (
	"context"

	"guishu/commands/ledger"
	"guishu/domain/staff"
)

// endSignIn ends what somebody who has departed signed in with; the event itself has
// them refused (B-28).
func endSignIn(signIns SignIns) reaction {
	return on("end-sign-in", func(ctx context.Context, _ *ledger.Ledger, _ ledger.Call, e staff.Departed) error {
		return signIns.Disable(ctx, e.Staff)
	})
}
