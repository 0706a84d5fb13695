package main

import (
	"context"
	"fmt"
	"time"

	"guishu/internal/app"
	"guishu/reactions"
)

// reactionsCommand shows the events that reactions could not answer and have put
// aside, and tries them again.
type reactionsCommand struct {
	ledgerFlags
	Retry bool `help:"再试一次 / Try each of them once more."`
	JSON  bool `help:"输出 JSON / Print JSON."`
}

// errParked says that events are still waiting; they have been printed.
type errParked struct{ events int }

func (e errParked) Error() string {
	return fmt.Sprintf("%d 个事件仍未处理 / %d events are still parked", e.events, e.events)
}

// ExitCode tells what remains from a failure to look.
func (errParked) ExitCode() int { return 3 }

// Run lists, or tries again and lists what remains. It works beside a running
// server.
func (c *reactionsCommand) Run(ctx context.Context) error {
	return withModels(ctx, c.ledgerFlags, func(ctx context.Context, a *app.App) error {
		if c.Retry {
			if _, _, err := a.Reactions.Retry(ctx); err != nil {
				return err
			}
		}
		parked, err := a.Reactions.Parked(ctx)
		if err != nil {
			return err
		}
		if c.JSON {
			if parked == nil {
				parked = []reactions.Parked{}
			}
			err = printJSON(parked)
		} else {
			printParked(parked)
		}
		if err != nil || len(parked) == 0 {
			return err
		}
		return errParked{len(parked)}
	})
}

func printParked(parked []reactions.Parked) {
	if len(parked) == 0 {
		fmt.Println("没有未完成的反应 no reaction is waiting")
	}
	for _, p := range parked {
		fmt.Printf("@%-9d %-22s %-22s %s  %s\n", p.Position, p.Consumer, p.Type, p.ParkedAt.Format(time.RFC3339), p.Reason)
	}
}
