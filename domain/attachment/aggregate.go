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
			OpenWork: domain.NeverOpenWork,
			State:    domain.StateOf[State](),
			Events: []domain.EventType{
				domain.DescribeEvent[Attached]("attachment.attached", 1).Titled("下挂财富管理师", "Advisor attached"),
				domain.DescribeEvent[Ended]("attachment.ended", 1).Titled("结束下挂", "Attachment ended"),
			},
		}, {
			Streams:  ContactStreamPrefix + "{customer}",
			Decides:  "nothing: a record",
			Customer: domain.CustomerOfTheStream,
			OpenWork: domain.NeverOpenWork,
			State:    domain.StateOf[domain.Record](),
			Events: []domain.EventType{
				domain.DescribeEvent[ContactRecorded]("contact.recorded", 1).Titled("客户联络", "Contact recorded"),
			},
		}},
	}
}
