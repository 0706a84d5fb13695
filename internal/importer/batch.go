package importer

import (
	"context"
	"slices"
	"strconv"

	"guishu/commands"
	"guishu/commands/ledger"
	"guishu/domain"
	"guishu/domain/migration"
)

// batches are the migration batches of one source so far.
type batches struct {
	all  []migration.State
	same []migration.State // those of these very files
}

func (im *Importer) batches(ctx context.Context, p *Plan) (batches, error) {
	every, err := commands.Migrations(ctx, im.Ledger)
	if err != nil {
		return batches{}, err
	}
	var b batches
	for _, batch := range every {
		if batch.Name != p.Name() {
			continue
		}
		b.all = append(b.all, batch)
		if slices.Equal(batch.Sources, p.Sources()) {
			b.same = append(b.same, batch)
		}
	}
	return b, nil
}

// under is the batch of that id; one without a status when it is none of this
// source's.
func (b batches) under(id domain.BatchID) migration.State {
	for _, batch := range b.all {
		if batch.Batch == id {
			return batch
		}
	}
	return migration.State{}
}

// open are the approved batches of these very files that nobody has closed.
func (b batches) open() []domain.BatchID {
	var open []domain.BatchID
	for _, batch := range b.same {
		if batch.Status == migration.StatusApproved {
			open = append(open, batch.Batch)
		}
	}
	return open
}

// actors is everybody who may have brought rows of the source in: a row that came in
// under one of them is in, whoever goes on. Only who proposed a batch brings rows in
// under it; on ledgers from before that rule, who went on with it closed it.
func (b batches) actors() []domain.StaffID {
	var actors []domain.StaffID
	for _, batch := range b.all {
		for _, who := range []domain.StaffID{batch.ProposedBy, batch.ClosedBy} {
			if !who.IsZero() && !slices.Contains(actors, who) {
				actors = append(actors, who)
			}
		}
	}
	return actors
}

// Propose proposes the migration batch of the plan's files, or finds the one that
// the same person proposed before and that is not closed yet: somebody else who goes
// on does so under a batch of their own. A batch that a supervisor refused stays
// refused for the same files, whoever proposes them. Errors:
// migration.ErrState.
func (im *Importer) Propose(ctx context.Context, who domain.StaffID, p *Plan) (domain.BatchID, migration.Status, error) {
	known, err := im.batches(ctx, p)
	if err != nil {
		return domain.BatchID{}, "", err
	}
	var refused *migration.State
	for _, batch := range known.same {
		switch batch.Status {
		case migration.StatusProposed, migration.StatusApproved:
			if batch.ProposedBy == who {
				return batch.Batch, batch.Status, nil
			}
		case migration.StatusRefused:
			refused = &batch
		}
	}
	if refused != nil {
		return refused.Batch, refused.Status, migration.ErrState.With("state", string(refused.Status))
	}
	key := im.key("batch", p.Name(), strconv.Itoa(len(known.all)))
	answer, err := im.Ledger.Do(ctx, ledger.Call{Actor: who, Key: key}, commands.ProposeMigration{Name: p.Name(), Sources: p.Sources()})
	return domain.BatchID(answer.ID), migration.StatusProposed, err
}

// Approve approves a batch as somebody else than who proposed it. Errors:
// migration.ErrSelfApproval, migration.ErrState,
// domain.ErrAuthzDenied.
func (im *Importer) Approve(ctx context.Context, who domain.StaffID, batch domain.BatchID) error {
	_, err := im.Ledger.Do(ctx, ledger.Call{Actor: who, Key: im.key("approve", batch.String())}, commands.ApproveMigration{Batch: batch})
	return err
}

// Unclosed are the approved batches of the plan's files that nobody has closed: an
// import that was cut off when everything was in leaves one.
func (im *Importer) Unclosed(ctx context.Context, p *Plan) ([]domain.BatchID, error) {
	known, err := im.batches(ctx, p)
	return known.open(), err
}

// Close closes batches whose rows have all been dealt with, as the report tells.
// Errors: migration.ErrState, domain.ErrAuthzDenied.
func (im *Importer) Close(ctx context.Context, who domain.StaffID, batches []domain.BatchID, report Report) error {
	for _, batch := range batches {
		_, err := im.Ledger.Do(ctx, ledger.Call{Actor: who, Key: im.key("close", batch.String())}, commands.CloseMigration{
			Batch: batch, Imported: report.RowsIn, Rejected: report.Rejected,
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// key is an idempotency key that says nothing to whoever reads it in the log.
func (im *Importer) key(words ...string) string {
	text := ""
	for _, word := range words {
		text += strconv.Itoa(len(word)) + ":" + word
	}
	return "import-" + im.Keys.Hash("import", text).String()
}
