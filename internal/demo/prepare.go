package demo

import (
	"context"
	"fmt"
	"time"

	"guishu/commands"
	"guishu/domain"
	"guishu/eventstore"
	"guishu/internal/app"
)

// mostDays is how long an unfinished demo can be gone on with: after that its
// dates no longer fit.
const mostDays = 5

// Prepare makes the demo complete, from wherever an earlier run left it, and
// waits until everything that follows from it has happened and can be read. The
// application must be running.
func Prepare(ctx context.Context, a *app.App, progress Progress) (Record, error) {
	today := a.Ledger.Today()
	record, err := OpenRecord(ctx, a.Pool, today)
	if err != nil {
		return Record{}, err
	}
	if err := prepare(ctx, a, &record, today, progress); err != nil {
		return Record{}, err
	}
	return record, Settle(ctx, a)
}

func prepare(ctx context.Context, a *app.App, record *Record, today domain.Date, progress Progress) error {
	if record.Loaded {
		return nil
	}
	if record.BegunOn.DaysUntil(today) > mostDays && record.Shown == nil {
		return fmt.Errorf("演示数据始于 %s,未装完且日期已过,请用 --fresh 重来 / the demo was begun on %s and never completed; start anew with --fresh",
			record.BegunOn, record.BegunOn)
	}
	if record.Shown == nil {
		shown, err := Load(ctx, a.Ledger, Begun{On: record.BegunOn, Zone: a.Location}, progress)
		if err != nil {
			return err
		}
		if err := setPasswords(ctx, a); err != nil {
			return err
		}
		record.Shown = &shown
		if err := record.Keep(ctx, a.Pool); err != nil {
			return err
		}
	}
	if err := Close(ctx, a.Ledger, record.BegunOn, *record.Shown); err != nil {
		return err
	}
	record.Loaded = true
	return record.Keep(ctx, a.Pool)
}

func setPasswords(ctx context.Context, a *app.App) error {
	return each(ctx, SignIns, func(ctx context.Context, s SignIn) error {
		staff, known, err := commands.StaffByLogin(ctx, a.Ledger, s.Login)
		if err != nil {
			return err
		}
		if !known {
			return fmt.Errorf("demo: nobody signs in as %s", s.Login)
		}
		return a.Auth.SetPassword(ctx, staff, s.Login, Password)
	})
}

// Settle waits until every reaction has answered what happened and every read
// model shows it.
func Settle(ctx context.Context, a *app.App) error {
	ctx, cancel := context.WithTimeout(ctx, 2*time.Minute)
	defer cancel()
	for {
		last, err := a.Store.LastPosition(ctx)
		if err != nil {
			return err
		}
		if err := reacted(ctx, a, last); err != nil {
			return fmt.Errorf("wait for what follows: %w", err)
		}
		again, err := a.Store.LastPosition(ctx)
		if err != nil {
			return err
		}
		if again == last {
			return a.Models.WaitForAll(ctx, last)
		}
	}
}

// reacted waits until every reaction has heard of everything up to a position.
func reacted(ctx context.Context, a *app.App, last eventstore.Position) error {
	select {
	case <-a.Reactions.Running():
	case <-ctx.Done():
		return ctx.Err()
	}
	look := time.NewTicker(20 * time.Millisecond)
	defer look.Stop()
	for {
		positions, err := a.Reactions.Positions(ctx)
		if err != nil {
			return err
		}
		behind := false
		for _, consumer := range a.Reactions.Consumers() {
			behind = behind || positions[consumer] < last
		}
		if !behind {
			return nil
		}
		select {
		case <-look.C:
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}
