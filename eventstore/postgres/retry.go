package postgres

import (
	"context"
	"errors"
	"math/rand/v2"
	"strings"
	"time"

	"github.com/jackc/pgx/v5/pgconn"

	"guishu/eventstore"
)

// The errors of PostgreSQL by which a connection ends or is not given.
const (
	adminShutdown    = "57P01"
	crashShutdown    = "57P02"
	cannotConnectNow = "57P03"
	connectionClass  = "08"
)

// retry reads again, for as long as Options.Patience, while the server is gone
// or ends connections. Reading twice does no harm.
func (s *Store) retry(ctx context.Context, read func() error) error {
	begun := time.Now()
	for attempt := 0; ; attempt++ {
		err := read()
		if err == nil || ctx.Err() != nil || s.ending.Err() != nil || !connectionLost(err) || time.Since(begun) >= s.options.Patience {
			return err
		}
		if !pause(ctx, attempt) {
			return err
		}
	}
}

func connectionLost(err error) bool {
	var unwelcome *eventstore.UnwelcomeError
	if errors.As(err, &unwelcome) {
		return false
	}
	var failure *pgconn.PgError
	if !errors.As(err, &failure) {
		return !errors.Is(err, context.Canceled) && !errors.Is(err, errUnknownForm)
	}
	switch failure.Code {
	case adminShutdown, crashShutdown, cannotConnectNow:
		return true
	}
	return strings.HasPrefix(failure.Code, connectionClass)
}

// pause waits before the next attempt: 10 ms, doubled up to a second, spread so
// that processes do not come back all at once. It is false when ctx has ended.
func pause(ctx context.Context, attempt int) bool {
	longest := min(10*time.Millisecond<<min(attempt, 10), time.Second)
	timer := time.NewTimer(longest/2 + rand.N(longest/2))
	defer timer.Stop()
	select {
	case <-timer.C:
		return true
	case <-ctx.Done():
		return false
	}
}
