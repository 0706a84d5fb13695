package bench

import (
	"context"
	"fmt"
	"os"
	"runtime"
	"strings"

	"github.com/jackc/pgx/v5"
)

// Machine is what the figures were measured on, as far as it matters to them.
type Machine struct {
	CPU      string
	Cores    int
	MemoryMB int
	System   string
	Go       string
	Postgres string
	Settings []string // of PostgreSQL: name=value
	// Others and OthersMost are the share of the processors' time that other
	// programs used before the turns: the median and the most.
	Others, OthersMost float64
}

// settingsThatMatter change what durable commits or reads cost.
var settingsThatMatter = []string{
	"fsync", "synchronous_commit", "full_page_writes", "wal_sync_method", "wal_level", "shared_buffers", "wal_compression", "max_connections",
}

func describeMachine(ctx context.Context, url string) (Machine, error) {
	m := Machine{
		CPU: field("/proc/cpuinfo", "model name"), Cores: runtime.NumCPU(),
		System: runtime.GOOS + "/" + runtime.GOARCH, Go: runtime.Version(),
	}
	if m.CPU == "" {
		m.CPU = runtime.GOARCH
	}
	var kilobytes int
	if _, err := fmt.Sscanf(field("/proc/meminfo", "MemTotal"), "%d kB", &kilobytes); err == nil {
		m.MemoryMB = kilobytes >> 10
	}
	connection, err := pgx.Connect(ctx, url)
	if err != nil {
		return m, fmt.Errorf("ask PostgreSQL what it is: %w", err)
	}
	defer connection.Close(ctx)
	if err := connection.QueryRow(ctx, `SHOW server_version`).Scan(&m.Postgres); err != nil {
		return m, err
	}
	for _, name := range settingsThatMatter {
		var value string
		if err := connection.QueryRow(ctx, `SELECT current_setting($1)`, name).Scan(&value); err != nil {
			return m, err
		}
		m.Settings = append(m.Settings, name+"="+value)
	}
	return m, nil
}

// field is the value of the first line "name: value" of a file of the kernel's.
func field(path, name string) string {
	text, err := os.ReadFile(path)
	if err != nil {
		return ""
	}
	for line := range strings.Lines(string(text)) {
		key, value, found := strings.Cut(line, ":")
		if found && strings.TrimSpace(key) == name {
			return strings.TrimSpace(value)
		}
	}
	return ""
}

func (m Machine) String() string {
	return fmt.Sprintf("机器 machine: %s, %d cores, %d MB, %s, %s; other programs used %.0f %% of it, at most %.0f %%\nPostgreSQL %s: %s",
		m.CPU, m.Cores, m.MemoryMB, m.System, m.Go, 100*m.Others, 100*m.OthersMost, m.Postgres, strings.Join(m.Settings, ", "))
}
