// Command guishu runs the ledger of customer ownership: `guishu serve` runs it,
// `guishu demo` shows it, `guishu --help` lists the rest. Every subcommand is in
// a file of its own.
package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/signal"
	"syscall"
	_ "time/tzdata" // the business's time zone is known on machines without a database of them, too

	"guishu/eventstore/postgres/schema"

	"github.com/alecthomas/kong"
)

// commandLine is everything that can be said to guishu.
type commandLine struct {
	Serve        serveCommand        `cmd:"" help:"运行归属账本,不需任何准备 / Run the ledger; needs no set-up."`
	Demo         demoCommand         `cmd:"" help:"装入一家虚构的银行和财富公司并运行 / Load an invented bank and wealth firm, and run."`
	Import       importCommand       `cmd:"" help:"从 CSV、XLSX 导入历史 / Import history from CSV and XLSX."`
	Replay       replayCommand       `cmd:"" help:"由日志重算并与数据表比对 / Recompute from the log and compare with the tables."`
	Rebuild      rebuildCommand      `cmd:"" help:"重建读模型,建好后切换 / Rebuild a read model beside the old one, then switch."`
	Reactions    reactionsCommand    `cmd:"" help:"列出或重试未能完成的反应 / List reactions that could not be carried out, or try them again."`
	Export       exportCommand       `cmd:"" help:"把整个账本导出为文件 / Write the whole ledger into a file."`
	Load         loadCommand         `cmd:"" help:"把导出的账本装入空库 / Bring an exported ledger into an empty store."`
	Backup       backupCommand       `cmd:"" help:"备份账本、登录与密钥 / Back up the ledger, sign-ins and keys into a folder."`
	Restore      restoreCommand      `cmd:"" help:"把备份恢复到空库 / Bring a backup into an empty store and database."`
	Keys         keysCommand         `cmd:"" help:"导出、装入或更换个人信息的密钥 / Export, load or change the keys of personal data."`
	Database     databaseCommand     `cmd:"" help:"数据库角色 / Roles of the database."`
	Invite       inviteCommand       `cmd:"" help:"发放一次性登录 / Give a member of staff a one-time sign-in."`
	Eventstoredb eventstoredbCommand `cmd:"" help:"以 EventStoreDB 协议提供独立的事件库 / Speak EventStoreDB's protocol over a store of its own, for tests anywhere."`
	Restrict     restrictCommand     `cmd:"" help:"设置 EventStoreDB 的访问列表,使账本的流不被删除 / Set EventStoreDB's access lists so that nobody deletes the ledger's streams."`
	Bench        benchCommand        `cmd:"" help:"测量速度,与 PostgreSQL 自身对比 / Measure speed beside PostgreSQL itself."`
}

const about = `归属 Guishu — 客户归属账本:谁认领了客户、谁审批、谁的业绩、提成归谁,都有据可查。
A ledger of customer ownership: who claimed a customer, who approved, who earned the commission, with proof.

先试 / Try first:  guishu demo`

func newParser(line *commandLine) *kong.Kong {
	return kong.Must(line, kong.Name("guishu"), kong.Description(about), kong.UsageOnError(),
		kong.Vars{"server_role": schema.Server},
		kong.ConfigureHelp(kong.HelpOptions{Compact: true, WrapUpperBound: 110}))
}

func main() {
	var line commandLine
	parser := newParser(&line)
	chosen, err := parser.Parse(os.Args[1:])
	parser.FatalIfErrorf(err)

	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	chosen.BindTo(ctx, (*context.Context)(nil))
	if err := chosen.Run(); err != nil {
		fmt.Fprintln(os.Stderr, "guishu:", err)
		stop()
		os.Exit(exitCode(err))
	}
}

// exitCode is 1 for a failure, and what the error says where it says so.
func exitCode(err error) int {
	var coded interface{ ExitCode() int }
	if errors.As(err, &coded) {
		return coded.ExitCode()
	}
	return 1
}
