package ledger

import (
	"bytes"
	"context"
	"strings"

	"guishu/domain/customer"
	"guishu/domain/identity"
	"guishu/domain/payment"
	"guishu/domain/product"
	"guishu/domain/staff"
	"guishu/eventstore"
)

// Holder is the stream that has a unique key; false when none has. A key that a
// command reserved and never used is nobody's, and so is one that was given up.
func (l *Ledger) Holder(ctx context.Context, kind KeyKind, key []byte) (eventstore.Stream, bool, error) {
	stream, reserved, err := l.keys.Holder(ctx, kind, key)
	if err != nil {
		return "", false, Unavailable("look for who has a unique key", err)
	}
	if !reserved {
		return "", false, nil
	}
	has, _, err := l.holds(ctx, stream, kind, key)
	return stream, has && err == nil, err
}

// holds says whether a stream has a unique key by what its events say, and at
// which revision that was seen.
func (l *Ledger) holds(ctx context.Context, stream eventstore.Stream, kind KeyKind, key []byte) (bool, eventstore.Revision, error) {
	switch {
	case strings.HasPrefix(string(stream), customer.StreamPrefix):
		s, err := Load[customer.State](ctx, l, stream)
		if err != nil {
			return false, s.Revision, err
		}
		if kind == UniqueIdentity {
			return l.hasIdentity(s.State, key), s.Revision, nil
		}
		return s.State.CustomerNo != "" && s.State.CustomerNo == string(key), s.Revision, nil
	case strings.HasPrefix(string(stream), staff.StreamPrefix):
		s, err := Load[staff.State](ctx, l, stream)
		if err != nil {
			return false, s.Revision, err
		}
		if kind == UniqueLogin {
			return s.State.Exists() && bytes.Equal([]byte(staff.FoldLogin(s.State.Login)), key), s.Revision, nil
		}
		return s.State.Exists() && s.State.EmployeeNo == string(key), s.Revision, nil
	case strings.HasPrefix(string(stream), product.StreamPrefix):
		s, err := Load[product.State](ctx, l, stream)
		return err == nil && s.State.Known(), s.Revision, err
	default: // a payment keeps the number it came with from its first event on
		s, err := Load[payment.State](ctx, l, stream)
		return err == nil && s.State.Known(), s.Revision, err
	}
}

// hasIdentity says whether the customer's document has that lookup hash.
func (l *Ledger) hasIdentity(s *customer.State, hash []byte) bool {
	document := s.Identity()
	return !document.IsZero() && bytes.Equal(l.IdentityKey(document).Key, hash)
}

// IdentityKey is the key of an identity document: its keyed hash, which tells
// nothing of it.
func (l *Ledger) IdentityKey(document identity.Document) UniqueKey {
	hash := l.lookups.Hash(string(UniqueIdentity), document.Canonical())
	return UniqueKey{
		Kind:  UniqueIdentity,
		Key:   hash[:],
		Taken: customer.ErrDuplicateIdentity.At("identity_number"),
	}
}

// KeyOf is the key of a text as it is, with the refusal when somebody else has it;
// none when the text is not given.
func KeyOf(kind KeyKind, text string, taken error) []UniqueKey {
	if text = strings.TrimSpace(text); text == "" {
		return nil
	}
	return []UniqueKey{{Kind: kind, Key: []byte(text), Taken: taken}}
}
