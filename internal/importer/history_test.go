package importer_test

import (
	"slices"
	"testing"

	"guishu/domain"
	"guishu/domain/attachment"
	"guishu/domain/customer"
	"guishu/domain/payment"
	"guishu/eventstore"
	"guishu/projections/customers"
)

// checkHistory holds that imported facts stand in the ledger as history: with the
// time of the file as an asserted one, their batch, and what was missing on
// record (B-31).
func checkHistory(t *testing.T, h *house, file crm) {
	byID := map[string]deal{}
	for _, d := range file.deals {
		byID[d.id] = d
	}
	deals := map[domain.PaymentID]deal{}
	on := func(day string) domain.Date {
		date, err := domain.ParseDate(day)
		h.Must(err)
		return date
	}
	undated := 0
	types := []string{"customer.registered", "attachment.attached", "payment.reserved", "payment.registered", "payment.confirmed", "payment.cancelled"}
	for recorded, err := range h.app.Store.ReadAll(t.Context(), eventstore.AllQuery{Filter: eventstore.Filter{Types: types}}) {
		h.Must(err)
		decoded, err := h.app.Codec.Decode(t.Context(), recorded)
		h.Must(err)
		meta := decoded.Metadata
		stated := func(day string) {
			t.Helper()
			if want := on(day).Start(domain.ChinaZone()); !meta.Asserted || !meta.EffectiveAt.Equal(want) {
				t.Fatalf("%s took effect at %s (asserted: %t), want %s", recorded.Type, meta.EffectiveAt, meta.Asserted, want)
			}
		}
		var exceptions []domain.Exception
		switch e := decoded.Event.(type) {
		case customer.Registered:
			exceptions = e.Exceptions
		case attachment.Attached:
			if !meta.Asserted {
				undated++
			}
		case payment.Reserved:
			deals[e.Deal.Payment] = byID[e.ExternalNo]
			stated(byID[e.ExternalNo].engaged)
			exceptions = e.Exceptions
		case payment.Registered:
			stated(deals[e.Deal.Payment].close)
			exceptions = e.Exceptions
		case payment.Confirmed:
			stated(deals[e.Deal.Payment].close)
			exceptions = e.Exceptions
			if want := domain.Fen(deals[e.Deal.Payment].value) * domain.FenPerYuan; e.Deal.AmountFen != want {
				t.Fatalf("%s was confirmed with %s, want %s", deals[e.Deal.Payment].id, e.Deal.AmountFen, want)
			}
		case payment.Cancelled:
			stated(deals[e.Deal.Payment].close)
		}
		if meta.MigrationBatch == [16]byte{} || meta.Actor != [16]byte(h.clerk) {
			t.Fatalf("%s came in under batch %s by %s", recorded.Type, meta.MigrationBatch, meta.Actor)
		}
		for _, missing := range expectedExceptions[recorded.Type] {
			if !slices.ContainsFunc(exceptions, func(e domain.Exception) bool { return slices.Contains(e.Fields, missing) }) {
				t.Fatalf("%s has no exception for %s: %v", recorded.Type, missing, exceptions)
			}
		}
	}
	if want := file.tally().undated; undated != want {
		t.Errorf("%d attachments have no stated entry, want the %d pairs that were only prospecting", undated, want)
	}
	count, err := customers.Customers().Count(t.Context(), h.app.Pool, h.everybody(), customers.Query{View: customers.ToBeCompleted})
	h.Must(err)
	if count != 85 {
		t.Errorf("%d customers are to be completed, want all 85 (B-16)", count)
	}
}

// expectedExceptions is what the files do not have and the ledger asks for.
var expectedExceptions = map[string][]string{
	"customer.registered": {"phone", "source", "contact_person"},
	"payment.reserved":    {"nature", "scheduled_on", "identity_type"},
	"payment.registered":  {"identity_number", "head_bank", "account", "papers"},
	"payment.confirmed":   {"confirmed_by"},
}
