package commands

import (
	"bytes"
	"context"
	"strings"

	"guishu/domain/customer"
	"guishu/domain/payment"
	"guishu/domain/product"
	"guishu/domain/staff"
	"guishu/eventstore"
)

// Holder is the stream that has a unique key; false when none has. A key that a
// command reserved and never used is nobody's, and so is one that was given up.
func (l *Ledger) Holder(ctx context.Context, kind ReservationKind, key []byte) (eventstore.Stream, bool, error) {
	stream, reserved, err := l.registry.Holder(ctx, kind, key)
	if err != nil {
		return "", false, unavailable("look for who has a unique key", err)
	}
	if !reserved {
		return "", false, nil
	}
	has, _, err := l.holds(ctx, stream, kind, key)
	return stream, has && err == nil, err
}

// holds says whether a stream has a unique key by what its events say, and at
// which revision that was seen.
func (l *Ledger) holds(ctx context.Context, stream eventstore.Stream, kind ReservationKind, key []byte) (bool, eventstore.Revision, error) {
	switch {
	case strings.HasPrefix(string(stream), customer.StreamPrefix):
		s, err := load[customer.State](ctx, l, stream)
		if err != nil {
			return false, s.Revision, err
		}
		if kind == UniqueIdentity {
			return l.hasIdentity(s.State, key), s.Revision, nil
		}
		return s.State.CustomerNo != "" && s.State.CustomerNo == string(key), s.Revision, nil
	case strings.HasPrefix(string(stream), staff.StreamPrefix):
		s, err := load[staff.State](ctx, l, stream)
		if err != nil {
			return false, s.Revision, err
		}
		if kind == UniqueLogin {
			return s.State.Exists() && bytes.Equal([]byte(foldLogin(s.State.Login)), key), s.Revision, nil
		}
		return s.State.Exists() && s.State.EmployeeNo == string(key), s.Revision, nil
	case strings.HasPrefix(string(stream), product.StreamPrefix):
		s, err := load[product.State](ctx, l, stream)
		return err == nil && s.State.Known(), s.Revision, err
	default: // a payment keeps the number it came with from its first event on
		s, err := load[payment.State](ctx, l, stream)
		return err == nil && s.State.Known(), s.Revision, err
	}
}
