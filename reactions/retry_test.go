package reactions

import (
	"errors"
	"fmt"
	"testing"

	"guishu/domain"
	"guishu/domain/customer"
	"guishu/domain/payment"
)

// A reversal that is heard of before its attribution is written meets a busy
// ledger; it must come again instead of being parked for good.
func TestOnlyWhatMayYetSucceedIsTriedAgain(t *testing.T) {
	t.Parallel()
	for name, want := range map[error]bool{
		domain.ErrLedgerBusy: true,
		fmt.Errorf("react: %w", domain.ErrLedgerBusy.With("stream", "x")):                 true,
		fmt.Errorf("%w: append: %w", domain.ErrLedgerUnavailable, errors.New("no route")): true,
		errors.New("unknown"):               true,
		payment.ErrState.With("state", "x"): false,
		customer.ErrErased:                  false,
	} {
		if worthRetrying(name) != want {
			t.Errorf("%v is tried again: %v, want %v", name, !want, want)
		}
	}
}
