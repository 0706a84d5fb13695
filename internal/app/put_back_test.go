package app_test

import (
	"context"
	"errors"
	"testing"

	"guishu/commands"
	"guishu/commands/commandstest"
	"guishu/commands/ledger"
	"guishu/domain"
	"guishu/eventstore"
	"guishu/eventstore/memory"
	"guishu/internal/app"
	"guishu/internal/app/apptest"
	"guishu/internal/esdbtest"
	"guishu/internal/pgtest"
	"guishu/internal/waiting"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
)

// lost is what was done after a copy of the ledger was made.
type lost struct {
	call    ledger.Call
	command commands.RegisterCustomer
}

// goOn registers a customer, whom the read models show, and gives how that was done.
func goOn(t *testing.T, a *app.App, o owned) lost {
	t.Helper()
	l := lost{call: o.ann, command: commands.RegisterCustomer{Party: domain.Person, Fields: commandstest.Document("李小红", "E00000001"), HomeUnit: o.north}}
	l.call.Key = uuid.NewString()
	done, err := a.Ledger.Do(t.Context(), l.call, l.command)
	if err == nil {
		err = a.Models.WaitForAll(waiting.Context(t, "the read models to show a customer"), done.Position)
	}
	if err != nil {
		t.Fatal(err)
	}
	return l
}

// decidesNothingMore wants a product whose ledger went back to say so, and to take no
// command, new or repeated.
func decidesNothingMore(t *testing.T, a *app.App, o owned, l lost) {
	t.Helper()
	// At once, whatever has been noticed by then.
	answer, err := a.Ledger.Do(waiting.Context(t, "an answer"), ledger.Call{Actor: o.ann.Actor, Key: "new"}, l.command)
	if err == nil {
		t.Errorf("a ledger that went back took a command: %+v", answer)
	}
	if answer, err := a.Ledger.Do(waiting.Context(t, "an answer"), l.call, l.command); err == nil {
		t.Errorf("what is lost was answered with %+v", answer)
	}
	waiting.Until(t, "the product to say that its ledger went back", func() bool {
		return errors.Is(a.Ledger.Standing(), domain.ErrLedgerPutBack)
	})
	_, err = a.Ledger.Do(t.Context(), ledger.Call{Actor: o.ann.Actor, Key: "another"}, l.command)
	if !errors.Is(err, domain.ErrLedgerPutBack) {
		t.Errorf("got %v", err)
	}
}

// E-03: an EventStoreDB that comes back with an older copy while the program runs.
func TestAStoreThatGoesBackUnderTheRunningProgramIsNoticed(t *testing.T) {
	t.Parallel()
	full := memory.New()
	server := esdbtest.Serve(t, full)
	o := newOwned(t, server.Address())
	copied := memory.New()
	if _, err := copied.Load(t.Context(), firstEvents(full, 1_000_000)); err != nil {
		t.Fatal(err)
	}
	a, err := o.open(t, o.store)
	if err != nil {
		t.Fatal(err)
	}
	defer closed(t, a)
	stop := apptest.Run(t, a)
	defer stop()
	l := goOn(t, a, o)
	// Other programs go on, beyond where the ledger ended.
	for range 20 {
		_, err := copied.Append(t.Context(), eventstore.Append{Stream: "of-others", Expected: eventstore.AnyRevision, Events: []eventstore.NewEvent{
			{ID: uuid.New(), Type: "something", Data: []byte("{}")},
		}})
		if err != nil {
			t.Fatal(err)
		}
	}
	server.PutBack(copied)
	decidesNothingMore(t, a, o, l)

	// The right one comes back: the program goes on by itself.
	server.PutBack(full)
	var why error
	t.Cleanup(func() {
		if t.Failed() {
			t.Log(why)
		}
	})
	waiting.Until(t, "the product to go on", func() bool {
		why = a.Ledger.Standing()
		return why == nil
	})
	again, err := a.Ledger.Do(t.Context(), l.call, l.command)
	if err != nil || !again.Repeated {
		t.Errorf("what was there all the time is answered with %+v, %v", again, err)
	}

	// It is not served when it is started with the older copy either.
	stop()
	server.PutBack(copied)
	o.refused(t, o.store, app.ErrLedgerBehind)
	o.maintained(t)
}

// maintained opens the ledger for maintenance: it can be looked at, not decided on.
func (o owned) maintained(t *testing.T) {
	t.Helper()
	c := o.config(o.store)
	c.Maintenance = true
	a, err := app.Open(t.Context(), c)
	if err != nil {
		t.Fatal(err)
	}
	defer closed(t, a)
	if _, err := a.Store.LastPosition(t.Context()); err != nil {
		t.Error(err)
	}
	_, err = a.Ledger.Do(t.Context(), o.ann, o.claim)
	if !errors.Is(err, domain.ErrLedgerPutBack) {
		t.Errorf("a command is answered with %v", err)
	}
}

// E-03 on PostgreSQL: the database is put back while the program runs.
func TestADatabaseThatIsPutBackUnderTheRunningProgramIsNoticed(t *testing.T) {
	t.Parallel()
	o := newOwned(t, "")
	putBack := pgtest.Copy(t, o.url)
	a, err := o.open(t, "")
	if err != nil {
		t.Fatal(err)
	}
	defer closed(t, a)
	defer apptest.Run(t, a)()
	l := goOn(t, a, o)
	putBack()
	decidesNothingMore(t, a, o, l)
}

// A ledger in PostgreSQL of which a copy was put beside newer read models is not
// served.
func TestALedgerThatIsOlderThanItsReadModelsIsNotServed(t *testing.T) {
	t.Parallel()
	for name, then := range map[string]string{
		"it ends before":         "",
		"another event is there": "INSERT INTO ledger.events SELECT position + 1, 0, now(), gen_random_uuid(), gen_random_uuid(), 'note-1', 'note', '{}', '{}', false FROM ledger.head",
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			o := newOwned(t, "")
			a, err := o.open(t, "")
			if err != nil {
				t.Fatal(err)
			}
			stop := apptest.Run(t, a)
			goOn(t, a, o)
			stop()
			last, err := a.Store.LastPosition(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			closed(t, a)
			deleteRows(t, o.url, "position = $1", int64(last))
			execute(t, o.url, "UPDATE ledger.head SET position = position - 1")
			if then != "" {
				execute(t, o.url, then)
				execute(t, o.url, "UPDATE ledger.head SET position = position + 1")
			}
			o.refused(t, "", app.ErrLedgerBehind)
			o.maintained(t)
		})
	}
}

// What an older program has built is known by no event yet: it gets one when the
// program is started, and is held to it from then on.
func TestReadModelsOfAnOlderProgramGetTheirMark(t *testing.T) {
	t.Parallel()
	here := newPlace(t)
	here.begun(t, "")
	execute(t, here.url, "UPDATE read.builds SET mark_position = NULL, mark_event = NULL")
	a, err := here.open(t, "")
	if err != nil {
		t.Fatal(err)
	}
	mark, err := a.Models.Mark(t.Context())
	if err != nil || mark.Position == 0 || mark.Event == uuid.Nil {
		t.Errorf("the mark is %+v, %v", mark, err)
	}
	closed(t, a)
	execute(t, here.url, "UPDATE read.builds SET mark_event = gen_random_uuid()")
	here.refused(t, "", app.ErrLedgerBehind)
	execute(t, here.url, "ALTER TABLE read.builds DROP COLUMN mark_position, DROP COLUMN mark_event")
	here.begun(t, "")
}

func execute(t *testing.T, url, sql string) {
	t.Helper()
	connection, err := pgx.Connect(t.Context(), url)
	if err != nil {
		t.Fatal(err)
	}
	defer connection.Close(context.Background())
	if _, err := connection.Exec(t.Context(), sql); err != nil {
		t.Fatal(err)
	}
}
