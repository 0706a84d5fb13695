package customer_test

import (
	"testing"

	"guishu/domain"
	"guishu/domain/customer"
	"guishu/domain/domaintest"
	"guishu/domain/identity"
)

// C-01, C-02: the stored form of every event that was ever released is held in
// testdata/events; a type without its file fails, and so does one that would be
// stored differently by now.
func TestGoldenEventsAreStoredAsReleased(t *testing.T) {
	t.Parallel()
	var (
		outlet  = domaintest.Sample[domain.UnitID]("outlet")
		ann     = domaintest.Sample[domain.StaffID]("ann")
		wang    = domaintest.Sample[domain.CustomerID]("wang")
		claim   = domaintest.Sample[domain.ApplicationID]("claim")
		details = customer.Details{
			Address: domain.NewPersonal("示例市和平路1号2栋301"), Birthday: domain.NewPersonal("1990-03-07"), Gender: domain.NewPersonal("FEMALE"),
			Employer: domain.NewPersonal("示例贸易公司"), Occupation: domain.NewPersonal("会计"), Industry: domain.NewPersonal("批发"),
			LegalRepresentative: domain.NewPersonal("赵示例"), ContactPerson: domain.NewPersonal("钱示例"), BankAccount: domain.NewPersonal("6222020200112233441"), Remark: domain.NewPersonal("偏好电话联系"),
		}
	)
	domaintest.Golden(t, customer.Aggregate(),
		customer.Registered{
			Customer: wang, Party: domain.Person, Name: domain.NewPersonal("王示例"), IdentityType: identity.Passport, IdentityNumber: domain.NewPersonal("E12345678"),
			Phone: domain.NewPersonal("+8613800138000"), CustomerNo: "C00012345", HomeUnit: outlet, Nature: domain.Direct,
			Source: customer.SourceChannel, ChannelType: customer.ChannelBank, Advisor: ann, Details: details,
			Exceptions: []domain.Exception{{Code: "customer/required", Fields: []string{"phone"}}},
		},
		customer.Supplemented{
			Customer: wang, Name: domain.NewPersonal("王小示例"), IdentityType: identity.Passport, IdentityNumber: domain.NewPersonal("E87654321"), Phone: domain.NewPersonal("+8613900139000"),
			Source: customer.SourceChannel, ChannelType: customer.ChannelSecurities, Details: details, Cleared: []string{"remark"},
		},
		customer.PhoneRecorded{Customer: wang, Phone: domain.NewPersonal("+8613700137000"), Application: claim},
		customer.IdentityVerified{Customer: wang, Result: customer.IDMatch, Evidence: "slip-20260302-0007"},
		customer.Linked{Customer: wang, CustomerNo: "C00012345"},
		customer.BecameFormal{Customer: wang, Payment: domaintest.Sample[domain.PaymentID]("deal")},
		customer.Erased{Customer: wang, Basis: "pipl-47"},
	)
}
