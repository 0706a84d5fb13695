package ledger_test

import (
	"testing"

	"guishu/commands"
	"guishu/domain"
	"guishu/domain/customer"
)

// A text with a NUL in it could be kept in an event, but in no table: the read
// model that shows it would stop at that event for ever. So nobody gets one in.
func TestATextThatNoTableCanHoldIsRefused(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	ctx := t.Context()
	before, err := h.Store.LastPosition(ctx)
	h.Must(err)
	refuses := func(err error, field string) {
		t.Helper()
		h.Wants(err, domain.ErrFormValue)
		if refusal, _ := domain.AsError(err); refusal.Field != field {
			t.Errorf("%v is about %q, want %q", err, refusal.Field, field)
		}
	}
	_, err = h.Ledger.Do(ctx, h.As(h.Ops), commands.LaunchProduct{Code: "N1", Name: "示例\x00稳健", Supplier: "示例基金"})
	refuses(err, "name")
	_, err = h.Ledger.Do(ctx, h.As(h.Ann), commands.RegisterCustomer{
		Party: domain.Person, HomeUnit: h.North, Fields: commands.CustomerFields{Name: "王示例", Phone: "13800138000", Source: customer.SourceOwn, Remark: "\x00"},
	})
	refuses(err, "remark")
	_, err = h.Ledger.Do(ctx, h.As(h.Admin), commands.CloseUnit{Unit: h.South, Reason: "撤并\x00"})
	refuses(err, "reason")
	if after, err := h.Store.LastPosition(ctx); err != nil || after != before {
		t.Errorf("something was written: %d events, %v", after-before, err)
	}
	_, err = h.Ledger.Do(ctx, h.As(h.Ops), commands.LaunchProduct{Code: "N2", Name: `\u0000 and other \ ways`, Supplier: "示例基金"})
	h.Must(err) // only looks like one
}
