// Package reactions is what the ledger does by itself once something has happened, such
// as attributing the commission of a confirmed payment (B-14). Each reaction is a
// Watermill handler that sends a command: at least once, and idempotent by the event's
// id. The file all.go lists them.
package reactions

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"sync/atomic"
	"time"

	"guishu/commands/ledger"
	"guishu/domain"
	"guishu/eventstore"
	"guishu/eventstore/subscriber"

	"github.com/ThreeDotsLabs/watermill"
	"github.com/ThreeDotsLabs/watermill/message"
	"github.com/ThreeDotsLabs/watermill/message/router/middleware"
	"github.com/google/uuid"
	"github.com/jackc/pgx/v5/pgxpool"
)

// SignIns are what members of staff get in with. *auth.Auth is one.
type SignIns interface {
	// Disable ends everything that lets somebody in.
	Disable(ctx context.Context, staff domain.StaffID) error
	// Disabled says whether nothing lets somebody in.
	Disabled(ctx context.Context, staff domain.StaffID) (bool, error)
}

// Config is what Reactions are built from.
type Config struct {
	Store   eventstore.Store
	Codec   *eventstore.Codec
	Ledger  *ledger.Ledger
	SignIns SignIns
	Pool    *pgxpool.Pool // keeps checkpoints and parked events
	Log     *slog.Logger  // optional
	// Lanes is how many events a reaction answers at once, those of one stream in
	// their order; 16 if zero. Commands are safe at any number.
	Lanes int
	// Retries is how often a reaction is tried again before its event is parked,
	// 12 if zero: about two minutes.
	Retries int
	// StalledAfter is how long a reaction may leave an event unanswered without moving
	// before it counts as stalled, two minutes if zero.
	StalledAfter time.Duration
}

// Reactions run the handlers over a store.
type Reactions struct {
	config      Config
	all         []reaction
	checkpoints *subscriber.PostgresCheckpoints
	subscriber  *subscriber.Subscriber
	router      *message.Router
	parking     *parking

	opened time.Time

	system, others atomic.Int64 // events passed over
}

// quiet keeps the router's own messages for anyone who debugs it.
var quiet = map[slog.Level]slog.Level{slog.LevelInfo: slog.LevelDebug}

// Open prepares the reactions; Run starts them.
func Open(ctx context.Context, c Config) (*Reactions, error) {
	if c.Log == nil {
		c.Log = slog.New(slog.DiscardHandler)
	}
	if c.Retries == 0 {
		c.Retries = 12
	}
	if c.Lanes == 0 {
		c.Lanes = 16
	}
	if c.StalledAfter == 0 {
		c.StalledAfter = stalledAfter
	}
	checkpoints, err := subscriber.OpenCheckpoints(ctx, c.Pool)
	if err != nil {
		return nil, err
	}
	parking, err := openParking(ctx, c.Pool)
	if err != nil {
		return nil, err
	}
	r := &Reactions{
		config: c, all: all(c.SignIns), checkpoints: checkpoints, parking: parking, opened: time.Now(),
	}
	consumers := map[string]eventstore.Filter{}
	for _, each := range r.all {
		types, err := c.Codec.Registry().Names(each.hears)
		if err != nil {
			return nil, fmt.Errorf("reaction %s: %w", each.name, err)
		}
		consumers[each.name] = eventstore.Filter{Types: types}
	}
	r.subscriber = subscriber.New(subscriber.Config{
		Store: c.Store, Checkpoints: checkpoints, Consumers: consumers, Log: c.Log, Lanes: c.Lanes, Line: r.line,
		Assure: c.Ledger.Assure,
	})
	r.router, err = message.NewRouter(message.RouterConfig{CloseTimeout: 10 * time.Second}, watermill.NewSlogLoggerWithLevelMapping(c.Log, quiet))
	if err != nil {
		return nil, fmt.Errorf("reactions: %w", err)
	}
	for _, each := range r.all {
		r.router.AddConsumerHandler(each.name, each.name, r.subscriber, r.handle(each)).AddMiddleware(
			r.parkPoison(each.name),
			middleware.Retry{
				MaxRetries: c.Retries, InitialInterval: 50 * time.Millisecond, MaxInterval: 20 * time.Second, Multiplier: 2,
				ShouldRetry: func(p middleware.RetryParams) bool { return worthRetrying(p.Err) },
			}.Middleware,
			middleware.Recoverer,
		)
	}
	return r, nil
}

// Run reacts until ctx ends or Close is called.
func (r *Reactions) Run(ctx context.Context) error { return r.router.Run(ctx) }

// Skip makes reactions that have never run begin behind a position: what came before
// is taken as answered.
func (r *Reactions) Skip(ctx context.Context, to eventstore.Position) error {
	return r.checkpoints.Skip(ctx, r.Consumers(), to)
}

// Running is closed once every reaction listens.
func (r *Reactions) Running() <-chan struct{} { return r.router.Running() }

// Close stops the reactions and waits for those at work.
// Reactions that never ran have nothing to wait for.
func (r *Reactions) Close() error {
	if !r.router.IsRunning() {
		return r.subscriber.Close()
	}
	return errors.Join(r.router.Close(), r.subscriber.Close())
}

// line is what an event waits in for the events before it.
func (r *Reactions) line(ctx context.Context, consumer string, recorded eventstore.Event) eventstore.Stream {
	for _, each := range r.all {
		if each.name != consumer || each.line == nil {
			continue
		}
		decoded, err := r.config.Codec.Decode(ctx, recorded)
		if err != nil {
			break // reacting to it will say so
		}
		return each.line(recorded.Stream, decoded.Event)
	}
	return recorded.Stream
}

// Consumers are the names of the reactions.
func (r *Reactions) Consumers() []string {
	names := make([]string, len(r.all))
	for i, each := range r.all {
		names[i] = each.name
	}
	return names
}

// Positions is how far each reaction has come.
func (r *Reactions) Positions(ctx context.Context) (map[string]eventstore.Position, error) {
	return r.checkpoints.Positions(ctx)
}

func (r *Reactions) handle(each reaction) message.NoPublishHandlerFunc {
	return func(msg *message.Message) error {
		event, ok := subscriber.EventOf(msg)
		if !ok {
			return errors.New("reactions: a message without its event")
		}
		return r.react(msg.Context(), each, event)
	}
}

// longestAnswer bounds one attempt to answer an event. It comes again after that.
const longestAnswer = time.Minute

// react sends the command that answers an event. The idempotency key is the
// event's id, so that an event that comes again changes nothing.
func (r *Reactions) react(ctx context.Context, each reaction, recorded eventstore.Event) error {
	decoded, err := r.config.Codec.Decode(ctx, recorded)
	var foreign *eventstore.ForeignError
	if errors.As(err, &foreign) {
		r.pass(foreign)
		return nil
	}
	if err != nil {
		return err
	}
	correlation := decoded.Metadata.CorrelationID
	if correlation == uuid.Nil {
		correlation = decoded.Metadata.CommandID
	}
	ctx, cancel := context.WithTimeout(ctx, longestAnswer)
	defer cancel()
	call := callOf(each.name, recorded.ID, correlation)
	return each.answer(ctx, r.config.Ledger, call, recorded.Stream, decoded.Event)
}

// pass notes an event that is none of the ledger's, though its type is called as
// one of the ledger's is.
func (r *Reactions) pass(foreign *eventstore.ForeignError) {
	if foreign.System {
		r.system.Add(1)
		return
	}
	r.others.Add(1)
}

// PassedOver is how many events this process has met and passed over that are
// none of the ledger's: the store's own, and those of other programs.
func (r *Reactions) PassedOver() (system, others int64) { return r.system.Load(), r.others.Load() }

// worthRetrying says whether trying again may help: the ledger was out of reach
// or busy, or what comes first has not come yet. A refusal of the domain stays one.
func worthRetrying(err error) bool {
	refusal, refused := domain.AsError(err)
	return !refused || refusal.Kind() == domain.Unavailable || refusal.Code == domain.ErrLedgerBusy
}
