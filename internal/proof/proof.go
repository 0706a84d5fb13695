// Package proof shows from the log alone that a ledger is sound (C-09, C-10): every
// stream is whole and as the log as a whole has it, what follows from an event by
// itself was done, waits or stands on the list of what could not be done, the ledger is
// the one that the read models were built from, and their rows are what it says.
package proof

import (
	"context"
	"errors"
	"fmt"

	"guishu/domain"
	"guishu/eventstore"
	"guishu/internal/app"
	"guishu/projections"
	"guishu/reactions"
)

// Report is what was found.
type Report struct {
	Ledger    Ledger                 `json:"ledger"`
	Streams   Streams                `json:"streams"`
	Reactions Reactions              `json:"reactions"`
	Models    []projections.Replayed `json:"models"`
	// ModelsFailed is why read models could not be compared, empty where they were.
	ModelsFailed string `json:"models_failed,omitempty"`
}

// Ledger says whether the ledger is the one that the read models were built from.
type Ledger struct {
	Same     bool                `json:"same"`
	Why      string              `json:"why,omitempty"`
	Position eventstore.Position `json:"position"` // of the event by which it is known
	// Hole is where the log lacks an event, empty where it has all.
	Hole string `json:"hole,omitempty"`
}

// Streams is what each stream gives, beside what the log has of it.
type Streams struct {
	Read    int64     `json:"read"`   // streams
	Events  int64     `json:"events"` // in them
	Damaged []Damaged `json:"damaged"`
}

// Damaged is a stream that does not give what the log has of it.
type Damaged struct {
	Stream eventstore.Stream `json:"stream"`
	Reason string            `json:"reason"`
}

// Reactions is what became of what events call for.
type Reactions struct {
	CalledFor int64            `json:"called_for"`
	Done      int64            `json:"done"`
	Waiting   int64            `json:"waiting"`
	Aside     int64            `json:"could_not_be_done"` // and stand on the list of guishu reactions
	Missing   []reactions.Owed `json:"missing"`
}

// Sound says whether nothing is wrong with the ledger itself, whatever its read models
// are like.
func (r Report) Sound() bool {
	return r.Ledger.Same && r.Ledger.Hole == "" && len(r.Streams.Damaged) == 0 && len(r.Reactions.Missing) == 0
}

// Differing is how many rows of read models are not what the log says.
func (r Report) Differing() int {
	rows := 0
	for _, model := range r.Models {
		rows += model.Differing
	}
	return rows
}

// Stage is how far a proof has come.
type Stage string

// The stages of a proof, in their order.
const (
	Reading   Stage = "log"
	Comparing Stage = "streams"
	Answering Stage = "reactions"
	Replaying Stage = "models"
)

// Of proves a ledger, and compares the read models named, or all.
func Of(ctx context.Context, a *app.App, progress func(stage Stage, done, total int64), models ...string) (Report, error) {
	if progress == nil {
		progress = func(Stage, int64, int64) {}
	}
	report := Report{Streams: Streams{Damaged: []Damaged{}}, Reactions: Reactions{Missing: []reactions.Owed{}}}
	if err := report.known(ctx, a); err != nil {
		return report, err
	}
	w := newWitness(a)
	if err := w.read(ctx, &report, progress); err != nil {
		return report, err
	}
	if err := w.compare(ctx, &report, progress); err != nil {
		return report, err
	}
	if err := w.answer(ctx, &report, progress); err != nil {
		return report, err
	}
	replayed, err := a.Models.Replay(ctx, func(done, total int64) { progress(Replaying, done, total) }, models...)
	report.Models = replayed
	if err != nil && (ctx.Err() != nil || report.Sound()) {
		return report, err
	}
	if err != nil {
		report.ModelsFailed = err.Error() // what is said of the ledger says why
	}
	return report, nil
}

// known finds out whether the ledger is the one that the read models know.
func (r *Report) known(ctx context.Context, a *app.App) error {
	mark, err := a.Models.Mark(ctx)
	if err == nil {
		r.Ledger.Position = mark.Position
		err = a.Ledger.Compare(ctx)
	}
	var fork *projections.ForkError
	if errors.As(err, &fork) || errors.Is(err, domain.ErrLedgerPutBack) {
		r.Ledger.Why = err.Error()
		return nil
	}
	if err != nil {
		return fmt.Errorf("look for what was read of the ledger: %w", err)
	}
	r.Ledger.Same = true
	return nil
}
