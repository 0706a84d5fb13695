package referral

import "guishu/domain"

// Aggregate is what the ledger must know of referrals.
func Aggregate() domain.Aggregate {
	return domain.Aggregate{
		Name: "referral", Codes: Codes(),
		Categories: []domain.Category{{
			Streams:  StreamPrefix + "{referral}",
			Decides:  "one answer to an offer",
			Customer: domain.CustomerOfTheEvent,
			Area:     domain.AreaReferral,
			OpenWork: domain.MayBeOpenWork,
			State:    domain.StateOf[State](),
			Events: []domain.EventType{
				domain.DescribeEvent[Offered]("referral.offered", 1).Titled("引见客户", "Customer referred"),
				domain.DescribeEvent[Accepted]("referral.accepted", 1).Titled("接受引见", "Referral accepted"),
				domain.DescribeEvent[Rejected]("referral.rejected", 1).Titled("拒绝引见", "Referral rejected"),
				domain.DescribeEvent[Cancelled]("referral.cancelled", 1).Titled("取消引见", "Referral cancelled"),
			},
		}},
	}
}
