package ledger_test

import (
	"context"
	"errors"
	"slices"
	"strings"
	"testing"

	"guishu/commands"
	"guishu/commands/commandstest"
	"guishu/commands/ledger"
	"guishu/domain/customer"
	"guishu/domain/identity"

	"github.com/jackc/pgx/v5"
)

// unique are the registry's confirmed keys with their holders.
func (h *house) unique() []string {
	h.Helper()
	rows, err := h.Pool.Query(context.Background(), "SELECT kind || ' ' || encode(key, 'hex') || ' ' || holder FROM registry.reservation WHERE confirmed")
	h.Must(err)
	keys, err := pgx.CollectRows(rows, pgx.RowTo[string])
	h.Must(err)
	slices.Sort(keys)
	return keys
}

// allKinds brings every kind of unique key into the ledger, and gives the number of
// a document that somebody has.
func (h *house) allKinds() string {
	h.Helper()
	ctx := h.Context()
	const kept = "E60000003"
	mistyped := h.Prospect(h.Ann, h.North, commandstest.Document("王示例", "E60000001"))
	_, err := h.Ledger.Do(ctx, h.As(h.Ann), commands.SupplementCustomer{
		Customer: mistyped, Fields: commands.CustomerFields{IdentityType: identity.Passport, IdentityNumber: "E60000002"},
	})
	h.Must(err)
	h.Prospect(h.Bo, h.North, commandstest.Document("周示例", "E60000001")) // free again, and somebody else's
	linked := h.Prospect(h.Ann, h.North, commandstest.Document("李示例", kept))
	_, err = h.Ledger.Do(ctx, h.As(h.Ann), commands.LinkCustomer{Customer: linked, CustomerNo: " C000001 "})
	h.Must(err)
	erased := h.Prospect(h.Ann, h.North, commandstest.Document("赵示例", "E60000004"))
	_, err = h.Ledger.Do(ctx, h.As(h.Ann), commands.LinkCustomer{Customer: erased, CustomerNo: "C000002"})
	h.Must(err)
	_, err = h.Ledger.Do(ctx, h.As(h.Director), commands.EraseCustomer{Customer: erased, Basis: "pipl-47"})
	h.Must(err)
	s := h.Sale("unique")
	imported := h.Reserving(s.Customer, s.Product, h.Dora)
	imported.ExternalNo = " X-1 "
	_, err = h.Ledger.Do(ctx, h.As(h.Dora), imported)
	h.Must(err)
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
	_, err := h.Pool.Exec(t.Context(), "DROP SCHEMA registry CASCADE")
	h.Must(err)
	ledger := h.Another()
	if after := h.unique(); !slices.Equal(after, before) {
		t.Errorf("the registry was\n%s\nand is\n%s", strings.Join(before, "\n"), strings.Join(after, "\n"))
	}
	_, err = ledger.Do(t.Context(), h.As(h.Bo), h.registering(number))
	h.Wants(err, customer.ErrDuplicateIdentity)
	_, err = ledger.Do(t.Context(), h.As(h.Bo), h.registering("E60000004")) // whose holder is erased
	h.Must(err)
}

// Without being made anew, an empty registry lets a second customer in with the
// same document; making it then tells so.
func TestAnEmptyRegistryBesideALogIsTheDangerItIsMadeAgainst(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	number := h.allKinds()
	_, err := h.Pool.Exec(t.Context(), "DELETE FROM registry.reservation")
	h.Must(err)
	_, err = h.Another().Do(t.Context(), h.As(h.Bo), h.registering(number))
	h.Must(err)
	if h.holders(number) != 2 {
		t.Errorf("%d customers have the document, want the two that should not be", h.holders(number))
	}
	rebuilt, err := h.Ledger.RebuildKeys(t.Context(), nil)
	h.Must(err)
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
	_, err := h.Pool.Exec(t.Context(), `
		UPDATE registry.reservation SET holder = 'customer-0192f0c0-0000-7000-8000-000000000001', confirmed = false WHERE kind = 'identity'`)
	h.Must(err)
	var told int64
	rebuilt, err := h.Ledger.RebuildKeys(t.Context(), func(done int64) { told = done })
	h.Must(err)
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
	_, err := h.Pool.Exec(t.Context(), "UPDATE registry.standing SET complete = false, loading = 'a file'")
	h.Must(err)
	config := h.Config()
	if _, err := ledger.Open(t.Context(), config); !errors.Is(err, ledger.ErrLoadUnfinished) {
		t.Errorf("opened: %v", err)
	}
	config.Loading = true
	loading, err := ledger.Open(t.Context(), config)
	h.Must(err)
	t.Cleanup(loading.Close)
	if err := loading.BeginLoading(t.Context(), "another file"); !errors.Is(err, ledger.ErrLoadUnfinished) {
		t.Errorf("another file: %v", err)
	}
	h.Must(loading.BeginLoading(t.Context(), "a file"))
	_, err = loading.FinishLoading(t.Context(), nil)
	h.Must(err)
	h.Another()
	if err := loading.BeginLoading(t.Context(), "a file"); !errors.Is(err, ledger.ErrKeysInUse) {
		t.Errorf("a ledger that is there: %v", err)
	}
}
