package importer

import (
	"slices"
	"testing"

	"guishu/domain"
	"guishu/domain/migration"
)

// A ledger may have rows that somebody else than who proposed the batch brought in:
// they are in, and must not come in once more.
func TestWhoWentOnWithABatchOfOldMayHaveBroughtRowsIn(t *testing.T) {
	t.Parallel()
	proposer, another := domain.StaffID{1}, domain.StaffID{2}
	var old migration.State
	old.Apply(migration.Proposed{ProposedBy: proposer}, domain.Fact{Actor: proposer})
	open := batches{all: []migration.State{old}}
	old.Apply(migration.Closed{}, domain.Fact{Actor: another})
	closed := batches{all: []migration.State{old}}
	if got := open.actors(); !slices.Equal(got, []domain.StaffID{proposer}) {
		t.Errorf("before it was closed: %v", got)
	}
	if got := closed.actors(); !slices.Equal(got, []domain.StaffID{proposer, another}) {
		t.Errorf("closed by another: %v", got)
	}
}
