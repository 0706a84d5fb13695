package app

import (
	"bytes"
	"errors"
	"log/slog"
	"strings"
	"testing"
	"time"
)

// E-14: six consumers that are refused 85 times say so once each, and once more with
// the count when it still goes on; everything else is written as ever.
func TestAWarningThatSaysTheSameAgainIsKeptBack(t *testing.T) {
	t.Parallel()
	var written bytes.Buffer
	now := time.Date(2026, 3, 2, 9, 0, 0, 0, time.UTC)
	log := calmly(slog.New(slog.NewTextHandler(&written, nil)), func() time.Time { return now })
	refused := errors.New("EventStoreDB refuses: Unauthenticated")
	for range 85 {
		for _, consumer := range []string{"one", "two", "three", "four", "five", "six"} {
			log.With("room", "reactions").Warn("a consumer was interrupted and goes on", "consumer", consumer, "error", refused)
		}
		now = now.Add(time.Second)
	}
	if lines := strings.Count(written.String(), "\n"); lines != 6 {
		t.Errorf("%d lines were written:\n%s", lines, &written)
	}
	written.Reset()
	now = now.Add(calmFor)
	log.With("room", "reactions").Warn("a consumer was interrupted and goes on", "consumer", "one", "error", refused)
	log.With("room", "reactions").Warn("a consumer was interrupted and goes on", "consumer", "one", "error", errors.New("another reason"))
	log.Info("told twice")
	log.Info("told twice")
	if text := written.String(); strings.Count(text, "\n") != 4 || strings.Count(text, "kept_back=84") != 1 {
		t.Errorf("then it says:\n%s", text)
	}
}

// What is remembered is bounded.
func TestNotEveryWarningIsRemembered(t *testing.T) {
	t.Parallel()
	c := &calmed{now: time.Now, said: make(map[string]*saying)}
	for i := range 3 * mostCalmed {
		c.take(strings.Repeat("x", i))
	}
	if len(c.said) > mostCalmed {
		t.Errorf("%d are remembered", len(c.said))
	}
}
