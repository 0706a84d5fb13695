package policy

import "guishu/domain"

// Aggregate is what the ledger must know of the rules.
func Aggregate() domain.Aggregate {
	return domain.Aggregate{
		Name:  "policy",
		Codes: Codes(),
		Categories: []domain.Category{{
			Streams:  Stream,
			Decides:  "versions 1, 2, 3 …",
			Customer: domain.NoCustomer,
			OpenWork: domain.NeverOpenWork,
			State:    domain.StateOf[State](),
			Events: []domain.EventType{
				domain.UpcastEvent("policy.published", 1, published1.up),
				domain.DescribeEvent[Published]("policy.published", 2).Titled("发布规则", "Rules published"),
			},
		}},
	}
}
