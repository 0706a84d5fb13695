package main

import (
	"os"

	"github.com/schollz/progressbar/v3"
	"golang.org/x/term"
)

// progress shows how far long work is, on a terminal only.
type progress struct{ bar *progressbar.ProgressBar }

func newProgress(what string, wanted bool) *progress {
	if !wanted || !term.IsTerminal(int(os.Stderr.Fd())) {
		return &progress{}
	}
	return &progress{progressbar.NewOptions64(-1,
		progressbar.OptionSetDescription(what), progressbar.OptionSetWriter(os.Stderr),
		progressbar.OptionShowCount(), progressbar.OptionShowIts(), progressbar.OptionClearOnFinish(),
	)}
}

func (p *progress) update(done, total int64) {
	if p.bar == nil {
		return
	}
	if total > 0 && p.bar.GetMax64() != total {
		p.bar.ChangeMax64(total)
	}
	_ = p.bar.Set64(done) // a bar that cannot be drawn is no failure
}

func (p *progress) finish() {
	if p.bar != nil {
		_ = p.bar.Finish()
	}
}

// bars shows one bar after the other, one for each stage of some work.
type bars[S comparable] struct {
	names  map[S]string
	wanted bool
	stage  S
	bar    *progress
}

func (b *bars[S]) update(stage S, done, total int64) {
	if b.bar == nil || stage != b.stage {
		b.finish()
		b.stage, b.bar = stage, newProgress(b.names[stage], b.wanted)
	}
	b.bar.update(done, total)
}

func (b *bars[S]) finish() {
	if b.bar != nil {
		b.bar.finish()
	}
}
