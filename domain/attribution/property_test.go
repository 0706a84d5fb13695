package attribution_test

import (
	"cmp"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"guishu/domain"
	"guishu/domain/attachment"
	"guishu/domain/attribution"
	"guishu/domain/migration"
	"guishu/domain/payment"
	"guishu/domain/policy"

	"pgregory.net/rapid"
)

// anyClock is a recorded time as the worst of clocks would give it.
func anyClock(t *rapid.T) time.Time {
	return start.Add(time.Duration(rapid.IntRange(-40*24*60, 40*24*60).Draw(t, "clock")) * time.Minute)
}

// anyTimeline is what may befall a customer around one payment, in the order of
// positions 10, 20, 30 …, with clocks that run wild. Without history nothing is
// imported.
func anyTimeline(t *rapid.T, history bool) attribution.Inputs {
	in := attribution.Inputs{Policy: attribution.Policy{Version: 1, Rules: policy.Default().Attribution}}
	advisors := []domain.StaffID{lin, qiu, wen}
	batches := []domain.BatchID{{}, batch, {8}}
	count := rapid.IntRange(2, 14).Draw(t, "events")
	reservedAt := rapid.IntRange(0, count-2).Draw(t, "reserved")
	confirmedAt := rapid.IntRange(reservedAt+1, count-1).Draw(t, "confirmed")
	var open []domain.AttachmentID
	for i := range count {
		fact := domain.Fact{Position: domain.Position(10 * (i + 1)), Event: eventID(domain.Position(10 * (i + 1))), RecordedAt: anyClock(t)}
		fact.EffectiveAt = fact.RecordedAt
		if history && rapid.Bool().Draw(t, "asserted") {
			fact.Asserted, fact.EffectiveAt, fact.Batch = true, anyClock(t), rapid.SampledFrom(batches).Draw(t, "batch")
		}
		advisor := rapid.SampledFrom(advisors).Draw(t, "advisor")
		kinds := []string{"attached", "ended", "contact"}
		if history {
			kinds = append(kinds, "approved")
		}
		kind := rapid.SampledFrom(kinds).Draw(t, "kind")
		switch {
		case i == reservedAt:
			in.Add(payment.Reserved{Deal: deal(advisor)}, fact)
		case i == confirmedAt:
			in.Add(payment.Confirmed{Deal: deal(advisor)}, fact)
		case kind == "attached":
			open = append(open, attachmentAt(fact.Position))
			in.Add(attachment.Attached{Attachment: attachmentAt(fact.Position), Customer: customer, Advisor: advisor}, fact)
		case kind == "ended" && len(open) > 0:
			in.Add(attachment.Ended{Attachment: rapid.SampledFrom(open).Draw(t, "ended"), Customer: customer}, fact)
		case kind == "contact":
			in.Add(attachment.ContactRecorded{
				Contact: domain.ContactID(fact.Event), Customer: customer, Advisor: advisor, Product: product, TwoWay: rapid.Bool().Draw(t, "two-way"),
				OccurredOn: domain.DateOf(anyClock(t), domain.ChinaZone()),
			}, fact)
		case kind == "approved":
			in.Add(migration.Approved{Batch: rapid.SampledFrom(batches).Draw(t, "approved")}, fact)
		}
	}
	return in
}

func shuffled(in attribution.Inputs, seed uint64) attribution.Inputs {
	random := rand.New(rand.NewPCG(seed, seed))
	in.Attached, in.Ended = slices.Clone(in.Attached), slices.Clone(in.Ended)
	in.Contacts, in.Approvals = slices.Clone(in.Contacts), slices.Clone(in.Approvals)
	random.Shuffle(len(in.Attached), func(i, j int) { in.Attached[i], in.Attached[j] = in.Attached[j], in.Attached[i] })
	random.Shuffle(len(in.Ended), func(i, j int) { in.Ended[i], in.Ended[j] = in.Ended[j], in.Ended[i] })
	random.Shuffle(len(in.Contacts), func(i, j int) { in.Contacts[i], in.Contacts[j] = in.Contacts[j], in.Contacts[i] })
	random.Shuffle(len(in.Approvals), func(i, j int) { in.Approvals[i], in.Approvals[j] = in.Approvals[j], in.Approvals[i] })
	return in
}

// TestTheSameInputsGiveTheSameBytes: in whatever order they are listed, and
// however often it is computed (design §7).
func TestTheSameInputsGiveTheSameBytes(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		in := anyTimeline(t, true)
		first := bytes(t, attribution.Decide(in))
		if again := bytes(t, attribution.Decide(in)); again != first {
			t.Fatalf("computed again:\n%s\n%s", first, again)
		}
		if again := bytes(t, attribution.Decide(shuffled(in, rapid.Uint64().Draw(t, "seed")))); again != first {
			t.Fatalf("shuffled:\n%s\n%s", first, again)
		}
	})
}

// TestWithoutHistoryPositionAloneDecides: whatever the clocks said, the order is
// that of positions (design §4), the candidates are those who were attached at
// the confirmation's position, and the winner is who a plain walk through the
// ledger finds.
func TestWithoutHistoryPositionAloneDecides(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		in := anyTimeline(t, false)
		in.Contacts = nil
		got := attribution.Decide(in)
		want := attachedAt(in, in.Confirmation.Fact.Position)
		if len(got.Candidates) != len(want) {
			t.Fatalf("%d candidates, want %d", len(got.Candidates), len(want))
		}
		for i, candidate := range got.Candidates {
			if candidate.Attachment != want[i].Event.Attachment {
				t.Fatalf("rank %d was entered at %d, want %d", i+1, candidate.EntryPosition, want[i].Fact.Position)
			}
		}
		if len(want) > 0 && got.Winner != want[0].Event.Advisor || len(want) == 0 && !got.Winner.IsZero() {
			t.Fatalf("winner %s", got.Winner)
		}
	})
}

// attachedAt is the plain walk: each advisor's first attachment that was entered
// and not ended by a position, in the order of positions.
func attachedAt(in attribution.Inputs, position domain.Position) []attribution.Recorded[attachment.Attached] {
	var lasting []attribution.Recorded[attachment.Attached]
	for _, r := range in.Attached {
		ended := slices.ContainsFunc(in.Ended, func(e attribution.Recorded[attachment.Ended]) bool {
			return e.Event.Attachment == r.Event.Attachment && e.Fact.Position <= position
		})
		if r.Fact.Position <= position && !ended {
			lasting = append(lasting, r)
		}
	}
	slices.SortFunc(lasting, func(a, b attribution.Recorded[attachment.Attached]) int {
		return cmp.Compare(a.Fact.Position, b.Fact.Position)
	})
	seen := map[domain.StaffID]bool{}
	return slices.DeleteFunc(lasting, func(r attribution.Recorded[attachment.Attached]) bool {
		again := seen[r.Event.Advisor]
		seen[r.Event.Advisor] = true
		return again
	})
}

// TestALaterEntryNeverTakesTheCommission: under time first, who is entered later
// cannot change who wins, whatever time the clock shows (B-30, B-33).
func TestALaterEntryNeverTakesTheCommission(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		in := anyTimeline(t, false)
		before := attribution.Decide(in)
		if before.Winner.IsZero() {
			return
		}
		entry := before.Candidates[0].EntryPosition
		later := entry + domain.Position(10*rapid.IntRange(0, 15).Draw(t, "later")+rapid.IntRange(1, 9).Draw(t, "between"))
		in.Add(attachment.Attached{Attachment: attachmentAt(later), Customer: customer, Advisor: domain.StaffID{77}},
			domain.Fact{Position: later, Event: eventID(later), RecordedAt: anyClock(t)})
		after := attribution.Decide(in)
		if before.Ground == attribution.GroundTime && after.Winner != before.Winner {
			t.Fatalf("an entry at %d took the commission from the one at %d", later, entry)
		}
		if later > in.Confirmation.Fact.Position && after.Decision != before.Decision {
			t.Fatal("an entry after the confirmation made another decision")
		}
	})
}

// TestAnUnapprovedTimeNeverMatters: stated times without an approval change
// nothing, whatever they state (B-31).
func TestAnUnapprovedTimeNeverMatters(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		in := anyTimeline(t, true)
		in.Approvals = nil
		before := attribution.Decide(in)
		in = shuffled(in, 1)
		for i := range in.Attached {
			in.Attached[i].Fact.Asserted, in.Attached[i].Fact.EffectiveAt = true, anyClock(t)
		}
		if after := attribution.Decide(in); after.Winner != before.Winner || after.Ground != before.Ground {
			t.Fatalf("winner %s became %s", before.Winner, after.Winner)
		}
	})
}

// TestADecisionIsWhole: ranks follow on, the winner is a candidate, shares add up,
// and every candidate's entry and contact is among the inputs named.
func TestADecisionIsWhole(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		d := attribution.Decide(anyTimeline(t, true))
		named := map[domain.Position]bool{}
		for i, input := range d.Inputs {
			if i > 0 && input.Position <= d.Inputs[i-1].Position {
				t.Fatal("the inputs are not in the order of positions")
			}
			named[input.Position] = true
		}
		winners := 0
		for i, one := range d.Candidates {
			if one.Rank != i+1 || !named[one.EntryPosition] || one.LastContact != nil && !named[one.LastContact.Position] {
				t.Fatalf("rank %d: %+v", i+1, one)
			}
			if one.Advisor == d.Winner {
				winners++
			}
		}
		if d.Winner.IsZero() != (len(d.Candidates) == 0) || !d.Winner.IsZero() && winners != 1 {
			t.Fatalf("%d candidates, winner %s", len(d.Candidates), d.Winner)
		}
		var parts int
		for _, share := range d.Shares {
			parts += share.PerTenThousand
		}
		if !d.Winner.IsZero() && parts != 10_000 {
			t.Fatalf("the shares are %d of ten thousand", parts)
		}
	})
}
