package question

import (
	"time"

	"guishu/commands/ledger"
	"guishu/domain"
	"guishu/domain/referral"
	"guishu/domain/staff"
	"guishu/projections/customers"
	"guishu/projections/referrals"
)

// ReferralFilter narrows the list of referrals.
type ReferralFilter struct {
	Paging
	Status   referral.Status   `query:"status" doc:"OFFERED 即待答复。 OFFERED for those that wait for an answer."`
	Customer domain.CustomerID `query:"customer"`
	Referrer domain.StaffID    `query:"referrer" doc:"引见人。 Who offered the customer."`
	Target   domain.StaffID    `query:"target" doc:"被引见人。 To whom the customer is offered."`
}

// Referral is a referral as it is shown.
type Referral struct {
	ID         domain.ReferralID         `json:"id"`
	Customer   *Named[domain.CustomerID] `json:"customer"`
	Line       domain.BusinessLine       `json:"line,omitempty"`
	Status     referral.Status           `json:"status" doc:"今日的状态。 As of today."`
	Referrer   *Named[domain.StaffID]    `json:"referrer" doc:"引见人。 Who offered the customer."`
	Unit       *Named[domain.UnitID]     `json:"unit" doc:"引见人所在机构。 The referrer's."`
	Target     *Named[domain.StaffID]    `json:"target" doc:"被引见人。 To whom the customer is offered."`
	TargetUnit *Named[domain.UnitID]     `json:"target_unit" doc:"被引见人所在机构。 The target's."`
	Reason     string                    `json:"reason,omitempty" doc:"拒绝的原因。 Why it was rejected."`
	OfferedAt  time.Time                 `json:"offered_at" doc:"引见的时间。 When it was offered."`
	ExpiresOn  domain.Date               `json:"expires_on" doc:"可答复的最后一日。 The last day on which it can be answered."`
	AnsweredAt time.Time                 `json:"answered_at,omitzero" doc:"接受、拒绝或取消的时间。 When it was accepted, rejected or cancelled."`
	Position   domain.Position           `json:"position"`
}

// Referrals are those that the reader offered, was offered, or oversees.
func Referrals() List[*ReferralFilter, referrals.Query, referrals.Referral, Referral] {
	return List[*ReferralFilter, referrals.Query, referrals.Referral, Referral]{
		About: About{
			Name: "list-referrals", Title: ledger.Say("引见列表", "List referrals"), Needs: staff.ReadReferrals, Models: customerModels(),
			Does: ledger.Say("列出引见：本人引见的、引见给本人的，或辖内的。", "Lists referrals: those one has offered, was offered, or oversees."),
		},
		Of: referrals.Referrals(),
		Choose: func(r *Reader, in *ReferralFilter) (referrals.Query, error) {
			return referrals.Query{Status: in.Status, Today: r.Ledger.Today(), Customer: in.Customer, Referrer: in.Referrer, Target: in.Target}, known("status", in.Status)
		},
		Prepare: func(r *Reader, rows []referrals.Referral) error {
			ids := make([]domain.CustomerID, len(rows))
			for i := range rows {
				ids[i] = rows[i].Customer
			}
			var err error
			r.called, err = customers.Called(r.ctx, r.Read, ids)
			return err
		},
		Show: func(r *Reader, row *referrals.Referral) Referral {
			mine := row.Referrer == r.who() || row.Target == r.who()
			return Referral{
				ID: row.Referral, Customer: r.client(row.Customer, row.TargetUnit, mine), Line: row.Line, Status: row.On(r.Ledger.Today()),
				Referrer: r.Colleague(row.Referrer), Unit: r.Department(row.Unit), Target: r.Colleague(row.Target), TargetUnit: r.Department(row.TargetUnit),
				Reason: row.Reason, OfferedAt: r.when(row.OfferedAt), ExpiresOn: row.ExpiresOn, AnsweredAt: r.when(row.AnsweredAt), Position: row.Position,
			}
		},
	}
}

// ReferralAddress names one referral.
type ReferralAddress struct {
	Fresh
	Referral domain.ReferralID `path:"referral"`
}

// OneReferral is one referral.
func OneReferral() Single[*ReferralAddress, Referral] {
	return single(About{
		Name: "get-referral", Title: ledger.Say("引见", "A referral"), Does: ledger.Say("查看一份引见。", "Shows one referral."),
	}, Referrals(), func(in *ReferralAddress) any { return in.Referral })
}
