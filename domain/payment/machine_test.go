package payment_test

import (
	"testing"
	"time"

	"guishu/domain"
	"guishu/domain/payment"

	"pgregory.net/rapid"
)

// allowed is every step there is (B-11), written down apart from the decisions.
var allowed = map[[2]payment.Status]bool{
	{"", payment.StatusReserved}:                        true,
	{payment.StatusReserved, payment.StatusRegistered}:  true,
	{payment.StatusRegistered, payment.StatusConfirmed}: true,
	{payment.StatusRegistered, payment.StatusReturned}:  true,
	{payment.StatusReturned, payment.StatusRegistered}:  true,
	{payment.StatusReserved, payment.StatusCancelled}:   true,
	{payment.StatusRegistered, payment.StatusCancelled}: true,
	{payment.StatusReturned, payment.StatusCancelled}:   true,
	{payment.StatusConfirmed, payment.StatusReversed}:   true,
}

// ledger is a few payments under random commands, and what they should add up to.
type ledger struct {
	payments      [3]payment.State
	confirmations [3]int
	credited      domain.Fen // by the events alone
	now           time.Time
	position      domain.Position
}

// take folds what was decided, if it was, and checks the step against the list.
func (l *ledger) take(t *rapid.T, which int, wanted payment.Status, events []any, err error) {
	s := &l.payments[which]
	from := s.Status
	if err != nil {
		refusal, known := domain.AsError(err)
		if !known {
			t.Fatalf("not a refusal: %v", err)
		}
		if len(events) > 0 {
			t.Fatalf("events beside the refusal %v", err)
		}
		if (refusal.Code == payment.ErrState) == allowed[[2]payment.Status{from, wanted}] {
			t.Fatalf("from %q to %q: %v", from, wanted, err)
		}
		return
	}
	for _, event := range events {
		l.position++
		l.now = l.now.Add(time.Minute)
		s.Apply(event, domain.Fact{Position: l.position, RecordedAt: l.now, EffectiveAt: l.now})
		switch e := event.(type) {
		case payment.Confirmed:
			l.confirmations[which]++
			l.credited += e.Deal.AmountFen
		case payment.Reversed:
			l.credited -= e.Deal.AmountFen
		}
	}
	if !allowed[[2]payment.Status{from, s.Status}] || s.Status != wanted {
		t.Fatalf("went from %q to %q, wanted %q", from, s.Status, wanted)
	}
}

// TestNoPathLeavesTheGraph: whatever is asked in whatever order, payments only go
// the ways of B-11, are confirmed at most once, and what is confirmed less what
// is reversed is what the states add up to (B-18).
func TestNoPathLeavesTheGraph(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		l := &ledger{now: now}
		which := func(t *rapid.T) int { return rapid.IntRange(0, 2).Draw(t, "payment") }
		amount := func(t *rapid.T) domain.Fen { return domain.Fen(rapid.Int64Range(-1, 1e6).Draw(t, "fen")) }
		history := func(t *rapid.T) domain.History {
			if rapid.Bool().Draw(t, "history") {
				return domain.History{Provenance: domain.ApprovedHistory, EffectiveAt: l.now.Add(time.Duration(rapid.IntRange(-10, 1).Draw(t, "minutes")) * time.Minute)}
			}
			return domain.History{}
		}
		ending := func(t *rapid.T) payment.Ending {
			return payment.Ending{Reason: rapid.SampledFrom([]string{"", "x"}).Draw(t, "reason"), History: history(t), Now: l.now}
		}
		t.Repeat(map[string]func(*rapid.T){
			"reserve": func(t *rapid.T) {
				i := which(t)
				in := payment.Reserving{
					Deal: deal(amount(t)), Nature: domain.Direct, IdentityType: "RESIDENT_ID", ScheduledOn: today,
					Product: payment.Product{Known: true, Open: rapid.Bool().Draw(t, "open")}, History: history(t), Today: today, Now: l.now,
				}
				events, err := l.payments[i].Reserve(in)
				l.take(t, i, payment.StatusReserved, events, err)
			},
			"register": func(t *rapid.T) {
				i := which(t)
				in := payment.Registering{
					AmountFen: amount(t), RegisteredBy: clerk, IdentityNumber: number, Source: whole, Papers: []string{paper},
					RequiredPapers: rapid.IntRange(0, 2).Draw(t, "papers"), History: history(t), Now: l.now,
				}
				events, err := l.payments[i].Register(in)
				l.take(t, i, payment.StatusRegistered, events, err)
			},
			"confirm": func(t *rapid.T) {
				i := which(t)
				by := rapid.SampledFrom([]domain.StaffID{clerk, operator}).Draw(t, "by")
				events, err := l.payments[i].Confirm(payment.Confirming{AmountFen: amount(t), ConfirmedBy: by, History: history(t), Now: l.now})
				l.take(t, i, payment.StatusConfirmed, events, err)
			},
			"return": func(t *rapid.T) {
				i := which(t)
				events, err := l.payments[i].Return(ending(t))
				l.take(t, i, payment.StatusReturned, events, err)
			},
			"cancel": func(t *rapid.T) {
				i := which(t)
				events, err := l.payments[i].Cancel(ending(t))
				l.take(t, i, payment.StatusCancelled, events, err)
			},
			"reverse": func(t *rapid.T) {
				i := which(t)
				events, err := l.payments[i].Reverse(ending(t))
				l.take(t, i, payment.StatusReversed, events, err)
			},
			"": func(t *rapid.T) {
				var sum domain.Fen
				for i := range l.payments {
					sum += l.payments[i].CreditedFen()
					if l.confirmations[i] > 1 {
						t.Fatalf("payment %d was confirmed %d times", i, l.confirmations[i])
					}
				}
				if sum != l.credited {
					t.Fatalf("the states add up to %d fen, the events to %d", sum, l.credited)
				}
			},
		})
	})
}
