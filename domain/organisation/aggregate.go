package organisation

import "guishu/domain"

// Aggregate is what the ledger must know of units.
func Aggregate() domain.Aggregate {
	return domain.Aggregate{
		Name:  "organisation",
		Codes: Codes(),
		Categories: []domain.Category{{
			Streams:  Stream,
			Decides:  "a parent exists, no cycle, unit codes are unique",
			Customer: domain.NoCustomer,
			OpenWork: domain.NeverOpenWork,
			State:    domain.StateOf[Tree](),
			Events: []domain.EventType{
				domain.DescribeEvent[UnitEstablished]("organisation.unit-established", 1).Titled("设立机构", "Unit established"),
				domain.DescribeEvent[UnitRenamed]("organisation.unit-renamed", 1).Titled("机构更名", "Unit renamed"),
				domain.DescribeEvent[UnitMoved]("organisation.unit-moved", 1).Titled("调整机构上级", "Unit moved"),
				domain.DescribeEvent[UnitClosed]("organisation.unit-closed", 1).Titled("撤销机构", "Unit closed"),
			},
		}},
	}
}
