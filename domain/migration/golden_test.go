package migration_test

import (
	"testing"

	"guishu/domain"
	"guishu/domain/domaintest"
	"guishu/domain/migration"
)

// C-01, C-02: the stored form of every event that was ever released is held in
// testdata/events; a type without its file fails, and so does one that would be
// stored differently by now.
func TestGoldenEventsAreStoredAsReleased(t *testing.T) {
	t.Parallel()
	var (
		ann   = domaintest.Sample[domain.StaffID]("ann")
		head  = domaintest.Sample[domain.StaffID]("head")
		batch = domaintest.Sample[domain.BatchID]("batch")
		paper = "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08"
	)
	domaintest.Golden(t, migration.Aggregate(),
		migration.Proposed{
			Batch: batch, Name: "旧系统客户", ProposedBy: ann,
			Sources: []migration.Source{{Name: "customers.csv", SHA256: paper, Rows: 85}},
		},
		migration.Approved{Batch: batch, ApprovedBy: head, Note: "已核对"},
		migration.Refused{Batch: batch, RefusedBy: head, Reason: "来源不明"},
		migration.Closed{Batch: batch, Imported: 80, Rejected: 5},
	)
}
