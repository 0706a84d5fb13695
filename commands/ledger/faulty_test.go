package ledger_test

import (
	"context"
	"errors"
	"sync"

	"guishu/commands/ledger"
	"guishu/domain/customer"
	"guishu/eventstore"
	"guishu/eventstore/postgres"
)

// faulty is a store whose appends of customers' events go through on: what a
// crash, a lost reply or a slow network does to them.
type faulty struct {
	*postgres.Store
	mu sync.Mutex
	on func(a eventstore.Append, pass func() (eventstore.Appended, error)) (eventstore.Appended, error)
}

func (f *faulty) Append(ctx context.Context, a eventstore.Append) (eventstore.Appended, error) {
	f.mu.Lock()
	on := f.on
	f.mu.Unlock()
	pass := func() (eventstore.Appended, error) { return f.Store.Append(context.WithoutCancel(ctx), a) }
	if on == nil || len(a.Stream) < len(customer.StreamPrefix) || string(a.Stream[:len(customer.StreamPrefix)]) != customer.StreamPrefix {
		return pass()
	}
	return on(a, pass)
}

func (f *faulty) set(on func(eventstore.Append, func() (eventstore.Appended, error)) (eventstore.Appended, error)) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.on = on
}

var errWire = errors.New("the wire was cut")

// lost says that the outcome of an append is not known.
func lost() error { return &eventstore.UnknownOutcomeError{Err: errWire} }

// faultyProcess is one more process, whose appends can be made to fail.
func (h *house) faultyProcess() (*ledger.Ledger, *faulty) {
	h.Helper()
	f := &faulty{Store: h.Store.(*postgres.Store)}
	return h.Another(func(c *ledger.Config) { c.Store = f }), f
}

// documentIn is the identity number that an event gives a customer; said is false
// when it says nothing about it.
func documentIn(event any) (number string, said bool) {
	switch e := event.(type) {
	case customer.Registered:
		return e.IdentityNumber.Reveal(), true
	case customer.Supplemented:
		return e.IdentityNumber.Reveal(), !e.IdentityNumber.IsZero()
	}
	return "", false
}
