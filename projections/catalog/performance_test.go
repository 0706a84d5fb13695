package catalog_test

import (
	"strings"
	"testing"

	"guishu/domain"
	"guishu/domain/calendar"
	"guishu/domain/payment"
	"guishu/eventstore"
	"guishu/projections"
	"guishu/projections/performance"
	"guishu/projections/query"
)

// B-18: the sums are those of the payments, at every level and over every period.
func TestPerformanceIsTheSumOfPayments(t *testing.T) {
	t.Parallel()
	b := setup(t, 10, 80)
	sums := performance.Sums()
	count, sum := 0, domain.Fen(0)
	byAdvisor, byQuarter := map[domain.StaffID]domain.Fen{}, map[domain.Date]domain.Fen{}
	confirmed := map[domain.PaymentID]projections.Event{}
	for e, err := range b.Store.ReadAll(b.ctx, eventstore.AllQuery{}) {
		if err != nil {
			t.Fatal(err)
		}
		decoded, err := b.Codec.Decode(b.ctx, e)
		if err != nil {
			t.Fatal(err)
		}
		times := 0
		var deal payment.Deal
		when := decoded.Metadata.EffectiveAt
		switch p := decoded.Event.(type) {
		case payment.Confirmed:
			times, deal = 1, p.Deal
			confirmed[deal.Payment] = projections.Event{Fact: domain.Fact{EffectiveAt: when}}
		case payment.Reversed:
			times, deal = -1, p.Deal
			when = confirmed[deal.Payment].EffectiveAt
		default:
			continue
		}
		count += times
		sum += domain.Fen(times) * deal.AmountFen
		byAdvisor[deal.Advisor] += domain.Fen(times) * deal.AmountFen
		byQuarter[calendar.QuarterOf(domain.DateOf(when, domain.ChinaZone())).First()] += domain.Fen(times) * deal.AmountFen
	}
	for _, level := range []performance.Level{performance.Headquarters, performance.Branch, performance.Outlet, performance.Person} {
		for _, grain := range performance.Grains.Values() {
			for _, byProduct := range []bool{false, true} {
				q, paging := performance.Query{Level: level, Grain: grain, ByProduct: byProduct}, query.Paging{Limit: 11}
				gotCount, gotSum, rows := 0, domain.Fen(0), 0
				for {
					page, err := sums.Page(b.ctx, b.Pool, seesAll, q, paging)
					if err != nil {
						t.Fatal(err)
					}
					for _, row := range page.Rows {
						gotCount, gotSum, rows = gotCount+row.Count, gotSum+row.SumFen, rows+1
					}
					if paging.After = page.Next; page.Next == "" {
						break
					}
				}
				if gotCount != count || gotSum != sum {
					t.Errorf("%s by %s, products %v: %d, %v; want %d, %v", level, grain, byProduct, gotCount, gotSum, count, sum)
				}
				if n, err := sums.Count(b.ctx, b.Pool, seesAll, q); err != nil || n != rows {
					t.Errorf("%d counted, %d listed: %v", n, rows, err)
				}
			}
		}
	}
	persons, err := sums.Page(b.ctx, b.Pool, seesAll, performance.Query{Level: performance.Person, Grain: performance.Yearly}, query.Paging{Limit: 500})
	if err != nil {
		t.Fatal(err)
	}
	got := map[domain.StaffID]domain.Fen{}
	for _, row := range persons.Rows {
		got[row.Advisor] += row.SumFen
	}
	for advisor, want := range byAdvisor {
		if got[advisor] != want {
			t.Errorf("an advisor has %v, want %v", got[advisor], want)
		}
	}
	quarters, err := sums.Page(b.ctx, b.Pool, seesAll, performance.Query{Grain: performance.Quarterly}, query.Paging{})
	if err != nil {
		t.Fatal(err)
	}
	for _, row := range quarters.Rows {
		if row.SumFen != byQuarter[row.Period] {
			t.Errorf("the quarter from %v has %v, want %v", row.Period, row.SumFen, byQuarter[row.Period])
		}
	}
	branch, err := sums.Page(b.ctx, b.Pool, seesAll, performance.Query{Level: performance.Branch}, query.Paging{})
	if err != nil || len(branch.Rows) == 0 || !strings.HasPrefix(branch.Rows[0].UnitCode, "B") {
		t.Errorf("branches: %+v: %v", branch.Rows, err)
	}
}
