package postgres

import (
	"context"
	"time"

	"github.com/jackc/pgx/v5"
)

// listen nudges whenever another process has committed a batch, over a
// connection of its own, until the store ends. When the connection is lost,
// polling goes on finding events while it is made again.
func listen(s *Store, nudge func()) {
	ctx := s.ending
	for ctx.Err() == nil {
		err := listenOnce(ctx, s, nudge)
		if ctx.Err() != nil {
			return
		}
		s.options.Log.Warn("notifications of new events were interrupted", "error", err)
		timer := time.NewTimer(s.options.PollInterval)
		select {
		case <-timer.C:
		case <-ctx.Done():
			timer.Stop()
		}
	}
}

func listenOnce(ctx context.Context, s *Store, nudge func()) error {
	config := s.config.Copy()
	config.RuntimeParams["application_name"] = "guishu ledger listener"
	connection, err := pgx.ConnectConfig(ctx, config)
	if err != nil {
		return err
	}
	defer func() {
		closing, cancel := context.WithTimeout(context.WithoutCancel(ctx), time.Second)
		defer cancel()
		_ = connection.Close(closing)
	}()
	if _, err := connection.Exec(ctx, `LISTEN ledger`); err != nil {
		return err
	}
	nudge()
	for {
		notification, err := connection.WaitForNotification(ctx)
		if err != nil {
			return err
		}
		// This process's own writer has nudged already.
		if notification.PID != s.writer.processID.Load() {
			nudge()
		}
	}
}
