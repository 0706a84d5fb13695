package app

import (
	"context"
	"log/slog"
	"strings"
	"sync"
	"time"
)

const (
	// calmFor is how long a warning that says the same again is kept back: each of many
	// consumers tries again every few seconds, for as long as a password is wrong or a
	// server is away (E-14).
	calmFor = 10 * time.Minute
	// mostCalmed bounds how many warnings are remembered.
	mostCalmed = 1_000
)

// calm is a log that writes each warning once in a while, with how often it was kept
// back since. Everything else it writes as it comes.
type calm struct {
	slog.Handler
	given  string // attributes that every record has, as text
	shared *calmed
}

type calmed struct {
	now  func() time.Time
	mu   sync.Mutex
	said map[string]*saying
}

// saying is a warning that was written.
type saying struct {
	at       time.Time
	keptBack int
}

// calmly gives a log that says warnings once in a while.
func calmly(log *slog.Logger, now func() time.Time) *slog.Logger {
	return slog.New(calm{log.Handler(), "", &calmed{now: now, said: make(map[string]*saying)}})
}

// Handle implements slog.Handler.
func (c calm) Handle(ctx context.Context, r slog.Record) error {
	if r.Level != slog.LevelWarn {
		return c.Handler.Handle(ctx, r)
	}
	var text strings.Builder
	text.WriteString(c.given + r.Message)
	r.Attrs(func(a slog.Attr) bool {
		text.WriteString("\x00" + a.String())
		return true
	})
	keptBack, write := c.shared.take(text.String())
	if !write {
		return nil
	}
	if keptBack > 0 {
		r = r.Clone()
		r.AddAttrs(slog.Int("kept_back", keptBack))
	}
	return c.Handler.Handle(ctx, r)
}

// take says whether a warning is to be written, and how often it was not since it was
// written last.
func (c *calmed) take(text string) (keptBack int, write bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	now := c.now()
	before, known := c.said[text]
	if known && now.Sub(before.at) < calmFor {
		before.keptBack++
		return 0, false
	}
	if !known && len(c.said) == mostCalmed {
		clear(c.said)
	}
	if known {
		keptBack = before.keptBack
	}
	c.said[text] = &saying{at: now}
	return keptBack, true
}

// WithAttrs implements slog.Handler.
func (c calm) WithAttrs(attributes []slog.Attr) slog.Handler {
	given := c.given
	for _, a := range attributes {
		given += a.String() + "\x00"
	}
	return calm{c.Handler.WithAttrs(attributes), given, c.shared}
}

// WithGroup implements slog.Handler.
func (c calm) WithGroup(name string) slog.Handler {
	return calm{c.Handler.WithGroup(name), c.given + name + "\x00", c.shared}
}
