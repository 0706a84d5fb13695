package gateway

import (
	"context"
	"iter"

	"google.golang.org/grpc/codes"

	"guishu/eventstore"
)

// liveBuffer is how many live events EventStoreDB holds for a subscriber.
const liveBuffer = 32

// step is what a subscription comes to next.
type step struct {
	eventstore.Delivery
	fellBehind bool // nothing was delivered: the subscriber is too slow for live events
}

// steps gives what a subscription delivers, going on where open begins. Once it is
// live, a likeness of EventStoreDB holds few events for a reader that is slow.
func (r *reader) steps(ctx context.Context, open func(context.Context) iter.Seq2[eventstore.Delivery, error]) iter.Seq2[step, error] {
	if r.ways.slow == slowWaits {
		return func(yield func(step, error) bool) {
			for delivery, err := range open(ctx) {
				if !yield(step{Delivery: delivery}, err) {
					return
				}
			}
		}
	}
	return func(yield func(step, error) bool) {
		for {
			feed := startFeed(ctx, open)
			goesOn := feed.pass(yield)
			if !goesOn || feed.err != nil {
				return
			}
			if r.ways.slow == slowEnds {
				yield(step{}, consumerTooSlow())
				return
			}
			if !yield(step{fellBehind: true}, nil) {
				return
			}
		}
	}
}

// consumerTooSlow ends the call of a subscriber who does not keep up.
func consumerTooSlow() *exception {
	return &exception{
		code:    codes.Aborted,
		message: "Operation timed out: Consumer too slow to handle event while live. Client resubscription required.",
	}
}

// feed runs a subscription ahead of its reader, by as much as its buffer holds.
// Live events that find no room in it end the feed.
type feed struct {
	deliveries chan eventstore.Delivery // closed when the feed has ended
	err        error                    // set before, nil when there was no room
	stop       context.CancelFunc
}

func startFeed(ctx context.Context, open func(context.Context) iter.Seq2[eventstore.Delivery, error]) *feed {
	f := &feed{deliveries: make(chan eventstore.Delivery, liveBuffer)}
	ctx, f.stop = context.WithCancel(ctx)
	go func() {
		defer close(f.deliveries)
		f.err = f.run(ctx, open(ctx))
	}()
	return f
}

func (f *feed) run(ctx context.Context, deliveries iter.Seq2[eventstore.Delivery, error]) error {
	live := false
	for delivery, err := range deliveries {
		if err != nil {
			return err
		}
		if live {
			select {
			case f.deliveries <- delivery:
			default:
				return nil
			}
			continue
		}
		select {
		case f.deliveries <- delivery:
		case <-ctx.Done():
			return ctx.Err()
		}
		live = delivery.Kind == eventstore.CaughtUp
	}
	return errClosing
}

// pass hands on what the feed delivers, and says whether the reader wants more.
// When it returns, the feed has ended.
func (f *feed) pass(yield func(step, error) bool) bool {
	defer func() {
		f.stop()
		for range f.deliveries { // until it is closed
		}
	}()
	for delivery := range f.deliveries {
		if !yield(step{Delivery: delivery}, nil) {
			return false
		}
	}
	return f.err == nil || yield(step{}, f.err)
}
