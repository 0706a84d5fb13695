package migration

import "guishu/domain"

// Aggregate is what the ledger must know of migration batches.
func Aggregate() domain.Aggregate {
	return domain.Aggregate{
		Name:  "migration",
		Codes: Codes(),
		Categories: []domain.Category{{
			Streams:  StreamPrefix + "{batch}",
			Decides:  "approved by somebody else before anything counts",
			Customer: domain.NoCustomer,
			OpenWork: domain.NeverOpenWork,
			State:    domain.StateOf[State](),
			Events: []domain.EventType{
				domain.DescribeEvent[Proposed]("migration.proposed", 1).Titled("提出迁移批次", "Migration batch proposed"),
				domain.DescribeEvent[Approved]("migration.approved", 1).Titled("批准迁移批次", "Migration batch approved"),
				domain.DescribeEvent[Refused]("migration.refused", 1).Titled("不批准迁移批次", "Migration batch refused"),
				domain.DescribeEvent[Closed]("migration.closed", 1).Titled("结束迁移批次", "Migration batch closed"),
			},
		}},
	}
}
