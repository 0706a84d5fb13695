package ledger_test

import (
	"context"
	"errors"
	"iter"
	"sync/atomic"
	"testing"

	"guishu/commands"
	"guishu/commands/commandstest"
	"guishu/commands/ledger"
	"guishu/domain"
	"guishu/domain/customer"
	"guishu/eventstore"
)

// turning is a store in whose place an older copy answers, over a new connection, from
// the moment in which a stream is read that the copy does not have.
type turning struct {
	eventstore.Store
	lacks  eventstore.Stream
	turned atomic.Uint64
}

func (s *turning) Connections() uint64 { return s.turned.Load() }

func (s *turning) ReadStream(ctx context.Context, q eventstore.StreamQuery) iter.Seq2[eventstore.Event, error] {
	if q.Stream == s.lacks {
		s.turned.Store(1)
		return func(func(eventstore.Event, error) bool) {}
	}
	return s.Store.ReadStream(ctx, q)
}

func (s *turning) ReadAll(ctx context.Context, q eventstore.AllQuery) iter.Seq2[eventstore.Event, error] {
	if s.turned.Load() > 0 {
		return func(func(eventstore.Event, error) bool) {}
	}
	return s.Store.ReadAll(ctx, q)
}

// E-03: a refusal that was decided on an older copy is none, however short a time the
// copy has been there.
func TestARefusalDecidedOnAnOlderCopyIsNotGiven(t *testing.T) {
	t.Parallel()
	b := commandstest.NewBank(t)
	who := b.Prospect(b.Ann, b.North, commandstest.Person("王小明"))
	store := &turning{Store: b.Store, lacks: eventstore.Stream(customer.StreamPrefix + who.String())}
	l := b.Another(func(c *ledger.Config) { c.Store = store })
	known := commands.RegisterCustomer{Party: domain.Person, Fields: commandstest.Document("李小红", "E00000001"), HomeUnit: b.North}
	if _, err := l.Do(t.Context(), b.As(b.Ann), known); err != nil {
		t.Fatal(err)
	}
	_, err := l.Do(t.Context(), b.As(b.Ann), commands.ClaimCustomer{Customer: who, Line: domain.SelfOperated})
	if !errors.Is(err, domain.ErrLedgerPutBack) {
		t.Errorf("a customer whom the copy lacks: %v", err)
	}
}
