package reactions

import (
	"context"

	"guishu/commands/ledger"
	"guishu/eventstore"
)

// all lists every reaction.
func all(signIns SignIns) []reaction {
	return []reaction{
		promoteCustomer(),
		dissolveUntenable(),
		endUntenable(),
		attributeCommission(),
		counterAttribution(),
		eraseCustomer(),
		recordClaimPhone(),
		endSignIn(signIns),
	}
}

// reaction is one consumer: what it hears of and what it does then.
type reaction struct {
	name   string // of the consumer: its checkpoint hangs on it, so it never changes
	hears  any    // a zero event of the type it hears of
	answer func(ctx context.Context, l *ledger.Ledger, call ledger.Call, stream eventstore.Stream, event any) error
	// line names the stream whose events it answers in their order; nil for the
	// one that the event stands in.
	line func(stream eventstore.Stream, event any) eventstore.Stream
	// settled says whether nothing is left to do about an event, by what the ledger
	// holds: whoever did it (C-10). It changes nothing.
	settled func(ctx context.Context, l *ledger.Ledger, stream eventstore.Stream, event any) (bool, error)
}

// on is the reaction to events of type E. Those of one stream are answered in their
// order; inOrderOf, if given, names another stream that an event waits its turn in.
func on[E any](
	consumer string,
	answer func(ctx context.Context, l *ledger.Ledger, call ledger.Call, e E) error,
	inOrderOf ...func(stream eventstore.Stream, e E) eventstore.Stream,
) reaction {
	return onStream(consumer, func(ctx context.Context, l *ledger.Ledger, call ledger.Call, _ eventstore.Stream, e E) error {
		return answer(ctx, l, call, e)
	}, inOrderOf...)
}

// onStream is on for events that do not say themselves what their stream says.
func onStream[E any](
	consumer string,
	answer func(ctx context.Context, l *ledger.Ledger, call ledger.Call, stream eventstore.Stream, e E) error,
	inOrderOf ...func(stream eventstore.Stream, e E) eventstore.Stream,
) reaction {
	r := reaction{
		name:  consumer,
		hears: *new(E),
		answer: func(ctx context.Context, l *ledger.Ledger, call ledger.Call, stream eventstore.Stream, event any) error {
			return answer(ctx, l, call, stream, event.(E))
		},
	}
	for _, line := range inOrderOf {
		r.line = func(stream eventstore.Stream, event any) eventstore.Stream { return line(stream, event.(E)) }
	}
	return r
}

// settledWhen says when nothing is left to do about an event that a reaction hears of.
func settledWhen[E any](r reaction, settled func(ctx context.Context, l *ledger.Ledger, stream eventstore.Stream, e E) (bool, error)) reaction {
	r.settled = func(ctx context.Context, l *ledger.Ledger, stream eventstore.Stream, event any) (bool, error) {
		return settled(ctx, l, stream, event.(E))
	}
	return r
}
