package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"

	"guishu/internal/app"
	"guishu/projections"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
)

// replayCommand recomputes read models from the log and compares.
type replayCommand struct {
	ledgerFlags
	Models []string `arg:"" optional:"" name:"model" help:"读模型名;不填则全部 / Read models; empty: all."`
	JSON   bool     `help:"输出 JSON / Print JSON."`
}

// errDiffers says that tables and log do not agree; the rows have been printed.
type errDiffers struct{ rows int }

func (e errDiffers) Error() string {
	return fmt.Sprintf("%d 行与日志不符 / %d rows are not what the log says", e.rows, e.rows)
}

// ExitCode tells a difference from a failure to compare.
func (errDiffers) ExitCode() int { return 3 }

// Run replays. It works beside a running server.
func (c *replayCommand) Run(ctx context.Context) error {
	return withModels(ctx, c.ledgerFlags, func(ctx context.Context, a *app.App) error {
		bar := newProgress("重放 replay", !c.JSON)
		reports, err := a.Models.Replay(ctx, bar.update, c.Models...)
		bar.finish()
		if err != nil {
			return err
		}
		if c.JSON {
			if err := printJSON(reports); err != nil {
				return err
			}
		} else {
			printReplayed(reports)
		}
		differing := 0
		for _, report := range reports {
			differing += report.Differing
		}
		if differing > 0 {
			return errDiffers{differing}
		}
		return nil
	})
}

func printReplayed(reports []projections.Replayed) {
	for _, r := range reports {
		verdict := "一致 same"
		if r.Differing > 0 {
			verdict = fmt.Sprintf("不符 %d differ", r.Differing)
		}
		fmt.Printf("%-18s v%d  @%-9d %8d 行 rows  %s\n", r.Model, r.Version, r.Position, r.Rows, verdict)
		for _, difference := range r.Differences {
			fmt.Println("    " + difference.String())
		}
	}
}

// withModels opens the product for a command that needs the read models only,
// beside a running server if there is one.
func withModels(ctx context.Context, flags ledgerFlags, work func(context.Context, *app.App) error) (err error) {
	flags = flags.quiet()
	config, err := flags.config(flags.logger(), true)
	if err != nil {
		return err
	}
	a, err := openApp(ctx, config)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, a.Close()) }()
	return work(ctx, a)
}

func printJSON(value any) error { return printJSONTo(os.Stdout, value) }

func printJSONTo(to io.Writer, value any) error {
	if err := json.MarshalWrite(to, value, jsontext.WithIndent("  ")); err != nil {
		return err
	}
	_, err := io.WriteString(to, "\n")
	return err
}
