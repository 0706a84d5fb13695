package commands_test

import (
	"sync"
	"testing"

	"guishu/commands"
	"guishu/commands/commandstest"
	"guishu/commands/ledger"
	"guishu/domain"
	"guishu/domain/referral"
)

func (h *house) offer(from, to domain.StaffID) domain.ReferralID {
	h.Helper()
	of := h.Prospect(from, h.North, commandstest.Person("李示例"))
	offered, err := h.Ledger.Do(h.Context(), h.As(from), commands.OfferReferral{Customer: of, Target: to, Remark: "想买理财"})
	h.Must(err)
	return domain.ReferralID(offered.ID)
}

// A-56, C-06: of many answers to one offer at once, one is taken; all others are told
// that it has been answered.
func TestAReferralIsAnsweredOnce(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	other := h.Process()
	for range 5 {
		id := h.offer(h.Ann, h.Bo)
		answers := []struct {
			who  domain.StaffID
			body ledger.Command
		}{
			{h.Bo, commands.AcceptReferral{Referral: id}}, {h.Bo, commands.RejectReferral{Referral: id, Reason: "客户已满"}},
			{h.Ann, commands.CancelReferral{Referral: id}}, {h.Bo, commands.AcceptReferral{Referral: id}},
		}
		errs := make([]error, 2*len(answers))
		var all sync.WaitGroup
		for i := range errs {
			a, l := answers[i/2], h.Ledger
			if i%2 == 1 {
				l = other
			}
			call := h.As(a.who)
			all.Go(func() { _, errs[i] = l.Do(t.Context(), call, a.body) })
		}
		all.Wait()
		taken := 0
		for _, err := range errs {
			switch {
			case err == nil:
				taken++
			case domain.CodeOf(err) != referral.ErrNotOffered:
				t.Errorf("a late answer is told %v", err)
			}
		}
		if events := h.Events(ledger.StreamOf(referral.StreamPrefix, id)); taken != 1 || len(events) != 2 {
			t.Errorf("%d answers were taken: %v", taken, events)
		}
	}
}

// a referral between others in another outlet is as if it were not there, and
// anyone who supervises one cannot answer in somebody else's place.
func TestOnlyTheTwoAnswerAReferral(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	id := h.offer(h.Ann, h.Bo)
	_, err := h.Ledger.Do(t.Context(), h.As(h.Cy), commands.AcceptReferral{Referral: id})
	h.Wants(err, domain.ErrQueryNotFoundOrOutOfScope)
	_, err = h.Ledger.Do(t.Context(), h.As(h.NorthHead), commands.AcceptReferral{Referral: id})
	h.Wants(err, domain.ErrQueryNotFoundOrOutOfScope)
	_, err = h.Ledger.Do(t.Context(), h.As(h.NorthHead), commands.CancelReferral{Referral: id})
	h.Wants(err, referral.ErrNotReferrer)
	_, err = h.Ledger.Do(t.Context(), h.As(h.Ann), commands.AcceptReferral{Referral: id})
	h.Wants(err, referral.ErrNotTarget)
	_, err = h.Ledger.Do(t.Context(), h.As(h.Bo), commands.AcceptReferral{Referral: id})
	h.Must(err)
}

// what is not one's own to offer is not there to be offered.
func TestNobodyOffersSomebodyElsesCustomer(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	of := h.Prospect(h.Ann, h.North, commandstest.Person("李示例"))
	_, err := h.Ledger.Do(t.Context(), h.As(h.Cy), commands.OfferReferral{Customer: of, Target: h.Bo})
	h.Wants(err, domain.ErrQueryNotFoundOrOutOfScope)
}
