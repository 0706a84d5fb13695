package persistent

import (
	"context"
	"time"

	"github.com/google/uuid"
)

// receiveAtOnce is how many events a consumer is given in one step.
const receiveAtOnce = 64

// Session is a consumer's connection to a subscription.
type Session struct {
	subscription *Subscription
	consumer     *Consumer
	signal       chan struct{} // there may be something new
	err          error         // why there will be nothing more
}

// ID names the subscription the way the protocol does.
func (s *Session) ID() string { return s.subscription.name.id() }

func (s *Session) notify() { nudge(s.signal) }

// nudge wakes who waits on a channel with room for one.
func nudge(signal chan struct{}) {
	select {
	case signal <- struct{}{}:
	default:
	}
}

// Receive waits for events. Errors: ErrDropped when the subscription was
// deleted, updated or restarted or this consumer said Stop, ErrClosed, or the
// context's error.
func (s *Session) Receive(ctx context.Context) ([]Delivery, error) {
	for {
		list, err := s.take()
		if err != nil || len(list) > 0 {
			return list, err
		}
		select {
		case <-s.signal:
		case <-ctx.Done():
			return nil, ctx.Err()
		}
	}
}

func (s *Session) take() ([]Delivery, error) {
	sub := s.subscription
	sub.mu.Lock()
	defer sub.mu.Unlock()
	if s.err != nil {
		return nil, s.err
	}
	now := time.Now()
	list := sub.group.Take(s.consumer, receiveAtOnce, now)
	if len(list) > 0 {
		sub.arm(now)
	}
	return list, nil
}

// Ack tells that events have been processed.
func (s *Session) Ack(ids []uuid.UUID) {
	sub := s.subscription
	sub.mu.Lock()
	defer sub.mu.Unlock()
	if s.err != nil {
		return
	}
	sub.group.Ack(s.consumer, ids, time.Now())
	sub.step()
}

// Nack tells that events have not been processed, why, and what is to be done.
func (s *Session) Nack(ids []uuid.UUID, action Action, reason string) {
	sub := s.subscription
	sub.mu.Lock()
	defer sub.mu.Unlock()
	if s.err != nil {
		return
	}
	if sub.group.Nack(s.consumer, ids, action, reason, time.Now()) {
		sub.leave(s, ErrDropped)
	}
	sub.step()
}

// Close ends the session; what the consumer held goes to others.
func (s *Session) Close() {
	sub := s.subscription
	sub.mu.Lock()
	defer sub.mu.Unlock()
	if s.err != nil {
		return
	}
	sub.leave(s, context.Canceled)
	sub.step()
}
