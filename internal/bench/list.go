package bench

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"sync/atomic"

	"guishu/commands"
	"guishu/commands/ledger"
	"guishu/domain"
	"guishu/internal/bench/load"
	"guishu/internal/privatepg"

	"github.com/go-json-experiment/json"
	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
)

// question passes what the lists ask on to the database and can remember it.
type question struct {
	pool   *pgxpool.Pool
	listen atomic.Bool
	sql    string
	args   []any
}

// Query asks.
func (q *question) Query(ctx context.Context, sql string, args ...any) (pgx.Rows, error) {
	if q.listen.CompareAndSwap(true, false) {
		q.sql, q.args = sql, args
	}
	return q.pool.Query(ctx, sql, args...)
}

// list measures a page of customers, of an outlet's head and with a filter,
// beside pgbench asking the same question.
func (r *run) list(ctx context.Context, o *office, client *helper) ([]Row, error) {
	if err := o.settled(ctx); err != nil {
		return nil, err
	}
	if _, err := o.app.Pool.Exec(ctx, "ANALYZE"); err != nil {
		return nil, err
	}
	cookie, err := o.firm.outletHead(ctx)
	if err != nil {
		return nil, err
	}
	const path = "/v1/customers?view=TO_BE_COMPLETED&limit=50"
	o.asked.listen.Store(true)
	if err := fiftyRows(ctx, "http://"+o.address+path, cookie); err != nil {
		return nil, err
	}
	sql, err := inlined(o.asked.sql, o.asked.args)
	if err != nil {
		return nil, err
	}
	script := filepath.Join(r.folder, "list.sql")
	if err := os.WriteFile(script, []byte(sql+";\n"), 0o600); err != nil {
		return nil, err
	}
	order := load.Order{Address: o.address, Seconds: r.Seconds}
	for range connections {
		order.Clients = append(order.Clients, load.Client{Request: "GET " + path + " HTTP/1.1\r\nHost: " + o.address + "\r\nCookie: " + cookie + "\r\n\r\n"})
	}
	var simple, prepared sides
	for turn := range r.turns() + 1 {
		r.calm(ctx)
		end, err := r.profile("list", turn)
		if err != nil {
			return nil, err
		}
		listed, cost, err := r.load(client, order)
		end()
		if err != nil {
			return nil, err
		}
		asked, err := r.pgbench(ctx, o.url, script, "simple")
		if err != nil {
			return nil, err
		}
		fast, err := r.pgbench(ctx, o.url, script, "prepared")
		if err != nil {
			return nil, err
		}
		r.tell("  list %.0f/s (p50 %.1f ms, p99 %.1f ms, %s, %d bytes), pgbench %.0f/s, prepared %.0f/s",
			listed.PerSecond(), listed.P50*1e3, listed.P99*1e3, cost, listed.Bytes, asked, fast)
		if turn > 0 {
			simple.add(listed.PerSecond(), asked)
			prepared.add(listed.PerSecond(), fast)
		}
	}
	measured := perSecond(simple.ours.median(), "lists")
	return []Row{{
		Name: "list", Work: "HTTP 列表 50 行,64 连接 list of 50 rows over HTTP, 64 connections",
		Measured: measured, Beside: perSecond(simple.theirs.median(), "by pgbench"),
		Ratio: simple.ratio.median(), Spread: simple.ratio.spread(), Gate: AtLeast(0.4),
		Note: "customers to be completed of an outlet, for its head, with scope and masking; pgbench -n -c 64 -j 2 sends the same statement with its parameters written in",
	}, {
		Name: "list-prepared", Work: "同上,对照 pgbench -M prepared the same beside prepared statements",
		Measured: measured, Beside: perSecond(prepared.theirs.median(), "by pgbench"),
		Ratio: prepared.ratio.median(), Spread: prepared.ratio.spread(),
		Note: "the statement is planned once a connection, as the product's is",
	}}, nil
}

// outletHead hires somebody who sees all of the first outlet, and signs them in.
func (f *firm) outletHead(ctx context.Context) (cookie string, err error) {
	l := f.app.Ledger
	hired, err := l.Do(ctx, ledger.ByTheLedger("hire-head", uuid.Nil, uuid.Nil), commands.HireStaff{EmployeeNo: "E-head", Login: "head", Name: "负责人甲", Unit: f.outlets[0]})
	if err != nil {
		return "", err
	}
	who := domain.StaffID(hired.ID)
	request, err := l.Do(ctx, f.call(who), commands.RequestAccess{Staff: who, Role: domain.RoleOutletHead, Unit: f.outlets[0]})
	if err != nil {
		return "", err
	}
	if _, err := l.Do(ctx, f.call(f.admin), commands.GrantAccess{Staff: who, Request: domain.RequestID(request.ID)}); err != nil {
		return "", err
	}
	return f.signIn(ctx, who)
}

// fiftyRows asks once and fails unless fifty rows come.
func fiftyRows(ctx context.Context, url, cookie string) error {
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, url, nil)
	if err != nil {
		return err
	}
	request.Header.Set("Cookie", cookie)
	answer, err := http.DefaultClient.Do(request)
	if err != nil {
		return err
	}
	defer answer.Body.Close()
	var page struct {
		Items []map[string]any `json:"items"`
		Code  string           `json:"code"`
	}
	if err := json.UnmarshalRead(answer.Body, &page); err != nil {
		return err
	}
	if len(page.Items) != 50 {
		return fmt.Errorf("the list has %d rows, status %d %s", len(page.Items), answer.StatusCode, page.Code)
	}
	return nil
}

// placeholders are where a statement's parameters go.
var placeholders = regexp.MustCompile(`\$[0-9]+`)

// inlined is a statement with its parameters written into it, for pgbench.
func inlined(sql string, args []any) (string, error) {
	var failed error
	text := placeholders.ReplaceAllStringFunc(sql, func(place string) string {
		n, err := strconv.Atoi(place[1:])
		if err != nil || n < 1 || n > len(args) {
			failed = fmt.Errorf("there is no parameter %s", place)
			return place
		}
		literal, err := literalOf(args[n-1])
		if err != nil {
			failed = fmt.Errorf("parameter %s: %w", place, err)
		}
		return literal
	})
	return strings.Join(strings.Fields(text), " "), failed
}

func literalOf(value any) (string, error) {
	quoted := func(text string) string { return "'" + strings.ReplaceAll(text, "'", "''") + "'" }
	switch v := value.(type) {
	case string:
		return quoted(v), nil
	case int, int64, bool:
		return fmt.Sprint(v), nil
	case uuid.UUID:
		return quoted(v.String()) + "::uuid", nil
	case [16]byte:
		return quoted(uuid.UUID(v).String()) + "::uuid", nil
	case fmt.Stringer:
		return quoted(v.String()), nil
	}
	return "", fmt.Errorf("%T cannot be written into a statement", value)
}

// transactions is what pgbench says at its end.
var transactions = regexp.MustCompile(`tps = ([0-9.]+)`)

// pgbench runs a script from as many connections as a list is asked over, and
// gives how often a second.
func (r *run) pgbench(ctx context.Context, url, script, protocol string) (float64, error) {
	programs, err := privatepg.FindPrograms(r.BinDir)
	if err != nil {
		return 0, err
	}
	// pgbench measures in whole seconds.
	seconds := strconv.Itoa(max(1, int(r.Seconds+0.5)))
	command := exec.CommandContext(ctx, filepath.Join(programs.Folder, "pgbench"),
		"-n", "-f", script, "-c", strconv.Itoa(connections), "-j", "2", "-T", seconds, "-M", protocol, url)
	output, err := command.CombinedOutput()
	if err != nil {
		return 0, fmt.Errorf("run pgbench: %w: %s", err, lastLine(output))
	}
	found := transactions.FindSubmatch(output)
	if found == nil {
		return 0, errors.New("pgbench said no rate")
	}
	return strconv.ParseFloat(string(found[1]), 64)
}

func lastLine(output []byte) string {
	lines := strings.Split(strings.TrimSpace(string(output)), "\n")
	return lines[len(lines)-1]
}
