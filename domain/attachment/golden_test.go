package attachment_test

import (
	"testing"

	"guishu/domain"
	"guishu/domain/attachment"
	"guishu/domain/domaintest"
)

// C-01, C-02: the stored form of every event that was ever released is held in
// testdata/events; a type without its file fails, and so does one that would be
// stored differently by now.
func TestGoldenEventsAreStoredAsReleased(t *testing.T) {
	t.Parallel()
	var (
		outlet = domaintest.Sample[domain.UnitID]("outlet")
		ann    = domaintest.Sample[domain.StaffID]("ann")
		wang   = domaintest.Sample[domain.CustomerID]("wang")
		entry  = domaintest.Sample[domain.AttachmentID]("entry")
		fund   = domaintest.Sample[domain.ProductID]("fund")
	)
	domaintest.Golden(t, attachment.Aggregate(),
		attachment.Attached{Attachment: entry, Customer: wang, Advisor: ann, Unit: outlet},
		attachment.Ended{Attachment: entry, Customer: wang, Advisor: ann, Reason: "离职交接"},
		attachment.Requested{Attachment: entry, Customer: wang, Advisor: ann, Unit: outlet, Home: domaintest.Sample[domain.UnitID]("home"), Reason: "客户要求"},
		attachment.RequestApproved{Attachment: entry, Customer: wang, Advisor: ann},
		attachment.RequestRefused{Attachment: entry, Customer: wang, Advisor: ann, Reason: "已有财富管理师"},
		attachment.RequestWithdrawn{Attachment: entry, Customer: wang, Advisor: ann},
		attachment.ContactRecorded{
			Contact: domaintest.Sample[domain.ContactID]("contact"), Customer: wang, Advisor: ann, Unit: outlet, OccurredOn: domaintest.Day(t, "2026-03-01"),
			Method: attachment.ContactByPhone, Product: fund, TwoWay: true, Purpose: domain.NewPersonal("介绍产品"), Outcome: domain.NewPersonal("有意购买"),
		},
	)
}
