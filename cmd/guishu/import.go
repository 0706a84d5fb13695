package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"

	"guishu/domain"
	"guishu/domain/migration"
	"guishu/eventstore/postgres/locks"
	"guishu/eventstore/sealing"
	"guishu/http/auth"
	"guishu/internal/app"
	"guishu/internal/importer"

	"github.com/go-json-experiment/json"
	"golang.org/x/term"
)

// importCommand brings history in from files. docs/import.md describes it.
type importCommand struct {
	ledgerFlags
	Mapping string `arg:"" type:"existingfile" help:"映射文件 (YAML),见 docs/import.md / What the files' rows are."`
	From    string `type:"existingdir" placeholder:"DIR" help:"数据文件目录;不填则为映射文件所在目录 / Folder of the files; empty: the mapping's."`
	Check   bool   `help:"只检查,不写入 / Read and check everything, write nothing."`
	Batch   string `placeholder:"ID" help:"只在此迁移批次下继续 / Go on only under this migration batch."`

	Token string `env:"GUISHU_TOKEN" help:"导入人的 API 令牌 / API token of who imports."`
	Login string `env:"GUISHU_LOGIN" help:"或登录名;口令取自 GUISHU_PASSWORD 或终端 / Or the sign-in name; password from GUISHU_PASSWORD or the terminal."`

	ApproveToken string `name:"approve-token" env:"GUISHU_APPROVE_TOKEN" help:"审批主管的 API 令牌 / API token of the supervisor who approves."`
	ApproveLogin string `name:"approve-login" env:"GUISHU_APPROVE_LOGIN" help:"或其登录名;口令取自 GUISHU_APPROVE_PASSWORD 或终端 / Or the sign-in name; password from GUISHU_APPROVE_PASSWORD or the terminal."`

	Rejected       string `type:"existingdir" placeholder:"DIR" help:"将未导入的行写成 CSV / Write the rejected rows to CSV files in this folder."`
	AcceptRejected bool   `name:"accept-rejected" help:"有未导入的行时也以 0 退出 / Exit 0 even if rows were rejected."`
	JSON           bool   `help:"逐行输出 JSON / Print a line of JSON for each rejected row, and the report."`
	Concurrency    int    `default:"64" help:"同时处理的行数 / Rows on their way at once."`
}

// Exit codes beside 0 for all in and 1 for a failure.
const (
	exitRejected = 3
	exitWaiting  = 4
)

// codedError is an error that ends the program with a code of its own.
type codedError struct {
	error
	code int
}

// ExitCode is the code.
func (e codedError) ExitCode() int { return e.code }

// Unwrap is the error itself.
func (e codedError) Unwrap() error { return e.error }

// Run imports. It works beside a running server, which brings read models on and
// attributes commissions; without one, the next `guishu serve` does.
func (c *importCommand) Run(ctx context.Context) error {
	mapping, err := importer.LoadMapping(c.Mapping)
	if err != nil {
		return err
	}
	if c.From == "" {
		c.From = filepath.Dir(c.Mapping)
	}
	return withModels(ctx, c.ledgerFlags, func(ctx context.Context, a *app.App) error {
		im, err := newImporter(ctx, a, c.Concurrency)
		if err != nil {
			return err
		}
		plan, err := im.Prepare(ctx, mapping, c.From)
		if err != nil {
			return err
		}
		bar := newProgress("核对 compare", !c.JSON)
		missing, report, err := im.Missing(ctx, plan, bar.update)
		bar.finish()
		if err != nil {
			return err
		}
		if missing == 0 && !c.Check {
			if err := c.close(ctx, a, im, plan, report); err != nil {
				return err
			}
		}
		if c.Check || missing == 0 {
			return c.tell(plan, report, missing)
		}
		if report, err = c.bring(ctx, a, im, plan); err != nil {
			return err
		}
		return c.tell(plan, report, 0)
	})
}

func newImporter(ctx context.Context, a *app.App, concurrency int) (*importer.Importer, error) {
	keys, err := a.Ring.Hasher(ctx, sealing.ForRequests)
	if err != nil {
		return nil, err
	}
	return &importer.Importer{Ledger: a.Ledger, Keys: keys, Location: a.Location, Concurrency: concurrency}, nil
}

// bring proposes the batch, has it approved and imports.
func (c *importCommand) bring(ctx context.Context, a *app.App, im *importer.Importer, plan *importer.Plan) (importer.Report, error) {
	who, err := c.importer(ctx, a)
	if err != nil {
		return importer.Report{}, err
	}
	if who.IsZero() {
		return importer.Report{}, fmt.Errorf("谁来导入?用 --token 或 --login / who imports? say --token or --login: %w", auth.ErrRequired)
	}
	if err := im.Allowed(ctx, who, plan); err != nil {
		return importer.Report{}, namingPermission(err)
	}
	batch, status, err := im.Propose(ctx, who, plan)
	if err != nil {
		return importer.Report{}, err
	}
	if c.Batch != "" && c.Batch != batch.String() {
		return importer.Report{}, fmt.Errorf("这些文件的批次是 %s,不是 --batch / the batch of these files is %s, not --batch", batch, batch)
	}
	if status == migration.StatusProposed {
		if err := c.approve(ctx, a, im, batch); err != nil {
			return importer.Report{}, err
		}
	}
	// Rows of another run are found once they are in, not while they are on their way.
	held, end, alone, err := a.Alone(ctx, locks.Import(plan.Name()))
	switch {
	case err != nil:
		return importer.Report{}, err
	case !alone:
		return importer.Report{}, fmt.Errorf("另一个导入正在处理来源 %[1]s,请待其结束后再运行 / another import of the source %[1]s is running: run this when it has ended", plan.Name())
	}
	defer end()
	bar := newProgress("导入 import", !c.JSON)
	report, err := im.Run(held, who, batch, plan, bar.update)
	bar.finish()
	if err != nil && held.Err() != nil {
		err = context.Cause(held)
	}
	if err != nil {
		err = fmt.Errorf("中断;再次运行即从断处继续 / interrupted; run it again to go on where it stopped: %w", err)
	}
	return report, err
}

// close closes what an import left open that was cut off when everything was in, or
// says who can. Where nothing was left, nobody is asked.
func (c *importCommand) close(ctx context.Context, a *app.App, im *importer.Importer, plan *importer.Plan, report importer.Report) error {
	unclosed, err := im.Unclosed(ctx, plan)
	if err != nil || len(unclosed) == 0 {
		return err
	}
	who, err := c.importer(ctx, a)
	if err != nil {
		return err
	}
	if !who.IsZero() {
		return im.Close(ctx, who, unclosed, report)
	}
	for _, batch := range unclosed {
		fmt.Fprintf(os.Stderr, "迁移批次 %[1]s 尚未关闭,以 --token 或 --login 再次运行即关闭 / the migration batch %[1]s is still open: run this again with --token or --login to close it\n", batch)
	}
	return nil
}

// importer is who imports; nobody when the flags name nobody.
func (c *importCommand) importer(ctx context.Context, a *app.App) (domain.StaffID, error) {
	return signIn(ctx, a, "导入人 importer", c.Token, c.Login, "GUISHU_PASSWORD")
}

// namingPermission adds to a refusal which permission is missing.
func namingPermission(err error) error {
	if refusal, refused := domain.AsError(err); refused && refusal.Params["permission"] != "" {
		return fmt.Errorf("%w: %s", err, refusal.Params["permission"])
	}
	return err
}

// approve has the batch approved by whom the flags name; without anybody it says
// how to go on.
func (c *importCommand) approve(ctx context.Context, a *app.App, im *importer.Importer, batch domain.BatchID) error {
	supervisor, err := signIn(ctx, a, "审批主管 supervisor", c.ApproveToken, c.ApproveLogin, "GUISHU_APPROVE_PASSWORD")
	if err != nil {
		return err
	}
	if !supervisor.IsZero() {
		return im.Approve(ctx, supervisor, batch)
	}
	return codedError{fmt.Errorf(`迁移批次 %[1]s 待主管批准;除此提议外尚未写入任何内容。批准后再次运行:
the migration batch %[1]s waits for a supervisor; nothing but the proposal was written. Approve it, then run this again:

    curl -X POST -H 'Authorization: Bearer TOKEN' -H 'Idempotency-Key: %[1]s' -H 'Content-Type: application/json' -d '{}' ADDRESS/v1/migrations/%[1]s/approval
    guishu import --batch %[1]s …

或由主管在此登录:--approve-token、--approve-login / or let the supervisor sign in here: --approve-token, --approve-login`, batch), exitWaiting}
}

// signIn is who a token or a sign-in name with its password belongs to; nobody
// when neither is given.
func signIn(ctx context.Context, a *app.App, what, token, login, variable string) (domain.StaffID, error) {
	if token != "" {
		who, err := a.Auth.Token(ctx, token)
		if err != nil {
			return domain.StaffID{}, fmt.Errorf("%s: %w", what, err)
		}
		if !who.Limits.None() {
			return domain.StaffID{}, fmt.Errorf("%s: %w", what, auth.ErrTokenScope)
		}
		return who.Staff, nil
	}
	if login == "" {
		return domain.StaffID{}, nil
	}
	password, err := askPassword(ctx, what+" "+login, variable)
	if err != nil {
		return domain.StaffID{}, err
	}
	who, err := a.Auth.Basic(ctx, login, password, "command line")
	if errors.Is(err, auth.ErrPasswordChangeRequired) {
		return domain.StaffID{}, fmt.Errorf("%s: 请先登录并设置口令 / sign in and set a password first: %w", what, auth.ErrSignInFailed)
	}
	if err != nil {
		return domain.StaffID{}, fmt.Errorf("%s: %w", what, err)
	}
	return who.Staff, nil
}

// askPassword takes a password from the environment, or asks for it on a terminal
// without showing it, until ctx ends.
func askPassword(ctx context.Context, whose, variable string) (string, error) {
	if password, given := os.LookupEnv(variable); given {
		return password, nil
	}
	input := int(os.Stdin.Fd())
	if !term.IsTerminal(input) {
		return "", fmt.Errorf("%s: 口令?设 %s / where is the password? set %s", whose, variable, variable)
	}
	shown, err := term.GetState(input)
	if err != nil {
		return "", err
	}
	fmt.Fprintf(os.Stderr, "%s 口令 password: ", whose)
	defer fmt.Fprintln(os.Stderr)
	type line struct {
		text []byte
		err  error
	}
	typed := make(chan line, 1)
	// A Ctrl-C ends ctx and not the reading, which ends with the program.
	go func() {
		text, err := term.ReadPassword(input)
		typed <- line{text, err}
	}()
	select {
	case l := <-typed:
		return string(l.text), l.err
	case <-ctx.Done():
		return "", errors.Join(ctx.Err(), term.Restore(input, shown))
	}
}

// tell reports what was done, every row that did not come in, and ends with the
// code that says whether there were any.
func (c *importCommand) tell(plan *importer.Plan, report importer.Report, missing int64) error {
	if c.Rejected != "" {
		written, err := plan.WriteRejected(c.Rejected, report.Rejections)
		if err != nil {
			return err
		}
		for _, path := range written {
			fmt.Fprintln(os.Stderr, "未导入的行 rejected rows:", path)
		}
	}
	out := bufio.NewWriter(os.Stdout)
	print := c.printText
	if c.JSON {
		print = printLines
	}
	if err := errors.Join(print(out, report, missing), out.Flush()); err != nil {
		return err
	}
	if report.Rejected > 0 && !c.AcceptRejected {
		return codedError{fmt.Errorf("%d 行未导入 / %d rows did not come in", report.Rejected, report.Rejected), exitRejected}
	}
	return nil
}

// printLines prints a line of JSON for each rejected row and one for the report.
func printLines(out io.Writer, report importer.Report, missing int64) error {
	line := func(value any) error {
		text, err := json.Marshal(value)
		if err == nil {
			_, err = fmt.Fprintf(out, "%s\n", text)
		}
		return err
	}
	for _, one := range report.Rejections {
		if err := line(struct {
			Type string `json:"type"`
			importer.Rejection
		}{"rejected", one}); err != nil {
			return err
		}
	}
	return line(struct {
		Type    string `json:"type"`
		Missing int64  `json:"missing"`
		importer.Report
	}{"report", missing, report})
}

func (c *importCommand) printText(out io.Writer, report importer.Report, missing int64) error {
	if c.Rejected == "" {
		for _, one := range report.Rejections {
			place := fmt.Sprintf("%s:%d", one.File, one.Line)
			if one.Column != "" {
				place += ": " + one.Column
			}
			fmt.Fprintf(out, "%s: %s / %s (%s)\n", place, one.Chinese, one.English, one.Code)
		}
	}
	for _, f := range report.Files {
		fmt.Fprintf(out, "%-28s %-8s %8d 行 rows  sha256 %s\n", f.Name, f.Encoding, f.Rows, f.SHA256[:16])
	}
	for _, s := range report.Sections {
		fmt.Fprintf(out, "%-20s %-10s %8d  新增 made %d  已有 before %d  有变 changed %d  拒绝 rejected %d\n", s.Name, s.Makes, s.Things, s.Made, s.Before, s.Changed, s.Rejected)
	}
	if missing > 0 {
		fmt.Fprintf(out, "尚未导入 not in yet: %d\n", missing)
	}
	_, err := fmt.Fprintf(out, "%d 行 rows, %d 可用 sound, %d 未导入 rejected, %.1f s, %.0f 行/秒 rows/s\n", report.Rows, report.RowsIn, report.Rejected, report.Seconds, report.PerSecond)
	return err
}
