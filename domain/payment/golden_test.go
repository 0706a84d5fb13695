package payment_test

import (
	"testing"

	"guishu/domain"
	"guishu/domain/domaintest"
	"guishu/domain/identity"
	"guishu/domain/payment"
)

// C-01, C-02: the stored form of every event that was ever released is held in
// testdata/events; a type without its file fails, and so does one that would be
// stored differently by now.
func TestGoldenEventsAreStoredAsReleased(t *testing.T) {
	t.Parallel()
	var (
		outlet  = domaintest.Sample[domain.UnitID]("outlet")
		ann     = domaintest.Sample[domain.StaffID]("ann")
		bo      = domaintest.Sample[domain.StaffID]("bo")
		wang    = domaintest.Sample[domain.CustomerID]("wang")
		fund    = domaintest.Sample[domain.ProductID]("fund")
		paper   = "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08"
		lacking = []domain.Exception{{Code: "payment/required", Fields: []string{"head_bank", "branch"}}}
		deal    = payment.Deal{Payment: domaintest.Sample[domain.PaymentID]("deal"), Customer: wang, Product: fund, Advisor: ann, Unit: outlet, AmountFen: 12_345_600}
		source  = payment.Source{HeadBank: "示例银行", Branch: "示例分行", SubBranch: "示例支行", Account: domain.NewPersonal("6222020200112233441")}
	)
	domaintest.Golden(t, payment.Aggregate(),
		payment.Reserved{
			Deal: deal, ExternalNo: "X-1", Nature: domain.Direct, ScheduledOn: domaintest.Day(t, "2026-03-10"), IdentityType: identity.Passport,
			IdentityNumber: domain.NewPersonal("E12345678"), Source: source, Papers: []string{paper}, Exceptions: lacking,
		},
		payment.Registered{
			Deal: deal, RegisteredBy: ann, IdentityType: identity.Passport, IdentityNumber: domain.NewPersonal("E12345678"),
			Source: source, Papers: []string{paper}, Exceptions: lacking,
		},
		payment.Confirmed{
			Deal: deal, ConfirmedBy: bo, RegisteredBy: ann,
			Exceptions: []domain.Exception{{Code: "payment/self-confirm", Fields: []string{"confirmed_by"}}},
		},
		payment.Returned{Deal: deal, Reason: "账号有误"},
		payment.Cancelled{Deal: deal, Reason: "客户取消"},
		payment.Reversed{Deal: deal, Reason: "退款"},
	)
}
