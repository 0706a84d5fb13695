package ownership

import "guishu/domain"

// Aggregate is what the ledger must know of slots.
func Aggregate() domain.Aggregate {
	return domain.Aggregate{
		Name:  "ownership",
		Codes: Codes(),
		Categories: []domain.Category{{
			Streams:  StreamPrefix + "{customer}-{line}",
			Decides:  "one owner for the slot",
			Customer: domain.CustomerOfTheStream,
			Area:     domain.AreaApplication,
			OpenWork: domain.MayBeOpenWork,
			State:    domain.StateOf[State](),
			Events: []domain.EventType{
				domain.DescribeEvent[ClaimFiled]("ownership.claim-filed", 1).Titled("提交客户关系申请", "Application filed"),
				domain.DescribeEvent[HomeHeadConsented]("ownership.home-head-consented", 1).Titled("归属机构负责人同意", "Head of the home outlet consented"),
				domain.DescribeEvent[ClaimApproved]("ownership.claim-approved", 1).Titled("同意申请", "Application approved"),
				domain.DescribeEvent[ClaimRejected]("ownership.claim-rejected", 1).Titled("不同意申请", "Application rejected"),
				domain.DescribeEvent[ClaimWithdrawn]("ownership.claim-withdrawn", 1).Titled("撤回申请", "Application withdrawn"),
				domain.DescribeEvent[ClaimSuperseded]("ownership.claim-superseded", 1).Titled("申请因他人已获批而失效", "Application superseded"),
				domain.DescribeEvent[Established]("ownership.established", 1).Titled("建立客户关系", "Ownership established").ReadIn(domain.AreaCustomer),
				domain.DescribeEvent[Adjusted]("ownership.adjusted", 1).Titled("调整客户关系", "Ownership adjusted").ReadIn(domain.AreaCustomer),
				domain.DescribeEvent[Dissolved]("ownership.dissolved", 1).Titled("解除客户关系", "Ownership dissolved").ReadIn(domain.AreaCustomer),
			},
		}},
	}
}
