package http_test

import (
	"context"
	"fmt"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"guishu/domain"
	"guishu/domain/customer"
	"guishu/http/load"
	"guishu/internal/pgtest"
	"guishu/projections/customers"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
)

// connections are those of the gates.
const connections = 64

// token is somebody's API token, as a header.
func (h *house) token(login string) http.Header {
	_, secret, err := h.auth.CreateToken(h.t.Context(), h.people[login], "bench", time.Time{})
	h.must(err)
	return http.Header{"Authorization": {"Bearer " + secret}, "Content-Type": {"application/json"}}
}

// people registers many customers at once.
func (h *house) crowd(by string, at domain.UnitID, count int) []domain.CustomerID {
	all := make([]domain.CustomerID, count)
	var group sync.WaitGroup
	for w := range connections {
		group.Go(func() {
			for i := w; i < count; i += connections {
				all[i] = h.customer(by, at, "客户"+string(rune(0x4e00+i%20000)))
			}
		})
	}
	group.Wait()
	return all
}

// serve gives the handler a real listener with the server's own settings.
func serve(b *testing.B, handler http.Handler) string {
	b.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		b.Fatal(err)
	}
	server := &http.Server{Handler: handler, ReadHeaderTimeout: 5 * time.Second}
	go func() { _ = server.Serve(listener) }()
	b.Cleanup(func() { _ = server.Close() })
	return listener.Addr().String()
}

// BenchmarkClaim measures claims over HTTP with everything on, beside a handler
// that answers a fixed body of the same size. The gate is a ratio of 0.2.
func BenchmarkClaim(b *testing.B) {
	h := newHouseOn(b, pgtest.Durable(b))
	all := h.crowd("ann", h.north, b.N)
	header := h.token("ann")
	claim := func(n int) load.Request {
		header := http.Header{"Authorization": header["Authorization"], "Content-Type": header["Content-Type"], "Idempotency-Key": {"bench-claim-" + strconv.Itoa(n)}}
		return load.Request{Method: http.MethodPost, Path: "/v1/claims", Header: header, Body: []byte(`{"customer":"` + all[n%len(all)].String() + `"}`)}
	}
	b.ResetTimer()
	claims, err := load.Measure(b.Context(), load.Plan{Address: serve(b, h.server), Connections: connections, Total: b.N, Next: claim, Want: http.StatusCreated})
	if err != nil {
		b.Fatal(err)
	}
	b.StopTimer()
	fixed, err := load.Measure(b.Context(), load.Plan{
		Address: serve(b, load.Fixed(http.StatusCreated, claims.BodyBytes)), Connections: connections, Total: max(b.N, 20_000), Next: claim, Want: http.StatusCreated,
	})
	if err != nil {
		b.Fatal(err)
	}
	b.ReportMetric(claims.PerSecond(), "claims/s")
	b.ReportMetric(fixed.PerSecond(), "fixed/s")
	b.ReportMetric(claims.PerSecond()/fixed.PerSecond(), "ratio")
	b.ReportMetric(float64(claims.P99.Microseconds())/1000, "p99-ms")
}

// BenchmarkList measures a list of 50 rows over HTTP with scope and filter,
// beside pgbench running the same query. The gate is a ratio of 0.4.
func BenchmarkList(b *testing.B) {
	address := pgtest.Durable(b)
	h := newHouseOn(b, address)
	h.crowd("ann", h.north, 2000)
	h.seen()
	header := h.token("northhead")
	ask := func(int) load.Request {
		return load.Request{Method: http.MethodGet, Path: "/v1/customers?limit=50&kind=POTENTIAL", Header: header}
	}
	b.ResetTimer()
	lists, err := load.Measure(b.Context(), load.Plan{Address: serve(b, h.server), Connections: connections, Total: b.N, Next: ask, Want: http.StatusOK})
	if err != nil {
		b.Fatal(err)
	}
	b.StopTimer()
	b.ReportMetric(lists.PerSecond(), "lists/s")
	b.ReportMetric(float64(lists.BodyBytes), "body-bytes")
	if plain, ran := pgbench(b, address, h); ran {
		b.ReportMetric(plain, "pgbench/s")
		b.ReportMetric(lists.PerSecond()/plain, "ratio")
	}
}

// overheard keeps the last query of a list.
type overheard struct {
	sql  string
	args []any
}

// TraceQueryStart notes a query.
func (o *overheard) TraceQueryStart(ctx context.Context, _ *pgx.Conn, data pgx.TraceQueryStartData) context.Context {
	if strings.Contains(data.SQL, "read.customers c") {
		o.sql, o.args = data.SQL, data.Args
	}
	return ctx
}

// TraceQueryEnd does nothing.
func (o *overheard) TraceQueryEnd(context.Context, *pgx.Conn, pgx.TraceQueryEndData) {}

// pgbench runs the query that the list runs, on as many connections.
func pgbench(b *testing.B, address string, h *house) (perSecond float64, ran bool) {
	b.Helper()
	program, err := exec.LookPath("pgbench")
	if err != nil {
		b.Log("pgbench is not here, so there is nothing to compare with")
		return 0, false
	}
	config, err := pgxpool.ParseConfig(address)
	h.must(err)
	heard := new(overheard)
	config.ConnConfig.Tracer = heard
	pool, err := pgxpool.NewWithConfig(b.Context(), config)
	h.must(err)
	defer pool.Close()
	who, err := h.ledger.Principal(b.Context(), h.people["northhead"])
	h.must(err)
	_, err = customers.List(b.Context(), pool, customers.Query{Scope: who.Scope("customer.read"), Who: who.Staff, Kind: customer.Prospect, Limit: 50})
	h.must(err)
	script := filepath.Join(b.TempDir(), "list.sql")
	h.must(os.WriteFile(script, []byte(literal(heard.sql, heard.args)+";\n"), 0o600))
	output, err := exec.CommandContext(b.Context(), program, "-n", "-M", "prepared", "-c", strconv.Itoa(connections), "-j", "2", "-T", "4", "-f", script, address).CombinedOutput()
	if err != nil {
		b.Fatalf("pgbench: %v: %s", err, output)
	}
	found := regexp.MustCompile(`tps = ([0-9.]+)`).FindSubmatch(output)
	if found == nil {
		b.Fatalf("pgbench said %s", output)
	}
	perSecond, err = strconv.ParseFloat(string(found[1]), 64)
	h.must(err)
	return perSecond, true
}

// literal puts the arguments of a query into its text, for a program that takes
// none.
func literal(sql string, args []any) string {
	return regexp.MustCompile(`\$[0-9]+`).ReplaceAllStringFunc(sql, func(name string) string {
		n, _ := strconv.Atoi(name[1:])
		switch value := args[n-1].(type) {
		case int, int64, bool:
			return fmt.Sprint(value)
		case fmt.Stringer:
			return "'" + value.String() + "'"
		default:
			return "'" + strings.ReplaceAll(fmt.Sprint(value), "'", "''") + "'"
		}
	})
}
