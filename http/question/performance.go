package question

import (
	"errors"

	"guishu/commands/ledger"
	"guishu/domain"
	"guishu/domain/staff"
	"guishu/projections/performance"
)

// PerformanceFilter says what to sum.
type PerformanceFilter struct {
	Paging
	Level     performance.Level   `query:"level" doc:"汇总到哪一级，不填为全公司。 HEADQUARTERS when left out."`
	Grain     performance.Grain   `query:"grain" doc:"按什么期间汇总，不填为年。 YEAR when left out."`
	From      domain.Date         `query:"from" doc:"自此日所在期间起。 From the period of this day on."`
	To        domain.Date         `query:"to" doc:"至最迟在此日开始的期间止。 Up to the period that begins on this day at the latest."`
	Depth     int                 `query:"depth" minimum:"1" maximum:"20" doc:"按机构汇总时的层级：1 为最上级，2 为其直接下级。 At level BRANCH: 1 is the root, 2 what is directly below it."`
	ByProduct bool                `query:"by_product" doc:"按产品分列。 Each product apart."`
	Product   domain.ProductID    `query:"product"`
	Advisor   domain.StaffID      `query:"advisor"`
	Below     domain.UnitID       `query:"below" doc:"此机构及其所有下级。 This unit and all below it."`
	Line      domain.BusinessLine `query:"line"`
}

// Sums is a page of sums, with the sum of all pages.
type Sums struct {
	Page[Sum]
	Total Total `json:"total" doc:"所选全部的合计，不论级别。 Over everything chosen, whatever the level."`
}

// Total is a count and a sum of confirmed payments, less those reversed.
type Total struct {
	Count  int        `json:"count" doc:"笔数。 How many."`
	SumFen domain.Fen `json:"sum_fen"`
}

// Sum is a total of one somebody over one period.
type Sum struct {
	Period  domain.Date              `json:"period" doc:"期间的第一天。 Its first day."`
	Unit    *Named[domain.UnitID]    `json:"unit,omitempty"`
	Advisor *Named[domain.StaffID]   `json:"advisor,omitempty"`
	Product *Named[domain.ProductID] `json:"product,omitempty"`
	Count   int                      `json:"count" doc:"笔数。 How many."`
	SumFen  domain.Fen               `json:"sum_fen"`
}

// performanceSums are the sums without their total.
func performanceSums() List[*PerformanceFilter, performance.Query, performance.Sum, Sum] {
	return List[*PerformanceFilter, performance.Query, performance.Sum, Sum]{
		About: About{
			Name: "get-performance", Title: ledger.Say("业绩统计", "Performance"), Needs: staff.ReadPerformance,
			Does: ledger.Say("按级别和期间汇总已确认的划款笔数和金额。", "Counts and sums confirmed payments, by level and period."),
		},
		Of: performance.Sums(), Choose: choosePerformance,
		Show: func(_ *Reader, p *performance.Sum) Sum {
			return Sum{
				Period: p.Period, Unit: named(p.Unit, p.UnitCode, p.UnitName), Advisor: named(p.Advisor, p.AdvisorNo, p.AdvisorName),
				Product: named(p.Product, p.ProductCode, p.ProductName), Count: p.Count, SumFen: p.SumFen,
			}
		},
	}
}

func choosePerformance(r *Reader, in *PerformanceFilter) (performance.Query, error) {
	below, err := r.below(in.Below)
	if err != nil {
		return performance.Query{}, err
	}
	return performance.Query{
			Level: in.Level, Grain: in.Grain, From: in.From, To: in.To, Depth: in.Depth, ByProduct: in.ByProduct,
			Product: in.Product, Advisor: in.Advisor, Below: below, Line: in.Line,
		}, errors.Join(
			known("level", in.Level),
			known("grain", in.Grain),
			known("line", in.Line), span(in.From, in.To))
}

// Performance is the count and sum of confirmed payments at three levels by period
// (B-18).
func Performance() Single[*PerformanceFilter, Sums] {
	list := performanceSums()
	about := list.About
	about.Models = list.Of.Models
	return Single[*PerformanceFilter, Sums]{
		About: about,
		Find: func(r *Reader, scope staff.Scope, in *PerformanceFilter) (Sums, error) {
			page, err := list.Page(r, in)
			if err != nil {
				return Sums{}, err
			}
			chosen, err := choosePerformance(r, in)
			if err != nil {
				return Sums{}, err
			}
			shown := Sums{Page: page}
			shown.Total.Count, shown.Total.SumFen, err = performance.Total(r.ctx, r.Read, r.as(scope), chosen)
			return shown, err
		},
	}
}
