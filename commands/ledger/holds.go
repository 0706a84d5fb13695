package ledger

import (
	"bytes"
	"context"
	"fmt"
	"slices"

	"guishu/domain"
	"guishu/eventstore"
)

// Holder is the stream that has a unique key; false when none has. A key that a
// command reserved and never used is nobody's, and so is one that was given up.
func (l *Ledger) Holder(ctx context.Context, k domain.UniqueKey) (eventstore.Stream, bool, error) {
	kept := l.keep(k)
	stream, reserved, err := l.keys.Holder(ctx, kept.kind, kept.value)
	if err != nil {
		return "", false, Unavailable("look for who has a unique key", err)
	}
	if !reserved {
		return "", false, nil
	}
	has, _, err := l.holds(ctx, stream, kept.kind, kept.value)
	return stream, has && err == nil, err
}

// holds says whether a stream has a unique key by what its state says, and at which
// revision that was seen. Of a stream that is no aggregate's, or that cannot have such
// a key for all that is known here, nothing follows for anyone else who wants the key.
func (l *Ledger) holds(ctx context.Context, stream eventstore.Stream, kind domain.UniqueName, value []byte) (bool, eventstore.Revision, error) {
	loaded, err := l.load(ctx, stream)
	if err != nil {
		return false, eventstore.NoRevision, err
	}
	if !slices.ContainsFunc(loaded.category.Unique, func(k domain.UniqueKind) bool { return k.Name == kind }) {
		return false, loaded.revision, fmt.Errorf("ledger: %s cannot have the key of the kind %q that is reserved for it", stream, kind)
	}
	has := slices.ContainsFunc(loaded.keys(), func(k domain.UniqueKey) bool {
		return k.Kind.Name == kind && bytes.Equal(l.keep(k).value, value)
	})
	return has, loaded.revision, nil
}

// newKeys are the keys that a stream has after what is wanted and had not before:
// those that a command must reserve, whichever it is. A retry of what began a stream
// reserves them again, and so confirms what the first try left.
func (l *Ledger) newKeys(ctx context.Context, stream eventstore.Stream, wanted outcome) ([]key, error) {
	category, err := l.directory.Of(string(stream))
	if err != nil || len(category.Unique) == 0 {
		return nil, err
	}
	before := loaded{category: category, state: category.State.Fresh()}
	if wanted.Revision != eventstore.NoRevision {
		if before, err = l.load(ctx, stream); err != nil {
			return nil, err
		}
	}
	after := loaded{category: category, state: category.State.Clone(before.state)}
	for _, event := range wanted.Events {
		category.State.Apply(after.state, event, domain.Fact{})
	}
	had := before.keys()
	var fresh []key
	for _, k := range after.keys() {
		switch {
		case slices.Contains(had, k):
		case !slices.Contains(category.Unique, k.Kind):
			return nil, fmt.Errorf("ledger: %s has a key of the kind %q, which its category does not name", stream, k.Kind.Name)
		default:
			fresh = append(fresh, l.keep(k))
		}
	}
	return fresh, nil
}

// keep is a key as it is kept: as it is or, where its text is personal, as its keyed
// hash, which tells nothing of it.
func (l *Ledger) keep(k domain.UniqueKey) key {
	value := []byte(k.Text)
	if k.Kind.Hashed {
		hash := l.lookups.Hash(string(k.Kind.Name), k.Text)
		value = hash[:]
	}
	return key{kind: k.Kind.Name, value: value, taken: k.Kind.Refusal()}
}
