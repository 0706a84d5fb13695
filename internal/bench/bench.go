// Package bench measures what the ledger does beside what PostgreSQL and the bare
// machinery do in the same run on the same machine, and holds the ratios against
// their gates. The sides take turns, so that both meet the same machine; of each
// the median over the turns counts.
package bench

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"guishu/eventstore/sealing"
	"guishu/internal/privatepg"
)

// Options say what to measure and how long.
type Options struct {
	Only    []string // names, or the beginnings of names, of rows; none for all
	Seconds float64  // of a turn
	Turns   int
	// Patience is how long to wait before each turn for the machine to be quiet.
	Patience time.Duration
	Data     string    // keeps what takes long to prepare; empty for a temporary folder
	BinDir   string    // of PostgreSQL's programs; empty to look for them
	Program  string    // this program, to be run as other processes; empty for the one that runs
	Profile  string    // folder for CPU profiles of the server under load; empty for none
	Log      io.Writer // is told what goes on; nil for nobody
}

// Part is what another process of this program does for a measurement.
type Part string

// The parts.
const (
	PartLoad   Part = "load"   // puts load on a server
	PartAppend Part = "append" // appends to a store
)

// measurement makes rows.
type measurement struct {
	names []string // of its rows
	run   func(*run, context.Context) ([]Row, error)
}

func measurements() []measurement {
	return []measurement{
		{[]string{"append-1", "append-16", "append-64", "append-64-tail", "append-256"}, (*run).appends},
		{[]string{"append-processes"}, (*run).processes},
		{[]string{"read-all"}, (*run).readAll},
		{[]string{"rebuild-claims", "rebuild-customers", "rebuild-performance", "rebuild-timeline"}, (*run).rebuild},
		{[]string{"live"}, (*run).live},
		{[]string{"claim", "claim-bare", "list", "list-prepared"}, (*run).overHTTP},
		{[]string{"start", "start-memory"}, (*run).start},
		{[]string{
			"gateway-append-1", "gateway-append-16", "gateway-append-64",
			"gateway-append-single-1", "gateway-append-single-16", "gateway-append-single-64",
		}, (*run).gatewayAppends},
		{[]string{"gateway-read", "gateway-read-rate"}, (*run).gatewayRead},
	}
}

// run is one run of the measurements.
type run struct {
	Options
	folder  string // private to this run
	cluster *privatepg.Cluster
	log     *slog.Logger
	others  samples // how busy the machine was with other things before each turn
	told    bool    // the lifelike ledger is there
	kek     sealing.KEK
}

// Run measures.
func Run(ctx context.Context, o Options) (report Report, err error) {
	r := &run{Options: o, log: slog.New(slog.DiscardHandler)}
	if r.Program == "" {
		if r.Program, err = os.Executable(); err != nil {
			return report, err
		}
	}
	chosen, err := r.chosen()
	if err != nil {
		return report, err
	}
	if r.folder, err = os.MkdirTemp("", "guishu-bench-"); err != nil {
		return report, err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(r.folder)) }()
	// The account that PostgreSQL runs as must get through.
	if err := os.Chmod(r.folder, 0o711); err != nil {
		return report, err
	}
	if r.Data == "" {
		r.Data = filepath.Join(r.folder, "kept")
	}
	if err := r.startCluster(ctx); err != nil {
		return report, err
	}
	defer func() { err = errors.Join(err, r.cluster.Stop()) }()
	if report.Machine, err = describeMachine(ctx, r.cluster.URL("postgres")); err != nil {
		return report, err
	}
	for _, m := range chosen {
		r.tell("%s …", strings.Join(m.names, ", "))
		rows, err := m.run(r, ctx)
		if err != nil {
			return report, fmt.Errorf("measure %s: %w", m.names[0], err)
		}
		for _, row := range rows {
			if r.wants(row.Name) {
				report.Rows = append(report.Rows, row)
			}
		}
	}
	report.Machine.Others, report.Machine.OthersMost = r.others.median(), r.others.most()
	return report, nil
}

// chosen are the measurements that have a wanted row.
func (r *run) chosen() ([]measurement, error) {
	var chosen []measurement
	var all []string
	for _, m := range measurements() {
		all = append(all, m.names...)
		for _, name := range m.names {
			if r.wants(name) {
				chosen = append(chosen, m)
				break
			}
		}
	}
	for _, wanted := range r.Only {
		if !slices.ContainsFunc(all, func(name string) bool { return strings.HasPrefix(name, wanted) }) {
			return nil, fmt.Errorf("nothing is called %q; there are: %s", wanted, strings.Join(all, ", "))
		}
	}
	return chosen, nil
}

func (r *run) wants(name string) bool {
	for _, wanted := range r.Only {
		if strings.HasPrefix(name, wanted) {
			return true
		}
	}
	return len(r.Only) == 0
}

func (r *run) tell(format string, values ...any) {
	if r.Options.Log != nil {
		fmt.Fprintf(r.Options.Log, format+"\n", values...)
	}
}

// startCluster starts a PostgreSQL that syncs every commit.
func (r *run) startCluster(ctx context.Context) error {
	if _, err := privatepg.FindOrInstall(ctx, r.BinDir, r.log); err != nil {
		return err
	}
	var err error
	r.cluster, err = privatepg.Start(ctx, privatepg.Options{
		DataDir: filepath.Join(r.folder, "cluster"), BinDir: r.BinDir, Log: r.log,
		Settings: map[string]string{"max_connections": "400"},
	})
	return err
}

// database makes a database of its own for a measurement and gives its address.
func (r *run) database(ctx context.Context, name string) (string, error) {
	return r.cluster.URL(name), r.cluster.EnsureDatabase(ctx, name)
}
