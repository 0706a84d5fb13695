package importer

import (
	"context"
	"slices"
	"strconv"

	"guishu/commands"
	"guishu/domain"
	"guishu/domain/migration"
)

// batches are the migration batches of one source so far.
type batches struct {
	all  []migration.State
	mine *migration.State // the last one of these very files, nil if there is none
}

func (im *Importer) batches(ctx context.Context, p *Plan) (batches, error) {
	every, err := im.Ledger.Migrations(ctx)
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
			b.mine = &batch
		}
	}
	return b, nil
}

// actors is everybody who brought rows of the source in: a row that came in under
// one of them is in, whoever goes on.
func (b batches) actors() []domain.StaffID {
	var actors []domain.StaffID
	for _, batch := range b.all {
		if !slices.Contains(actors, batch.ProposedBy) {
			actors = append(actors, batch.ProposedBy)
		}
	}
	return actors
}

// Propose proposes the migration batch of the plan's files, or finds the one that
// was proposed before and is not closed yet. A batch that a supervisor refused
// stays refused for the same files. Errors: domain.ErrImportBatchState.
func (im *Importer) Propose(ctx context.Context, who domain.StaffID, p *Plan) (domain.BatchID, migration.Status, error) {
	known, err := im.batches(ctx, p)
	if err != nil {
		return domain.BatchID{}, "", err
	}
	if known.mine != nil {
		switch known.mine.Status {
		case migration.StatusProposed, migration.StatusApproved:
			return known.mine.Batch, known.mine.Status, nil
		case migration.StatusRefused:
			return known.mine.Batch, known.mine.Status, domain.ErrImportBatchState.With("state", string(known.mine.Status))
		}
	}
	key := im.key("batch", p.Name(), strconv.Itoa(len(known.all)))
	answer, err := im.Ledger.ProposeMigration(ctx, commands.Call{Actor: who, Key: key}, commands.ProposeMigration{Name: p.Name(), Sources: p.Sources()})
	return domain.BatchID(answer.ID), migration.StatusProposed, err
}

// Approve approves a batch as somebody else than who proposed it. Errors:
// domain.ErrImportBatchSelfApproval, domain.ErrImportBatchState,
// domain.ErrAuthzDenied.
func (im *Importer) Approve(ctx context.Context, who domain.StaffID, batch domain.BatchID) error {
	_, err := im.Ledger.ApproveMigration(ctx, commands.Call{Actor: who, Key: im.key("approve", batch.String())}, commands.ApproveMigration{Batch: batch})
	return err
}

// key is an idempotency key that says nothing to whoever reads it in the log.
func (im *Importer) key(words ...string) string {
	text := ""
	for _, word := range words {
		text += strconv.Itoa(len(word)) + ":" + word
	}
	return "import-" + im.Keys.Hash("import", text).String()
}
