// Package migration is the import of history: a batch is proposed, a supervisor
// approves it, and only then do imported times count for priority and gates on
// missing fields become recorded exceptions (B-31).
package migration

import "guishu/domain"

// StreamPrefix begins the name of a migration batch's stream; the id follows.
const StreamPrefix = "migration-"

// Proposed names what shall be imported.
type Proposed struct {
	Batch      domain.BatchID
	Name       string
	Sources    []Source
	ProposedBy domain.StaffID
}

// Source is a file of a batch, named by its content.
type Source struct {
	Name   string
	SHA256 string
	Rows   int
}

// Approved lets the batch's times count; never by who proposed it.
type Approved struct {
	Batch      domain.BatchID
	ApprovedBy domain.StaffID
	Note       string
}

// Refused ends the batch with the reason.
type Refused struct {
	Batch     domain.BatchID
	RefusedBy domain.StaffID
	Reason    string
}

// Closed ends the batch: nothing more may come under it.
type Closed struct {
	Batch    domain.BatchID
	Imported int
	Rejected int
}

// Events describes every event of a migration batch.
func Events() []domain.EventType {
	return []domain.EventType{
		domain.DescribeEvent[Proposed]("migration.proposed", 1),
		domain.DescribeEvent[Approved]("migration.approved", 1),
		domain.DescribeEvent[Refused]("migration.refused", 1),
		domain.DescribeEvent[Closed]("migration.closed", 1),
	}
}
