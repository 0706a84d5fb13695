package esdb

import (
	"context"
	"math"
	"time"

	"github.com/EventStore/EventStore-Client-Go/v4/esdb"
	"github.com/google/uuid"
)

// rightsStream is a stream that nothing is ever written to.
const rightsStream = "guishu-may-write"

// MayWrite gives nil when this user may append, *RefusedError when not, or as reading
// does that nobody answers. It asks for an append that cannot take effect, as it
// expects a revision that no stream has: servers look at rights first.
func (s *Store) MayWrite(ctx context.Context) error {
	if err := s.alive(); err != nil {
		return err
	}
	bounded, release := s.bound(ctx)
	defer release()
	begun := time.Now()
	for attempt := 0; ; attempt++ {
		err := s.askToWrite(bounded)
		switch what := judge(err); {
		case err == nil || what == unexpected:
			return nil
		case bounded.Err() != nil, what != passing && what != elsewhere, time.Since(begun) >= s.options.Patience, !pause(bounded, attempt):
			return s.translate(ctx, "asking whether this user may write", err)
		}
	}
}

func (s *Store) askToWrite(ctx context.Context) error {
	l, err := s.links.get(ctx)
	if err != nil {
		return err
	}
	ctx, cancel := l.during(s.addressed(ctx))
	defer cancel()
	release, err := l.call(ctx, func(ctx context.Context, client *esdb.Client) error {
		options := esdb.AppendToStreamOptions{ExpectedRevision: esdb.Revision(math.MaxInt64 - 1)}
		_, err := client.AppendToStream(ctx, rightsStream, options, esdb.EventData{
			EventID: uuid.New(), EventType: "nothing", ContentType: esdb.ContentTypeJson, Data: []byte(`{}`),
		})
		return err
	})
	release()
	return err
}
