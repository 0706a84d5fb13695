package referral_test

import (
	"strings"
	"testing"

	"guishu/domain"
	"guishu/domain/customer"
	"guishu/domain/domaintest"
	"guishu/domain/organisation"
	"guishu/domain/ownership"
	"guishu/domain/referral"
	"guishu/domain/staff"
)

type (
	rule  = domaintest.Rule[referral.State]
	state = referral.State
)

var (
	today   = day("2026-03-02")
	outlet  = organisation.Unit{ID: domain.UnitID{1}, Line: domain.SelfOperated}
	agency  = organisation.Unit{ID: domain.UnitID{2}, Line: domain.Agency}
	ann     = ownership.Person{Staff: domain.StaffID{1}, Unit: outlet, Active: true}
	bo      = ownership.Person{Staff: domain.StaffID{2}, Unit: outlet, Active: true}
	offered = referral.Offered{
		Referral: domain.ReferralID{7}, Customer: domain.CustomerID{8}, Line: domain.SelfOperated,
		Referrer: ann.Staff, Unit: outlet.ID, Target: bo.Staff, TargetUnit: outlet.ID,
		Remark: domain.NewPersonal("想买理财"), ExpiresOn: day("2026-03-09"),
	}
	accepted  = referral.Accepted{Referral: offered.Referral, Customer: offered.Customer, By: bo.Staff}
	rejected  = referral.Rejected{Referral: offered.Referral, Customer: offered.Customer, By: bo.Staff, Reason: "客户已满"}
	cancelled = referral.Cancelled{Referral: offered.Referral, Customer: offered.Customer, By: ann.Staff}
)

func day(text string) domain.Date {
	d, err := domain.ParseDate(text)
	if err != nil {
		panic(err)
	}
	return d
}

func offer(change func(*referral.Offering)) func(*state) ([]any, error) {
	in := referral.Offering{
		Referral: offered.Referral, Customer: ownership.Customer{Customer: offered.Customer, Home: outlet},
		Referrer: ann, Target: bo, Remark: " 想买理财 ", Today: today,
	}
	if change != nil {
		change(&in)
	}
	return func(s *state) ([]any, error) { return s.Offer(in) }
}

func accept(by domain.StaffID, on string) func(*state) ([]any, error) {
	return func(s *state) ([]any, error) { return s.Accept(referral.Answering{By: by, Today: day(on)}) }
}

func reject(by domain.StaffID, reason string) func(*state) ([]any, error) {
	return func(s *state) ([]any, error) { return s.Reject(referral.Answering{By: by, Today: today}, reason) }
}

func cancel(by domain.StaffID, on string) func(*state) ([]any, error) {
	return func(s *state) ([]any, error) { return s.Cancel(referral.Answering{By: by, Today: day(on)}) }
}

func TestOffering(t *testing.T) {
	domaintest.Run(t,
		rule{Name: "A-56 a customer is offered to a colleague", When: offer(nil), Then: []any{offered}},
		rule{Name: "A-56 a referral is offered once", Given: []any{offered}, When: offer(nil), Refused: referral.ErrNotOffered},
		rule{
			Name: "A-56 nobody refers a customer to themselves", When: offer(func(in *referral.Offering) { in.Target = ann }),
			Refused: referral.ErrSelf, At: "target",
		},
		rule{
			Name: "A-56 a customer is not referred to the other line", When: offer(func(in *referral.Offering) { in.Target.Unit = agency }),
			Refused: referral.ErrCrossLine, At: "target",
		},
		rule{
			Name: "A-56 a customer of the other line is not referred", When: offer(func(in *referral.Offering) { in.Customer.Home = agency }),
			Refused: referral.ErrCrossLine, At: "target",
		},
		rule{
			Name: "B-28 nothing is offered to anyone who left", When: offer(func(in *referral.Offering) { in.Target.Active = false }),
			Refused: staff.ErrInactive, At: "target",
		},
		rule{
			Name: "A-56 the colleague must be one", When: offer(func(in *referral.Offering) { in.Target = ownership.Person{} }),
			Refused: staff.ErrUnknown, At: "target",
		},
		rule{
			Name: "china-specifics §9 an erased customer is not referred", When: offer(func(in *referral.Offering) { in.Customer.Erased = true }),
			Refused: customer.ErrErased,
		},
		rule{
			Name: "A-56 a remark has 500 characters at most", When: offer(func(in *referral.Offering) { in.Remark = strings.Repeat("长", 501) }),
			Refused: domain.ErrFormValue, At: "remark",
		},
	)
}

func TestAnsweringAReferral(t *testing.T) {
	given := []any{offered}
	domaintest.Run(t,
		rule{Name: "A-56 the colleague accepts", Given: given, When: accept(bo.Staff, "2026-03-02"), Then: []any{accepted}},
		rule{Name: "A-56 on the seventh day the offer is open", Given: given, When: accept(bo.Staff, "2026-03-09"), Then: []any{accepted}},
		rule{Name: "A-56 after seven days it has expired", Given: given, When: accept(bo.Staff, "2026-03-10"), Refused: referral.ErrExpired},
		rule{Name: "A-56 nobody else accepts", Given: given, When: accept(ann.Staff, "2026-03-02"), Refused: referral.ErrNotTarget},
		rule{Name: "A-56 the colleague rejects with a reason", Given: given, When: reject(bo.Staff, " 客户已满 "), Then: []any{rejected}},
		rule{Name: "A-56 a rejection needs a reason", Given: given, When: reject(bo.Staff, " "), Refused: referral.ErrReasonRequired, At: "reason"},
		rule{Name: "A-56 a rejection needs a reason in words (S-14)", Given: given, When: reject(bo.Staff, "."), Refused: referral.ErrReasonRequired, At: "reason"},
		rule{Name: "A-56 nobody else rejects", Given: given, When: reject(ann.Staff, "不"), Refused: referral.ErrNotTarget},
		rule{Name: "A-56 the referrer cancels", Given: given, When: cancel(ann.Staff, "2026-03-02"), Then: []any{cancelled}},
		rule{Name: "A-56 nobody else cancels", Given: given, When: cancel(bo.Staff, "2026-03-02"), Refused: referral.ErrNotReferrer},
		rule{Name: "A-56 what has expired is not cancelled", Given: given, When: cancel(ann.Staff, "2026-03-10"), Refused: referral.ErrExpired},
		rule{Name: "C-06 a referral is accepted once", Given: []any{offered, accepted}, When: accept(bo.Staff, "2026-03-02"), Refused: referral.ErrNotOffered},
		rule{Name: "C-06 a rejected one is not accepted", Given: []any{offered, rejected}, When: accept(bo.Staff, "2026-03-02"), Refused: referral.ErrNotOffered},
		rule{Name: "C-06 an accepted one is not cancelled", Given: []any{offered, accepted}, When: cancel(ann.Staff, "2026-03-02"), Refused: referral.ErrNotOffered},
		rule{Name: "C-06 a cancelled one is not accepted", Given: []any{offered, cancelled}, When: accept(bo.Staff, "2026-03-02"), Refused: referral.ErrNotOffered},
	)
}

// Design §10: that an offer has expired follows from the day alone.
func TestAReferralExpiresByTheDayThatIsAskedAbout(t *testing.T) {
	t.Parallel()
	s := new(state)
	s.Apply(offered, domain.Fact{})
	for on, want := range map[string]referral.Status{
		"2026-03-02": referral.StatusOffered, "2026-03-09": referral.StatusOffered, "2026-03-10": referral.StatusExpired,
	} {
		if got := s.On(day(on)); got != want {
			t.Errorf("on %s it is %s, want %s", on, got, want)
		}
	}
	s.Apply(accepted, domain.Fact{})
	if got := s.On(day("2027-01-01")); got != referral.StatusAccepted {
		t.Errorf("an accepted one is %s a year later", got)
	}
}
