package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"

	"guishu/internal/app"
	"guishu/internal/proof"
	"guishu/projections"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
)

// replayCommand proves the ledger, recomputes read models from the log and compares.
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

// errUnsound says that something is wrong with the ledger itself; it has been printed.
type errUnsound struct{ proof.Report }

func (e errUnsound) Error() string {
	return fmt.Sprintf("账本有问题:%d 个流受损,%d 个反应缺失 / the ledger is not sound: %d streams are damaged, %d reactions are missing",
		len(e.Streams.Damaged), len(e.Reactions.Missing), len(e.Streams.Damaged), len(e.Reactions.Missing))
}

// ExitCode tells what is wrong with the ledger from what is wrong with read models.
func (errUnsound) ExitCode() int { return 4 }

// proving is what each stage of a proof is called.
var proving = map[proof.Stage]string{
	proof.Reading: "读取日志 log", proof.Comparing: "核对各流 streams", proof.Answering: "核对反应 reactions", proof.Replaying: "重放 replay",
}

// Run proves and replays. It works beside a running server, and on a ledger that is not
// served because it was put back.
func (c *replayCommand) Run(ctx context.Context) error {
	return withModels(ctx, c.ledgerFlags, func(ctx context.Context, a *app.App) error {
		bars := &bars[proof.Stage]{names: proving, wanted: !c.JSON}
		report, err := proof.Of(ctx, a, bars.update, c.Models...)
		bars.finish()
		if err != nil {
			return err
		}
		if c.JSON {
			if err := printJSON(report); err != nil {
				return err
			}
		} else {
			printProof(report)
		}
		switch rows := report.Differing(); {
		case !report.Sound():
			return errUnsound{report}
		case rows > 0:
			return errDiffers{rows}
		}
		return nil
	})
}

func printProof(r proof.Report) {
	printReplayed(r.Models)
	switch {
	case !r.Ledger.Same:
		fmt.Printf("账本 ledger: 不是读模型所读的那个 not the one that the read models were built from: %s\n", r.Ledger.Why)
	case r.Ledger.Hole != "":
		fmt.Printf("账本 ledger: 缺少事件 events are missing: %s\n", r.Ledger.Hole)
	default:
		fmt.Printf("账本 ledger: 即读模型所读的那个 the one that the read models were built from (@%d)\n", r.Ledger.Position)
	}
	fmt.Printf("流 streams: %d (%d 个事件 events), 受损 damaged %d\n", r.Streams.Read, r.Streams.Events, len(r.Streams.Damaged))
	for _, d := range r.Streams.Damaged {
		fmt.Printf("    %s: %s\n", d.Stream, d.Reason)
	}
	fmt.Printf("反应 reactions: %d, 完成 done %d, 等待 waiting %d, 未能完成 could not be done %d, 缺失 missing %d\n",
		r.Reactions.CalledFor, r.Reactions.Done, r.Reactions.Waiting, r.Reactions.Aside, len(r.Reactions.Missing))
	for _, m := range r.Reactions.Missing {
		fmt.Printf("    @%d %s %s: %s %s\n", m.Position, m.Type, m.Stream, m.Reaction, m.Why)
	}
	if r.ModelsFailed != "" {
		fmt.Printf("读模型未能比对 read models could not be compared: %s\n", r.ModelsFailed)
	}
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
	config.Maintenance = true
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
