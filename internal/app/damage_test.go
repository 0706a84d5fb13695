package app_test

import (
	"context"
	"errors"
	"strings"
	"testing"

	"guishu/commands"
	"guishu/commands/commandstest"
	"guishu/commands/ledger"
	"guishu/domain"
	"guishu/domain/ownership"
	"guishu/eventstore"
	"guishu/internal/app"
	"guishu/internal/esdbtest"
	"guishu/internal/waiting"

	"github.com/EventStore/EventStore-Client-Go/v4/esdb"
	"github.com/jackc/pgx/v5"
)

// owned is a bank in which somebody owns a customer, in a ledger that was closed
// again.
type owned struct {
	place
	store    string // the EventStoreDB, if any
	slot     eventstore.Stream
	customer domain.CustomerID
	ann      ledger.Call
	bo       domain.StaffID
	north    domain.UnitID
	claim    commands.ClaimCustomer
}

func newOwned(t *testing.T, store string) owned {
	t.Helper()
	o := owned{place: newPlace(t), store: store}
	a, err := o.open(t, store)
	if err != nil {
		t.Fatal(err)
	}
	defer closed(t, a)
	f := commandstest.In(t, a.Ledger, a.Store)
	f.Settle("示例银行")
	b := commandstest.BankOf(f)
	o.customer = b.Prospect(b.Ann, b.North, commandstest.Person("王小明"))
	o.claim = commands.ClaimCustomer{Customer: o.customer}
	o.ann, o.bo, o.north = b.As(b.Ann), b.Bo, b.North
	claimed, err := a.Ledger.Do(t.Context(), o.ann, o.claim)
	b.Must(err)
	done := b.Do(b.NorthHead, commands.ApproveClaim{Customer: o.customer, Line: domain.SelfOperated, Application: domain.ApplicationID(claimed.ID)})
	o.slot = done.Stream
	if store != "" {
		waiting.Until(t, "the index of ids to follow", func() bool {
			var at eventstore.Position
			err := a.Pool.QueryRow(t.Context(), "SELECT position FROM ids.checkpoint").Scan(&at)
			return err == nil && at >= done.Position
		})
	}
	return o
}

// decidesNothing opens the ledger again: the slot is not decided on, and it is told
// which stream is damaged.
func (o owned) decidesNothing(t *testing.T) *app.App {
	t.Helper()
	a, err := o.open(t, o.store)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { closed(t, a) })
	ctx := waiting.Context(t, "the answer to a claim")
	_, err = a.Ledger.Do(ctx, ledger.Call{Actor: o.bo, Key: "second"}, o.claim)
	if !errors.Is(err, domain.ErrLedgerDamaged) || o.store != "" && !strings.Contains(err.Error(), string(o.slot)) {
		t.Errorf("a claim for a customer who has an owner is answered with %v", err)
	}
	if again, err := a.Ledger.Do(ctx, o.ann, o.claim); !errors.Is(err, domain.ErrLedgerDamaged) {
		t.Errorf("the first claim is answered with %+v, %v", again, err)
	}
	if o.store == "" {
		return a // the log lacks an event, whatever the stream
	}
	damages, err := a.Ledger.Damages(ctx)
	if err != nil || len(damages) != 1 || damages[0].Stream != o.slot {
		t.Errorf("damaged are %v, %v", damages, err)
	}
	return a
}

// E-02: a stream that somebody deleted or cut short past the program is not decided
// on, and named, also by the process that starts next.
func TestAStreamThatWasDeletedOrHiddenIsNotDecidedOn(t *testing.T) {
	t.Parallel()
	metadata := func(set func(*esdb.StreamMetadata)) func(context.Context, *esdb.Client, string) error {
		return func(ctx context.Context, client *esdb.Client, stream string) error {
			var m esdb.StreamMetadata
			set(&m)
			_, err := client.SetStreamMetadata(ctx, stream, esdb.AppendToStreamOptions{}, m)
			return err
		}
	}
	remove := func(ctx context.Context, client *esdb.Client, stream string) error {
		_, err := client.DeleteStream(ctx, stream, esdb.DeleteStreamOptions{})
		return err
	}
	for name, harm := range map[string]func(context.Context, *esdb.Client, string) error{
		"deleted":          remove,
		"max count":        metadata(func(m *esdb.StreamMetadata) { m.SetMaxCount(1) }),
		"truncated before": metadata(func(m *esdb.StreamMetadata) { m.SetTruncateBefore(3) }),
		"deleted for good": func(ctx context.Context, client *esdb.Client, stream string) error {
			_, err := client.TombstoneStream(ctx, stream, esdb.TombstoneStreamOptions{})
			return err
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			o := newOwned(t, esdbtest.New(t))
			if err := harm(t.Context(), official(t, o.store), string(o.slot)); err != nil {
				t.Fatal(err)
			}
			o.decidesNothing(t)
		})
	}
}

// Metadata that hide nothing yet are an alarm as well, and so are those that were set
// while nobody looked; it ends when they are taken back.
func TestMetadataThatWillHideEventsAreAnAlarm(t *testing.T) {
	t.Parallel()
	o := newOwned(t, esdbtest.New(t))
	client := official(t, o.store)
	set := func(stream string, m esdb.StreamMetadata) {
		t.Helper()
		if _, err := client.SetStreamMetadata(t.Context(), stream, esdb.AppendToStreamOptions{}, m); err != nil {
			t.Fatal(err)
		}
	}
	var later esdb.StreamMetadata
	later.SetMaxCount(1_000)
	set(string(o.slot), later)
	set("somebody-else's", later)
	a, err := o.open(t, o.store)
	if err != nil {
		t.Fatal(err)
	}
	defer closed(t, a)
	waiting.Until(t, "the alarm", func() bool {
		damages, err := a.Ledger.Damages(t.Context())
		return err == nil && len(damages) == 1 && damages[0].Stream == o.slot && strings.Contains(damages[0].Reason, "$maxCount")
	})
	_, err = a.Ledger.Do(t.Context(), ledger.Call{Actor: o.bo, Key: "second"}, o.claim)
	if !errors.Is(err, ownership.ErrAlreadyOwned) {
		t.Errorf("a stream that is whole yet is decided on with %v", err)
	}
	set(string(o.slot), esdb.StreamMetadata{})
	waiting.Until(t, "the alarm to end", func() bool {
		damages, err := a.Ledger.Damages(t.Context())
		return err == nil && len(damages) == 0
	})
}

// E-02 on PostgreSQL: a row of the log is deleted.
func TestAStreamOfWhichARowWasDeletedIsNotDecidedOn(t *testing.T) {
	t.Parallel()
	for name, where := range map[string]string{"the first": "revision = 0", "one between": "revision = 1"} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			o := newOwned(t, "")
			deleteRows(t, o.url, "stream = $1 AND "+where, string(o.slot))
			o.decidesNothing(t)
		})
	}
}

// The last event of a stream, or a whole stream: no stream lacks anything, the log does.
func TestALogOfWhichARowWasDeletedIsNotDecidedOn(t *testing.T) {
	t.Parallel()
	for name, where := range map[string]string{"the last of a stream": "revision = 2", "a whole stream": "true"} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			o := newOwned(t, "")
			deleteRows(t, o.url, "stream = $1 AND "+where, string(o.slot))
			a, err := o.open(t, "")
			if err != nil {
				t.Fatal(err)
			}
			defer closed(t, a)
			_, err = a.Ledger.Do(t.Context(), ledger.Call{Actor: o.bo, Key: "second"}, o.claim)
			if !errors.Is(err, domain.ErrLedgerDamaged) {
				t.Errorf("a claim for a customer who has an owner is answered with %v", err)
			}
			if err := a.Ledger.Standing(); !errors.Is(err, domain.ErrLedgerDamaged) {
				t.Errorf("the ledger stands at %v", err)
			}
		})
	}
}

// deleteRows deletes events as somebody does who may do everything.
func deleteRows(t *testing.T, url, where string, arguments ...any) {
	t.Helper()
	connection, err := pgx.Connect(t.Context(), url)
	if err != nil {
		t.Fatal(err)
	}
	defer connection.Close(t.Context())
	for _, sql := range []string{
		"ALTER TABLE ledger.events DISABLE TRIGGER events_are_never_rewritten",
		"DELETE FROM ledger.events WHERE " + where,
		"ALTER TABLE ledger.events ENABLE ALWAYS TRIGGER events_are_never_rewritten",
	} {
		given := arguments
		if !strings.HasPrefix(sql, "DELETE") {
			given = nil
		}
		if _, err := connection.Exec(t.Context(), sql, given...); err != nil {
			t.Fatal(err)
		}
	}
}

// official is EventStoreDB's own client.
func official(t *testing.T, address string) *esdb.Client {
	t.Helper()
	settings, err := esdb.ParseConnectionString(address)
	if err != nil {
		t.Fatal(err)
	}
	settings.Logger = esdb.NoopLogging()
	client, err := esdb.NewClient(settings)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = client.Close() })
	return client
}
