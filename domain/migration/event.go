// Package migration is the import of history: a batch is proposed, a supervisor
// approves it, and only then do imported times count for priority and gates on
// missing fields become recorded exceptions (B-31).
package migration

import (
	"guishu/domain"

	"github.com/google/uuid"
)

// StreamPrefix begins the name of a migration batch's stream; the id follows.
const StreamPrefix = "migration-"

// Proposed names what shall be imported.
type Proposed struct {
	Batch      domain.BatchID `label:"批次|Batch"`
	Name       string         `label:"批次名称|Name"`
	Sources    []Source       `label:"来源文件|Source files"`
	ProposedBy domain.StaffID `label:"提出人|Proposed by"`
}

// Source is a file of a batch, named by its content.
type Source struct {
	Name   string `label:"文件名|File name"`
	SHA256 string `label:"文件校验值|SHA-256"`
	Rows   int    `label:"行数|Rows"`
}

// Approved lets the batch's times count; never by who proposed it.
type Approved struct {
	Batch      domain.BatchID `label:"批次|Batch"`
	ApprovedBy domain.StaffID `label:"批准人|Approved by"`
	Note       string         `label:"说明|Note"`
}

// Refused ends the batch with the reason.
type Refused struct {
	Batch     domain.BatchID `label:"批次|Batch"`
	RefusedBy domain.StaffID `label:"不批准人|Refused by"`
	Reason    string         `label:"原因|Reason"`
}

// Closed ends the batch: nothing more may come under it.
type Closed struct {
	Batch    domain.BatchID `label:"批次|Batch"`
	Imported int            `label:"导入行数|Rows imported"`
	Rejected int            `label:"拒绝行数|Rows rejected"`
}

// Made is the batch.
func (e Proposed) Made() uuid.UUID { return e.Batch.UUID() }
