package esdb_test

import (
	"context"
	"log/slog"
	"strings"
	"testing"

	"guishu/eventstore/esdb"
	"guishu/eventstore/memory"
	"guishu/internal/esdbtest"
	"guishu/internal/waiting"
)

// told is a log that hands on what it is given.
type told chan string

func (t told) Enabled(context.Context, slog.Level) bool { return true }
func (t told) WithAttrs([]slog.Attr) slog.Handler       { return t }
func (t told) WithGroup(string) slog.Handler            { return t }
func (t told) Handle(_ context.Context, r slog.Record) error {
	text := r.Message
	r.Attrs(func(a slog.Attr) bool {
		text += " " + a.String()
		return true
	})
	t <- text
	return nil
}

// E-08: whoever starts on servers that hang is told whom it waits for, and why.
func TestWaitingForServersThatHangIsToldOf(t *testing.T) {
	t.Parallel()
	inner := memory.New()
	defer inner.Close()
	cluster := esdbtest.NewCluster(t, inner, 3)
	for i := range 3 {
		cluster.Freeze(i)
	}
	for name, c := range map[string]struct{ address, why string }{
		"a cluster":    {cluster.Address(), "no member of the cluster answers"},
		"a server":     {cluster.AddressOf(1), "it does not answer"},
		"no leader":    {withLeader(t, esdbtest.Nobody), "no member of the cluster says that it leads"},
		"silent chief": {withFrozenLeader(t), "no member of the cluster says that it leads"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			log, opened := make(told, 100), make(chan error, 1)
			ctx, cancel := context.WithCancel(t.Context())
			go func() {
				_, err := esdb.Open(ctx, c.address, esdb.Options{Log: slog.New(log)})
				opened <- err
			}()
			text := waiting.For(t, "a word about what is waited for", log)
			if !strings.Contains(text, "waiting for EventStoreDB") || !strings.Contains(text, "127.0.0.1:") || !strings.Contains(text, c.why) {
				t.Errorf("it says %q", text)
			}
			cancel()
			waiting.For(t, "opening to end", opened)
		})
	}
}

// withLeader is the address of a cluster that a member leads, or nobody.
func withLeader(t *testing.T, leader int) string {
	inner := memory.New()
	cluster := esdbtest.NewCluster(t, inner, 3)
	cluster.Lead(leader)
	return cluster.Address()
}

// withFrozenLeader is the address of a cluster whose leader is frozen.
func withFrozenLeader(t *testing.T) string {
	inner := memory.New()
	cluster := esdbtest.NewCluster(t, inner, 3)
	cluster.Freeze(0)
	return cluster.Address()
}
