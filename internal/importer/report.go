package importer

import (
	"context"
	"time"

	"guishu/domain"
	"guishu/domain/migration"
)

// Report is what an import did.
type Report struct {
	Source     string          `json:"source"`
	Batch      domain.BatchID  `json:"batch,omitzero"`
	Files      []FileReport    `json:"files"`
	Sections   []SectionReport `json:"sections"`
	Rows       int             `json:"rows"`
	RowsIn     int             `json:"rows_in"`
	Rejected   int             `json:"rows_rejected"`
	Seconds    float64         `json:"seconds"`
	PerSecond  float64         `json:"rows_per_second"`
	Rejections []Rejection     `json:"-"` // each on a line of its own
}

// FileReport is a file as it was read.
type FileReport struct {
	Name     string `json:"name"`
	SHA256   string `json:"sha256"`
	Encoding string `json:"encoding"`
	Rows     int    `json:"rows"`
}

// SectionReport is what became of a section.
type SectionReport struct {
	Name     string `json:"name"`
	Makes    Thing  `json:"makes"`
	Things   int    `json:"things"`   // in the file
	Made     int    `json:"made"`     // by this run
	Before   int    `json:"before"`   // were in already
	Changed  int    `json:"changed"`  // were in with other content, and stay so
	Rejected int    `json:"rejected"` // refused by the ledger
}

// Missing is how many of the plan's things are not in the ledger yet. It writes
// nothing; progress may be nil.
func (im *Importer) Missing(ctx context.Context, p *Plan, progress func(done, total int64)) (int64, Report, error) {
	started := time.Now()
	r, err := im.begin(ctx, p, progress)
	if err != nil {
		return 0, Report{}, err
	}
	known, err := im.batches(ctx, p)
	if err != nil {
		return 0, Report{}, err
	}
	missing, err := r.survey(ctx, known.actors())
	return missing, r.report(time.Since(started)), err
}

// Run makes what is missing, under an approved batch that who has proposed, and
// closes it and every other one of the same files when all rows have been dealt
// with: nothing more can come under them then. It may be run again at any time.
// progress may be nil. The report is given with an error too, as far as things went.
// Errors: migration.ErrNotApproved,
// migration.ErrState, domain.ErrAuthzDenied, domain.ErrLedgerUnavailable.
func (im *Importer) Run(ctx context.Context, who domain.StaffID, batch domain.BatchID, p *Plan, progress func(done, total int64)) (Report, error) {
	started := time.Now()
	r, err := im.begin(ctx, p, progress)
	if err != nil {
		return Report{}, err
	}
	r.actor, r.batch = who, batch
	err = r.all(ctx)
	report := r.report(time.Since(started))
	if err != nil {
		return report, err
	}
	unclosed, err := im.Unclosed(ctx, p)
	if err != nil {
		return report, err
	}
	return report, im.Close(ctx, who, unclosed, report)
}

func (r *run) all(ctx context.Context) error {
	known, err := r.batches(ctx, r.plan)
	if err != nil {
		return err
	}
	// Rows are found again by who brought them in, which must be who proposed.
	batch := known.under(r.batch)
	if batch.Status != migration.StatusApproved || batch.ProposedBy != r.actor {
		return migration.ErrNotApproved.With("state", string(batch.Status))
	}
	// The first batch of a source finds nothing, unless it was cut off.
	if _, err := r.survey(ctx, known.actors()); err != nil {
		return err
	}
	return r.sections(ctx)
}

func (r *run) report(took time.Duration) Report {
	report := Report{Source: r.plan.Name(), Batch: r.batch, Seconds: took.Seconds(), Rejections: r.rejections.sorted(r.plan.tables), Rejected: r.rejections.rows()}
	for _, t := range r.plan.tables {
		report.Files = append(report.Files, FileReport{Name: t.path, SHA256: t.sha256, Encoding: t.encoding, Rows: len(t.rows)})
		report.Rows += len(t.rows)
	}
	for _, s := range r.plan.sections {
		one := SectionReport{Name: s.Name, Makes: Thing(s.Makes), Things: len(s.items), Made: r.made[s]}
		in := 0
		for _, it := range s.items {
			switch {
			case r.changed[it]:
				one.Changed++
			case it.refused:
				one.Rejected++
			case it.steps > 0 && it.steps == len(s.vocabulary.steps(it)):
				in++
			}
		}
		one.Before = in - one.Made
		report.Sections = append(report.Sections, one)
	}
	report.RowsIn = report.Rows - report.Rejected
	if report.Seconds > 0 {
		report.PerSecond = float64(report.Rows) / report.Seconds
	}
	return report
}
