package lookup

import "guishu/domain"

// Aggregate is what the ledger must know of look-ups and reveals.
func Aggregate() domain.Aggregate {
	return domain.Aggregate{
		Name:  "lookup",
		Codes: Codes(),
		Categories: []domain.Category{{
			Streams:  StreamPrefix + "{staff}-{day}",
			Decides:  "the daily quota of look-ups",
			Customer: domain.CustomerOfTheEvent,
			Area:     domain.AreaOversight,
			OpenWork: domain.NeverOpenWork,
			State:    domain.StateOf[State](),
			Events: []domain.EventType{
				domain.DescribeEvent[LookedUp]("lookup.looked-up", 1).Titled("申请前查询", "Looked up"),
			},
		}, {
			Streams:  RevealStreamPrefix + "{customer}",
			Decides:  "nothing: a record, written before anything is shown",
			Customer: domain.CustomerOfTheStream,
			Area:     domain.AreaOversight,
			OpenWork: domain.NeverOpenWork,
			State:    domain.StateOf[domain.Record](),
			Events: []domain.EventType{
				domain.DescribeEvent[Revealed]("lookup.revealed", 1).Titled("查看完整信息", "Fields revealed"),
			},
		}},
	}
}
