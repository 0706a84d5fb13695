package attribution_test

import (
	"testing"
	"time"

	"guishu/domain"
	"guishu/domain/attribution"
	"guishu/domain/domaintest"
	"guishu/domain/payment"
	"guishu/domain/policy"

	"github.com/google/uuid"
)

// C-01, C-02: the stored form of every event that was ever released is held in
// testdata/events; a type without its file fails, and so does one that would be
// stored differently by now.
func TestGoldenEventsAreStoredAsReleased(t *testing.T) {
	t.Parallel()
	var (
		outlet   = domaintest.Sample[domain.UnitID]("outlet")
		ann      = domaintest.Sample[domain.StaffID]("ann")
		wang     = domaintest.Sample[domain.CustomerID]("wang")
		entry    = domaintest.Sample[domain.AttachmentID]("entry")
		fund     = domaintest.Sample[domain.ProductID]("fund")
		decision = domaintest.Sample[domain.DecisionID]("decision")
		event    = domaintest.Sample[uuid.UUID]("event")
		entered  = time.Date(2026, 3, 2, 1, 2, 3, 456789000, time.UTC)
		paper    = "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08"
		deal     = payment.Deal{Payment: domaintest.Sample[domain.PaymentID]("deal"), Customer: wang, Product: fund, Advisor: ann, Unit: outlet, AmountFen: 12_345_600}
		share    = attribution.Share{Advisor: ann, Unit: outlet, Attachment: entry, PerTenThousand: 10_000, AmountFen: 12_345_600}
	)
	taken := share
	taken.PerTenThousand, taken.AmountFen = -taken.PerTenThousand, -taken.AmountFen
	domaintest.Golden(t, attribution.Aggregate(),
		attribution.Decided{
			Decision: decision, Payment: deal.Payment, Customer: wang, Product: fund, AmountFen: deal.AmountFen,
			Handler: ann, HandlerRank: 1, Winner: ann, WinnerUnit: outlet, Shares: []attribution.Share{share},
			Ground: attribution.GroundCommunicated, Mode: policy.TimeFirst, PolicyVersion: 2, Confirmation: event,
			Candidates: []attribution.Candidate{{
				Advisor: ann, Unit: outlet, Attachment: entry, EntryPosition: 42, EntryEvent: event, EntryTime: entered, Asserted: true,
				AssertedTime: entered, AssertedCounts: true, TimeBasis: attribution.BasisApproved, Rank: 1,
				LastContact: &attribution.ContactInput{Contact: domaintest.Sample[domain.ContactID]("contact"), Event: event, Position: 43, OccurredOn: domaintest.Day(t, "2026-03-01")},
				Score:       &attribution.Score{Contacts: 3, Contact: 30, Quality: 20, Choice: 100, Chosen: true, Total: 55},
			}},
			Inputs: []attribution.Input{{Event: event, Position: 42, Type: "attachment.attached"}}, InputsHash: paper,
			Reason:      attribution.ReasonCommunicated,
			Explanation: attribution.Explanation{Code: attribution.ExplainSame, Params: []attribution.Param{{Name: "position", Value: "42"}}},
			Supersedes:  domaintest.Sample[domain.DecisionID]("earlier decision"),
		},
		attribution.Countered{
			Decision: decision, Payment: deal.Payment, Customer: wang, Winner: ann, Shares: []attribution.Share{taken},
			AmountFen: -deal.AmountFen, Reversal: event,
		},
	)
}
