package commands_test

import (
	"context"
	"errors"
	"slices"
	"strings"
	"testing"

	"guishu/commands"
	"guishu/domain/customer"
	"guishu/domain/identity"

	"github.com/jackc/pgx/v5"
)

// unique are the registry's confirmed keys with their holders.
func (h *house) unique() []string {
	h.t.Helper()
	rows, err := h.pool.Query(context.Background(), "SELECT kind || ' ' || encode(key, 'hex') || ' ' || holder FROM registry.reservation WHERE confirmed")
	h.must(err)
	keys, err := pgx.CollectRows(rows, pgx.RowTo[string])
	h.must(err)
	slices.Sort(keys)
	return keys
}

// allKinds brings every kind of unique key into the ledger, and gives the number of
// a document that somebody has.
func (h *house) allKinds() string {
	h.t.Helper()
	ctx := h.t.Context()
	const kept = "E60000003"
	mistyped := h.prospect(h.ann, h.north, document("王示例", "E60000001"))
	_, err := h.ledger.SupplementCustomer(ctx, h.as(h.ann), commands.SupplementCustomer{
		Customer: mistyped, Fields: commands.CustomerFields{IdentityType: identity.Passport, IdentityNumber: "E60000002"},
	})
	h.must(err)
	h.prospect(h.bo, h.north, document("周示例", "E60000001")) // free again, and somebody else's
	linked := h.prospect(h.ann, h.north, document("李示例", kept))
	_, err = h.ledger.LinkCustomer(ctx, h.as(h.ann), commands.LinkCustomer{Customer: linked, CustomerNo: " C000001 "})
	h.must(err)
	erased := h.prospect(h.ann, h.north, document("赵示例", "E60000004"))
	_, err = h.ledger.LinkCustomer(ctx, h.as(h.ann), commands.LinkCustomer{Customer: erased, CustomerNo: "C000002"})
	h.must(err)
	_, err = h.ledger.EraseCustomer(ctx, h.as(h.director), commands.EraseCustomer{Customer: erased, Basis: "pipl-47"})
	h.must(err)
	s := h.sale("unique")
	imported := h.reserving(s.customer, s.product, h.dora)
	imported.ExternalNo = " X-1 "
	_, err = h.ledger.ReservePayment(ctx, h.as(h.dora), imported)
	h.must(err)
	return kept
}

// A registry that is lost is made from the log when the ledger is opened, the same
// as it was.
func TestALostRegistryIsMadeFromTheLog(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	number := h.allKinds()
	before := h.unique()
	if len(before) < 25 {
		t.Fatalf("only %d keys: %v", len(before), before)
	}
	_, err := h.pool.Exec(t.Context(), "DROP SCHEMA registry CASCADE")
	h.must(err)
	ledger := h.another()
	if after := h.unique(); !slices.Equal(after, before) {
		t.Errorf("the registry was\n%s\nand is\n%s", strings.Join(before, "\n"), strings.Join(after, "\n"))
	}
	_, err = ledger.RegisterCustomer(t.Context(), h.as(h.bo), h.registering(number))
	h.wants(err, customer.ErrDuplicateIdentity)
	_, err = ledger.RegisterCustomer(t.Context(), h.as(h.bo), h.registering("E60000004")) // whose holder is erased
	h.must(err)
}

// Without being made anew, an empty registry lets a second customer in with the
// same document; making it then tells so.
func TestAnEmptyRegistryBesideALogIsTheDangerItIsMadeAgainst(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	number := h.allKinds()
	_, err := h.pool.Exec(t.Context(), "DELETE FROM registry.reservation")
	h.must(err)
	_, err = h.another().RegisterCustomer(t.Context(), h.as(h.bo), h.registering(number))
	h.must(err)
	if h.holders(number) != 2 {
		t.Errorf("%d customers have the document, want the two that should not be", h.holders(number))
	}
	rebuilt, err := h.ledger.RebuildRegistry(t.Context(), nil)
	h.must(err)
	if rebuilt.Twice != 1 {
		t.Errorf("%+v, want one key with two holders", rebuilt)
	}
}

// Beside commands, making the registry takes nothing away, and settles what a
// command that was cut off has left in the way.
func TestTheRegistryIsMadeBesideCommands(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.allKinds()
	before := h.unique()
	_, err := h.pool.Exec(t.Context(), `
		UPDATE registry.reservation SET holder = 'customer-0192f0c0-0000-7000-8000-000000000001', confirmed = false WHERE kind = 'identity'`)
	h.must(err)
	var told int64
	rebuilt, err := h.ledger.RebuildRegistry(t.Context(), func(done int64) { told = done })
	h.must(err)
	if rebuilt.Keys != int64(len(before)) || rebuilt.Twice != 0 || told == 0 {
		t.Errorf("%+v, told of %d, want %d keys", rebuilt, told, len(before))
	}
	if after := h.unique(); !slices.Equal(after, before) {
		t.Errorf("the registry was\n%s\nand is\n%s", strings.Join(before, "\n"), strings.Join(after, "\n"))
	}
}

// While a ledger is being loaded nobody opens what is there of it.
func TestAHalfLoadedLedgerIsNotOpened(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	_, err := h.pool.Exec(t.Context(), "UPDATE registry.standing SET complete = false, loading = 'a file'")
	h.must(err)
	registry, err := commands.OpenRegistry(t.Context(), h.pool)
	h.must(err)
	config := h.config(registry)
	if _, err := commands.Open(t.Context(), config); !errors.Is(err, commands.ErrLoadUnfinished) {
		t.Errorf("opened: %v", err)
	}
	config.Loading = true
	loading, err := commands.Open(t.Context(), config)
	h.must(err)
	t.Cleanup(loading.Close)
	if err := loading.BeginLoading(t.Context(), "another file"); !errors.Is(err, commands.ErrLoadUnfinished) {
		t.Errorf("another file: %v", err)
	}
	h.must(loading.BeginLoading(t.Context(), "a file"))
	_, err = loading.FinishLoading(t.Context(), nil)
	h.must(err)
	h.another()
	if err := loading.BeginLoading(t.Context(), "a file"); !errors.Is(err, commands.ErrRegistryInUse) {
		t.Errorf("a ledger that is there: %v", err)
	}
}
