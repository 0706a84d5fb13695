package main

import (
	"context"
	"fmt"
	"os"
	"time"

	"guishu/internal/bench"
)

// benchCommand measures on a PostgreSQL of its own, so that no ledger is touched.
type benchCommand struct {
	Only        []string      `placeholder:"NAME" help:"只测这些(名称或其开头) / Only rows of these names, or that begin so."`
	Seconds     float64       `default:"1" help:"每轮秒数 / Seconds of a turn."`
	Turns       int           `default:"7" help:"轮数 / Turns of each side; the median counts."`
	Patience    time.Duration `default:"2s" help:"每轮前等待机器空闲的最长时间 / How long to wait before a turn for the machine to be quiet."`
	JSON        bool          `help:"输出 JSON / Print JSON."`
	Data        string        `type:"path" placeholder:"DIR" help:"保留百万事件账本的目录 / Folder to keep the ledger of a million events in."`
	PostgresBin string        `name:"postgres-bin" env:"GUISHU_POSTGRES_BIN" type:"path" placeholder:"DIR" help:"PostgreSQL 程序目录 / Folder of PostgreSQL's programs."`
	Profile     string        `type:"existingdir" placeholder:"DIR" help:"写入 CPU 剖析的目录 / Folder for CPU profiles."`
	Strict      bool          `help:"有未达标项则失败 / Fail when a gate is missed."`
	Part        string        `hidden:"" help:"What another process does for a measurement."`
}

// longestTurn is the most seconds of a turn.
const longestTurn = 3600

// errMissed says how many gates were missed; the table has been printed.
type errMissed int

func (e errMissed) Error() string {
	return fmt.Sprintf("%d 项未达标 / %d gates were missed", int(e), int(e))
}

// ExitCode tells a missed gate from a failure to measure.
func (errMissed) ExitCode() int { return 3 }

// Run measures and prints the table. A gate that is missed is reported; it fails
// the command only when asked to.
func (c *benchCommand) Run(ctx context.Context) error {
	if c.Part != "" {
		return bench.RunPart(ctx, bench.Part(c.Part), os.Stdin, os.Stdout)
	}
	if !(c.Seconds > 0 && c.Seconds <= longestTurn) {
		return fmt.Errorf("--seconds 应大于 0,不超过 %d / --seconds is more than 0 and at most %[1]d", longestTurn)
	}
	report, err := bench.Run(ctx, bench.Options{
		Only: c.Only, Seconds: c.Seconds, Turns: c.Turns, Patience: c.Patience, Data: c.Data, BinDir: c.PostgresBin, Profile: c.Profile, Log: os.Stderr,
	})
	if err != nil {
		return err
	}
	if c.JSON {
		if err := printJSON(report); err != nil {
			return err
		}
	} else {
		report.Markdown(os.Stdout)
	}
	if missed := report.Missed(); missed > 0 && c.Strict {
		return errMissed(missed)
	}
	return nil
}
