package attachment

import "guishu/domain"

// Aggregate is what the ledger must know of attachments and contacts.
func Aggregate() domain.Aggregate {
	return domain.Aggregate{
		Name:  "attachment",
		Codes: Codes(),
		Categories: []domain.Category{{
			Streams:  StreamPrefix + "{customer}",
			Decides:  "an advisor is attached once at a time",
			Customer: domain.CustomerOfTheStream,
			Area:     domain.AreaCustomer,
			OpenWork: domain.NeverOpenWork,
			State:    domain.StateOf[State](),
			Events: []domain.EventType{
				domain.DescribeEvent[Attached]("attachment.attached", 1).Titled("下挂财富管理师", "Advisor attached"),
				domain.DescribeEvent[Ended]("attachment.ended", 1).Titled("结束下挂", "Attachment ended"),
				domain.DescribeEvent[Requested]("attachment.requested", 1).Titled("申请下挂", "Attachment requested"),
				domain.DescribeEvent[RequestApproved]("attachment.request-approved", 1).Titled("同意下挂申请", "Request for an attachment approved"),
				domain.DescribeEvent[RequestRefused]("attachment.request-refused", 1).Titled("不同意下挂申请", "Request for an attachment refused"),
				domain.DescribeEvent[RequestWithdrawn]("attachment.request-withdrawn", 1).Titled("撤回下挂申请", "Request for an attachment withdrawn"),
			},
		}, {
			Streams:  ContactStreamPrefix + "{customer}",
			Decides:  "nothing: a record",
			Customer: domain.CustomerOfTheStream,
			Area:     domain.AreaContact,
			OpenWork: domain.NeverOpenWork,
			State:    domain.StateOf[domain.Record](),
			Events: []domain.EventType{
				domain.DescribeEvent[ContactRecorded]("contact.recorded", 1).Titled("客户联络", "Contact recorded"),
			},
		}},
	}
}
