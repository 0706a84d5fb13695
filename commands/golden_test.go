package commands_test

import (
	"testing"
	"time"

	"guishu/commands/ledger"
	"guishu/domain"
	"guishu/domain/attachment"
	"guishu/domain/attribution"
	"guishu/domain/customer"
	"guishu/domain/identity"
	"guishu/domain/lookup"
	"guishu/domain/migration"
	"guishu/domain/organisation"
	"guishu/domain/ownership"
	"guishu/domain/payment"
	"guishu/domain/policy"
	"guishu/domain/product"
	"guishu/domain/staff"
	"guishu/eventstore/goldentest"

	"github.com/google/uuid"
)

// sample names an invented thing, the same in every run.
func sample[T ~[16]byte](name string) T {
	return T(uuid.NewSHA1(uuid.NameSpaceOID, []byte("guishu sample "+name)))
}

func secret(text string) domain.Personal { return domain.NewPersonal(text) }

// C-01, C-02: the stored form of every event that was ever released is held in
// testdata/events; a type without its file fails, and so does one that would be
// stored differently by now.
func TestGoldenEvents(t *testing.T) {
	t.Parallel()
	registry, err := ledger.Events()
	if err != nil {
		t.Fatal(err)
	}
	goldentest.Check(t, registry, "testdata/events", samples(t)...)
}

func samples(t *testing.T) []any {
	t.Helper()
	day := func(text string) domain.Date {
		date, err := domain.ParseDate(text)
		if err != nil {
			t.Fatal(err)
		}
		return date
	}
	var (
		root, outlet, other = sample[domain.UnitID]("root"), sample[domain.UnitID]("outlet"), sample[domain.UnitID]("other outlet")
		ann, bo, head       = sample[domain.StaffID]("ann"), sample[domain.StaffID]("bo"), sample[domain.StaffID]("head")
		wang                = sample[domain.CustomerID]("wang")
		claim, rival        = sample[domain.ApplicationID]("claim"), sample[domain.ApplicationID]("rival")
		entry, fund         = sample[domain.AttachmentID]("entry"), sample[domain.ProductID]("fund")
		request             = sample[domain.RequestID]("request")
		batch               = sample[domain.BatchID]("batch")
		decision            = sample[domain.DecisionID]("decision")
		event               = sample[uuid.UUID]("event")
		entered             = time.Date(2026, 3, 2, 1, 2, 3, 456789000, time.UTC)
		paper               = "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08"
		lacking             = []domain.Exception{{Code: "payment/required", Fields: []string{"head_bank", "branch"}}}
		details             = customer.Details{
			Address: secret("示例市和平路1号2栋301"), Birthday: secret("1990-03-07"), Gender: secret("FEMALE"),
			Employer: secret("示例贸易公司"), Occupation: secret("会计"), Industry: secret("批发"),
			LegalRepresentative: secret("赵示例"), ContactPerson: secret("钱示例"), BankAccount: secret("6222020200112233441"), Remark: secret("偏好电话联系"),
		}
		deal   = payment.Deal{Payment: sample[domain.PaymentID]("deal"), Customer: wang, Product: fund, Advisor: ann, Unit: outlet, AmountFen: 12_345_600}
		source = payment.Source{HeadBank: "示例银行", Branch: "示例分行", SubBranch: "示例支行", Account: secret("6222020200112233441")}
		share  = attribution.Share{Advisor: ann, Unit: outlet, Attachment: entry, PerTenThousand: 10_000, AmountFen: 12_345_600}
	)
	taken := share
	taken.PerTenThousand, taken.AmountFen = -taken.PerTenThousand, -taken.AmountFen
	rules := policy.Default()
	rules.Claim.MaxOwned, rules.Claim.MaxClaimsPerDay = 500, 20
	rules.Attribution.CommunicatedAnyProduct, rules.Attribution.Efficiency.Shortlist = true, 3
	return []any{
		domain.ReservationAbandoned{Kind: "identity"},

		organisation.UnitEstablished{Unit: outlet, Parent: root, Code: "N01", Name: "示例支局", Kind: domain.Outlet, Line: domain.SelfOperated, Model: domain.Exclusive},
		organisation.UnitRenamed{Unit: outlet, Name: "示例中心支局"},
		organisation.UnitMoved{Unit: outlet, Parent: other},
		organisation.UnitClosed{Unit: outlet, Reason: "网点合并"},

		staff.Hired{
			Staff: ann, EmployeeNo: "E-1001", Login: "ann", Name: secret("安示例"), Unit: outlet, Superior: head,
			Exceptions: []domain.Exception{{Code: "form/required", Fields: []string{"login"}}},
		},
		staff.AccessRequested{Request: request, Staff: ann, Role: domain.RoleRelationshipManager, Unit: outlet, RequestedBy: head},
		staff.AccessGranted{Request: request, Staff: ann, Role: domain.RoleRelationshipManager, Unit: outlet, ApprovedBy: bo},
		staff.AccessRefused{Request: request, Staff: ann, RefusedBy: bo, Reason: "未签保密协议"},
		staff.AccessRevoked{Staff: ann, Role: domain.RoleRelationshipManager, Unit: outlet, Reason: "岗位调整"},
		staff.Transferred{Staff: ann, From: outlet, To: other, Superior: head},
		staff.Departed{Staff: ann, On: day("2026-06-30"), Reason: "个人原因"},

		customer.Registered{
			Customer: wang, Party: domain.Person, Name: secret("王示例"), IdentityType: identity.Passport, IdentityNumber: secret("E12345678"),
			Phone: secret("+8613800138000"), CustomerNo: "C00012345", HomeUnit: outlet, Nature: domain.Direct,
			Source: customer.SourceChannel, ChannelType: customer.ChannelBank, Advisor: ann, Details: details,
			Exceptions: []domain.Exception{{Code: "customer/required", Fields: []string{"phone"}}},
		},
		customer.Supplemented{
			Customer: wang, Name: secret("王小示例"), IdentityType: identity.Passport, IdentityNumber: secret("E87654321"), Phone: secret("+8613900139000"),
			Source: customer.SourceChannel, ChannelType: customer.ChannelSecurities, Details: details, Cleared: []string{"remark"},
		},
		customer.PhoneRecorded{Customer: wang, Phone: secret("+8613700137000"), Application: claim},
		customer.IdentityVerified{Customer: wang, Result: customer.IDMatch, Evidence: "slip-20260302-0007"},
		customer.Linked{Customer: wang, CustomerNo: "C00012345"},
		customer.BecameFormal{Customer: wang, Payment: deal.Payment},
		customer.Erased{Customer: wang, Basis: "pipl-47"},

		ownership.ClaimFiled{
			Application: claim, Kind: ownership.AdjustRelation, Customer: wang, Line: domain.SelfOperated, Applicant: ann,
			Unit: outlet, HomeUnit: other, Phone: secret("+8613800138000"), NewOwner: bo, Reason: "休假交接",
		},
		ownership.HomeHeadConsented{Application: claim, By: head},
		ownership.ClaimApproved{Application: claim, Approver: head},
		ownership.ClaimRejected{Application: claim, Approver: head, Reason: "电话号码不实"},
		ownership.ClaimWithdrawn{Application: claim},
		ownership.ClaimSuperseded{Application: rival, Winner: claim},
		ownership.Established{Customer: wang, Line: domain.SelfOperated, Owner: ann, Unit: outlet, Application: claim},
		ownership.Adjusted{Customer: wang, Line: domain.SelfOperated, From: ann, To: bo, Unit: other, Application: claim, Reason: "休假交接"},
		ownership.Dissolved{Customer: wang, Line: domain.SelfOperated, Owner: ann, Application: claim, Reason: "客户销户"},

		attachment.Attached{Attachment: entry, Customer: wang, Advisor: ann, Unit: outlet},
		attachment.Ended{Attachment: entry, Customer: wang, Advisor: ann, Reason: "离职交接"},
		attachment.ContactRecorded{
			Contact: sample[domain.ContactID]("contact"), Customer: wang, Advisor: ann, Unit: outlet, OccurredOn: day("2026-03-01"),
			Method: attachment.ContactByPhone, Product: fund, TwoWay: true, Purpose: secret("介绍产品"), Outcome: secret("有意购买"),
		},

		product.Launched{Product: fund, Code: "FUND-01", Name: "示例稳健一号", Series: "稳健", Supplier: "示例基金", ListPriceFen: 10_000_000, RiskLevel: "R2"},
		product.SubscriptionOpened{Product: fund},
		product.SubscriptionClosed{Product: fund, Reason: "额满"},
		product.InceptionRecorded{Product: fund, EstablishedOn: day("2026-04-01"), MaturesOn: day("2027-04-01")},

		payment.Reserved{
			Deal: deal, ExternalNo: "X-1", Nature: domain.Direct, ScheduledOn: day("2026-03-10"), IdentityType: identity.Passport,
			IdentityNumber: secret("E12345678"), Source: source, Papers: []string{paper}, Exceptions: lacking,
		},
		payment.Registered{
			Deal: deal, RegisteredBy: ann, IdentityType: identity.Passport, IdentityNumber: secret("E12345678"),
			Source: source, Papers: []string{paper}, Exceptions: lacking,
		},
		payment.Confirmed{
			Deal: deal, ConfirmedBy: bo, RegisteredBy: ann,
			Exceptions: []domain.Exception{{Code: "payment/self-confirm", Fields: []string{"confirmed_by"}}},
		},
		payment.Returned{Deal: deal, Reason: "账号有误"},
		payment.Cancelled{Deal: deal, Reason: "客户取消"},
		payment.Reversed{Deal: deal, Reason: "退款"},

		attribution.Decided{
			Decision: decision, Payment: deal.Payment, Customer: wang, Product: fund, AmountFen: deal.AmountFen,
			Handler: ann, HandlerRank: 1, Winner: ann, WinnerUnit: outlet, Shares: []attribution.Share{share},
			Ground: attribution.GroundCommunicated, Mode: policy.TimeFirst, PolicyVersion: 2, Confirmation: event,
			Candidates: []attribution.Candidate{{
				Advisor: ann, Unit: outlet, Attachment: entry, EntryPosition: 42, EntryEvent: event, EntryTime: entered, Asserted: true,
				AssertedTime: entered, AssertedCounts: true, TimeBasis: attribution.BasisApproved, Rank: 1,
				LastContact: &attribution.ContactInput{Contact: sample[domain.ContactID]("contact"), Event: event, Position: 43, OccurredOn: day("2026-03-01")},
				Score:       &attribution.Score{Contacts: 3, Contact: 30, Quality: 20, Choice: 100, Chosen: true, Total: 55},
			}},
			Inputs: []attribution.Input{{Event: event, Position: 42, Type: "attachment.attached"}}, InputsHash: paper,
			Reason:      attribution.ReasonCommunicated,
			Explanation: attribution.Explanation{Code: attribution.ExplainSame, Params: []attribution.Param{{Name: "position", Value: "42"}}},
			Supersedes:  sample[domain.DecisionID]("earlier decision"),
		},
		attribution.Countered{
			Decision: decision, Payment: deal.Payment, Customer: wang, Winner: ann, Shares: []attribution.Share{taken},
			AmountFen: -deal.AmountFen, Reversal: event,
		},

		policy.Published{Version: 1, EffectiveOn: day("2026-01-01"), Rules: rules, Note: "首版"},

		migration.Proposed{
			Batch: batch, Name: "旧系统客户", ProposedBy: ann,
			Sources: []migration.Source{{Name: "customers.csv", SHA256: paper, Rows: 85}},
		},
		migration.Approved{Batch: batch, ApprovedBy: head, Note: "已核对"},
		migration.Refused{Batch: batch, RefusedBy: head, Reason: "来源不明"},
		migration.Closed{Batch: batch, Imported: 80, Rejected: 5},

		lookup.LookedUp{Staff: ann, Unit: outlet, By: lookup.ByIdentity, Customer: wang, Answer: lookup.Claimable},
		lookup.Revealed{Customer: wang, Staff: ann, Fields: []string{"phone"}, Purpose: "回访"},
	}
}
