package attribution

import "guishu/domain"

// Aggregate is what the ledger must know of attributions.
func Aggregate() domain.Aggregate {
	return domain.Aggregate{
		Name:  "attribution",
		Codes: Codes(),
		Categories: []domain.Category{{
			Streams:  StreamPrefix + "{payment}",
			Decides:  "one standing decision a payment",
			Customer: domain.CustomerOfTheEvent,
			Area:     domain.AreaAttribution,
			OpenWork: domain.NeverOpenWork,
			State:    domain.StateOf[State](),
			Events: []domain.EventType{
				domain.DescribeEvent[Decided]("attribution.decided", 1).Titled("判定业绩归属", "Commission attributed"),
				domain.DescribeEvent[Countered]("attribution.countered", 1).Titled("冲回业绩归属", "Attribution taken back"),
			},
		}},
	}
}
