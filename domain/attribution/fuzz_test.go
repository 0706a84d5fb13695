package attribution_test

import (
	"slices"
	"testing"
	"time"

	"guishu/domain"
	"guishu/domain/attachment"
	"guishu/domain/attribution"
	"guishu/domain/migration"
	"guishu/domain/payment"
	"guishu/domain/policy"
)

// FuzzDecide: no input, however broken, makes Decide panic or answer twice
// differently. Each eight bytes tell one event.
func FuzzDecide(f *testing.F) {
	f.Add([]byte{})
	f.Add([]byte("00000000111111112222222233333333444444445555555566666666"))
	f.Add([]byte{3, 1, 0, 0, 0, 0, 0, 0, 4, 2, 1, 255, 255, 1, 9, 1, 0, 1, 1, 128, 0, 1, 9, 1, 5, 0, 0, 0, 0, 0, 9, 0})
	f.Fuzz(func(t *testing.T, told []byte) {
		in := attribution.Inputs{Policy: attribution.Policy{Version: len(told), Rules: policy.Default().Attribution}}
		if len(told)%5 == 4 {
			in.Policy.Rules = policy.AttributionRules{CommunicatedWithinDays: -len(told)}
		}
		count := 0
		for event := range slices.Chunk(told, 8) {
			count++
			if len(event) < 8 {
				continue
			}
			addBroken(&in, event, count)
		}
		first := bytes(t, attribution.Decide(in))
		for _, list := range []func(){
			func() { slices.Reverse(in.Attached) }, func() { slices.Reverse(in.Ended) },
			func() { slices.Reverse(in.Contacts) }, func() { slices.Reverse(in.Approvals) },
		} {
			list()
		}
		if again := bytes(t, attribution.Decide(in)); again != first {
			t.Errorf("reversed inputs:\n%s\n%s", first, again)
		}
		in.Day()
		in.Batches()
	})
}

// addBroken adds an event with positions that repeat, times of any year and ids of
// nobody. Only its own id is sound.
func addBroken(in *attribution.Inputs, told []byte, count int) {
	years := int(int8(told[3])) * 30
	fact := domain.Fact{
		Position: domain.Position(int8(told[1])), Event: eventID(domain.Position(count)), Asserted: told[5]&1 == 1,
		RecordedAt: start.AddDate(0, 0, int(int8(told[2]))), EffectiveAt: start.AddDate(years, 0, int(told[4])), Batch: domain.BatchID{told[6]},
	}
	if told[5]&2 == 2 {
		fact.RecordedAt, fact.EffectiveAt = time.Time{}, time.Time{}
	}
	// JSON has no years beyond 9999, nor has the ledger.
	if year := fact.EffectiveAt.UTC().Year(); year < 1 || year > 9998 {
		fact.EffectiveAt = start
	}
	advisor, where := domain.StaffID{told[7] % 4}, domain.CustomerID{told[7] / 4 % 2}
	switch told[0] % 6 {
	case 0:
		in.Add(attachment.Attached{Attachment: domain.AttachmentID{told[6]}, Customer: where, Advisor: advisor}, fact)
	case 1:
		in.Add(attachment.Ended{Attachment: domain.AttachmentID{told[6]}, Customer: where}, fact)
	case 2:
		in.Add(attachment.ContactRecorded{
			Customer: where, Advisor: advisor, TwoWay: told[7]&8 == 8, OccurredOn: domain.DateOf(fact.EffectiveAt, domain.ChinaZone()),
		}, fact)
	case 3:
		in.Add(payment.Reserved{Deal: payment.Deal{Customer: where, Advisor: advisor}}, fact)
	case 4:
		in.Add(payment.Confirmed{Deal: payment.Deal{Customer: where, Advisor: advisor, AmountFen: domain.Fen(int8(told[2]))}}, fact)
	case 5:
		in.Add(migration.Approved{Batch: domain.BatchID{told[6]}}, fact)
	}
}

// BenchmarkDecide is one payment of a customer with thirty advisors and fifty
// contacts.
func BenchmarkDecide(b *testing.B) {
	s := tell()
	for i := range 30 {
		s.then(attached(domain.StaffID{byte(i + 1)}, live))
	}
	for i := range 50 {
		s.then(contacted(domain.StaffID{byte(i%30 + 1)}))
	}
	s.then(reserved(lin, live), confirmed(lin, live))
	b.ReportAllocs()
	for b.Loop() {
		s.decide()
	}
}
