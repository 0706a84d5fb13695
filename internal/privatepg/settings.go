package privatepg

import (
	"errors"
	"fmt"
	"io"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"syscall"

	"guishu/eventstore/postgres/schema"
)

// setting is one of PostgreSQL's.
type setting struct{ name, value string }

// settingsFile is written anew at every start and read by postgresql.conf, whose
// later lines are the administrator's and win.
const settingsFile = "guishu.conf"

// tuning is for a ledger: many small commits, much memory left to others.
func tuning() []setting {
	memory := systemMemory()
	return []setting{
		{"max_connections", "200"},
		{"shared_buffers", megabytes(clamp(memory/8, 64<<20, 1<<30))},
		{"effective_cache_size", megabytes(clamp(memory/2, 256<<20, 64<<30))},
		{"maintenance_work_mem", megabytes(clamp(memory/32, 32<<20, 256<<20))},
		{"wal_buffers", "16MB"},
		{"wal_compression", "on"},
		{"min_wal_size", "256MB"},
		{"max_wal_size", "2GB"},
		{"checkpoint_timeout", "15min"},
		{"random_page_cost", "1.1"},
		{"jit", "off"},
		{"timezone", "UTC"},
		{"log_timezone", "UTC"},
		// What a client is told about its statement is for the client alone: it may
		// hold personal data. The log keeps what happens to the server.
		{"log_min_messages", "log"},
		{"log_min_error_statement", "panic"},
		{"log_error_verbosity", "terse"},
		{"log_line_prefix", "%m [%p] "},
	}
}

// disposable settings give up every promise about a crash of the machine.
var disposable = []setting{
	{"fsync", "off"},
	{"synchronous_commit", "off"},
	{"full_page_writes", "off"},
	{"autovacuum", "off"},
	{"max_connections", "500"},
	{"shared_buffers", "64MB"},
	{"min_wal_size", "64MB"},
	{"max_wal_size", "1GB"},
	{"wal_level", "minimal"},
	{"max_wal_senders", "0"},
}

// writeSettings writes the settings an administrator may override, and returns
// those that nobody may: the cluster would not be private, or not found, without
// them.
func writeSettings(files string, account account, socket string, options Options) ([]setting, error) {
	values := map[string]string{}
	for _, s := range tuning() {
		values[s.name] = s.value
	}
	if options.Disposable {
		for _, s := range disposable {
			values[s.name] = s.value
		}
	}
	maps.Copy(values, options.Settings)
	var text strings.Builder
	text.WriteString("# Written by guishu at every start. Put your own settings at the end of postgresql.conf: they win.\n")
	for _, name := range slices.Sorted(maps.Keys(values)) {
		fmt.Fprintf(&text, "%s = '%s'\n", name, strings.ReplaceAll(values[name], "'", "''"))
	}
	if err := writeFor(account, filepath.Join(files, settingsFile), text.String()); err != nil {
		return nil, err
	}
	return []setting{
		{"listen_addresses", ""},
		{"port", port},
		{"unix_socket_directories", socket},
		{"unix_socket_permissions", "0700"},
		{"hba_file", filepath.Join(files, "pg_hba.conf")},
		{"ident_file", filepath.Join(files, "pg_ident.conf")},
		{"logging_collector", "off"},
		{"log_destination", "stderr"},
	}, nil
}

// includeSettings makes postgresql.conf read the settings file.
func includeSettings(files string, account account) error {
	path := filepath.Join(files, "postgresql.conf")
	file, err := os.OpenFile(path, os.O_RDONLY|syscall.O_NOFOLLOW, 0)
	if err != nil {
		return fmt.Errorf("read PostgreSQL's settings: %w", err)
	}
	defer file.Close()
	text, err := io.ReadAll(file)
	if err != nil {
		return fmt.Errorf("read PostgreSQL's settings: %w", err)
	}
	text = append(text, "\ninclude_if_exists = '"+settingsFile+"' # guishu's own; lines below win\n"...)
	return writeFor(account, path, string(text))
}

// writeAccess writes who may sign in: over the socket only, and only the user
// Guishu runs as and the account that owns the files. An account that other
// services share (nobody) is not let in.
func writeAccess(files string, account account) error {
	users := []string{account.caller}
	if account.name != account.caller && account.name != "nobody" {
		users = append(users, account.name)
	}
	var ident strings.Builder
	for _, user := range users {
		for _, role := range []string{Role, schema.Server} {
			fmt.Fprintf(&ident, "guishu %s %s\n", quoted(user), role)
		}
	}
	access := "local all " + Role + "," + schema.Server + " peer map=guishu\nlocal replication " + Role + " peer map=guishu\n"
	if err := writeFor(account, filepath.Join(files, "pg_ident.conf"), ident.String()); err != nil {
		return err
	}
	return writeFor(account, filepath.Join(files, "pg_hba.conf"), access)
}

func quoted(name string) string { return `"` + strings.ReplaceAll(name, `"`, `""`) + `"` }

// writeFor writes a file of the account's, whole or not at all. The folder is the
// account's, and Guishu may be root: no link laid there is followed.
func writeFor(account account, path, text string) error {
	next := path + ".next"
	if err := os.Remove(next); err != nil && !errors.Is(err, os.ErrNotExist) {
		return fmt.Errorf("write PostgreSQL's settings: %w", err)
	}
	file, err := os.OpenFile(next, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600)
	if err != nil {
		return fmt.Errorf("write PostgreSQL's settings: %w", err)
	}
	if account.other {
		err = file.Chown(account.uid, account.gid)
	}
	_, failure := file.WriteString(text)
	if err := errors.Join(err, failure, file.Sync(), file.Close()); err != nil {
		return fmt.Errorf("write PostgreSQL's settings: %w", err)
	}
	if err := os.Rename(next, path); err != nil {
		return fmt.Errorf("write PostgreSQL's settings: %w", err)
	}
	return nil
}

func clamp(value, low, high int64) int64 { return max(low, min(value, high)) }

func megabytes(bytes int64) string { return fmt.Sprintf("%dMB", bytes>>20) }

// systemMemory is the machine's memory in bytes, or a modest guess.
func systemMemory() int64 {
	var kilobytes int64
	text, err := os.ReadFile("/proc/meminfo")
	if err != nil {
		return 2 << 30
	}
	if _, err := fmt.Sscanf(string(text), "MemTotal: %d kB", &kilobytes); err != nil {
		return 2 << 30
	}
	return kilobytes << 10
}
