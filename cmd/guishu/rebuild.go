package main

import (
	"context"
	"fmt"
	"time"

	"guishu/internal/app"
	"guishu/projections"
)

// rebuildCommand builds read models anew beside those that serve, and switches.
type rebuildCommand struct {
	ledgerFlags
	Models []string `arg:"" name:"model" optional:"" help:"读模型名;不填则全部 / Read models; empty: all."`
	Retire bool     `help:"切换后删除旧表 / Drop the old tables after the switch."`
	JSON   bool     `help:"输出 JSON / Print JSON."`
}

// Run rebuilds. It works beside a running server, which goes on serving the old
// build until the new one is switched in.
func (c *rebuildCommand) Run(ctx context.Context) error {
	return withModels(ctx, c.ledgerFlags, func(ctx context.Context, a *app.App) error {
		models := c.Models
		if len(models) == 0 {
			statuses, err := a.Models.Status(ctx)
			if err != nil {
				return err
			}
			for _, status := range statuses {
				models = append(models, status.Model)
			}
		}
		var done []projections.Rebuilt
		for _, model := range models {
			bar := newProgress("重建 rebuild "+model, !c.JSON)
			rebuilt, err := a.Models.Rebuild(ctx, model, bar.update)
			bar.finish()
			if err != nil {
				return fmt.Errorf("%s: %w", model, err)
			}
			done = append(done, rebuilt)
			if !c.JSON {
				printRebuilt(rebuilt)
			}
			if !c.Retire {
				continue
			}
			if _, err := a.Models.Retire(ctx, model); err != nil {
				return fmt.Errorf("%s: %w", model, err)
			}
		}
		if c.JSON {
			return printJSON(done)
		}
		return nil
	})
}

func printRebuilt(r projections.Rebuilt) {
	fmt.Printf("%-18s v%d  @%-9d %8d 行 rows  %s", r.Model, r.Version, r.Position, r.Rows, r.Took.Round(time.Millisecond))
	if r.Compared {
		fmt.Printf("  与旧表不同 %d differ from the old", r.Differences)
	}
	fmt.Println()
}
