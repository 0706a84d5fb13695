package http

import (
	"errors"
	"net/http"

	"guishu/domain"
	"guishu/domain/staff"
	"guishu/projections/performance"
	"guishu/projections/query"
)

// performanceFilter says what to sum.
type performanceFilter struct {
	Paging
	Level     performance.Level   `query:"level" enum:"HEADQUARTERS,BRANCH,UNIT,PERSON" doc:"HEADQUARTERS when left out."`
	Grain     performance.Grain   `query:"grain" enum:"DAY,MONTH,QUARTER,YEAR" doc:"YEAR when left out."`
	From      domain.Date         `query:"from" doc:"From the period of this day on."`
	To        domain.Date         `query:"to" doc:"Up to the period that begins on this day at the latest."`
	Depth     int                 `query:"depth" minimum:"1" maximum:"20" doc:"At level BRANCH: 1 is the root, 2 what is directly below it."`
	ByProduct bool                `query:"by_product" doc:"Each product apart."`
	Product   domain.ProductID    `query:"product"`
	Advisor   domain.StaffID      `query:"advisor"`
	Below     domain.UnitID       `query:"below"`
	Line      domain.BusinessLine `query:"line"`
}

// sums is a page of sums, with the sum of all pages.
type sums struct {
	Items []sum  `json:"items"`
	Next  string `json:"next,omitempty"`
	Count *int   `json:"count,omitempty"`
	Total total  `json:"total" doc:"Over everything chosen, whatever the level."`
}

// total is a count and a sum of confirmed payments, less those reversed.
type total struct {
	Count  int        `json:"count"`
	SumFen domain.Fen `json:"sum_fen"`
}

// sum is a total of one somebody over one period.
type sum struct {
	Period  domain.Date              `json:"period" doc:"Its first day."`
	Unit    *named[domain.UnitID]    `json:"unit,omitempty"`
	Advisor *named[domain.StaffID]   `json:"advisor,omitempty"`
	Product *named[domain.ProductID] `json:"product,omitempty"`
	Count   int                      `json:"count"`
	SumFen  domain.Fen               `json:"sum_fen"`
}

// performanceRoutes are about what was sold.
func (s *Server) performanceRoutes() {
	// Count and sum of confirmed payments at three levels by period (B-18).
	one(s, "业绩 Performance", route{http.MethodGet, "/v1/performance", "get-performance", "业绩统计", "Performance", forStaff},
		append(paymentModels(), "performance"), s.performance)
}

func (s *Server) performance(a *asking, in *performanceFilter) (sums, error) {
	scope, err := a.scope(staff.ReadPerformance)
	if err != nil {
		return sums{}, err
	}
	below, err := a.below(in.Below)
	if err != nil {
		return sums{}, err
	}
	if err := errors.Join(known("line", in.Line), span(in.From, in.To)); err != nil {
		return sums{}, err
	}
	chosen := performance.Query{
		Scope: scope, Who: a.who(), Level: in.Level, Grain: in.Grain, From: in.From, To: in.To, Depth: in.Depth, ByProduct: in.ByProduct,
		Product: in.Product, Advisor: in.Advisor, Below: below, Line: in.Line, After: query.Cursor(in.Cursor), Limit: in.Limit,
	}
	listed, err := reply(a, &in.Paging, lister[performance.Query, performance.Sum]{list: performance.List, count: performance.Count, oneOrder: true}, chosen, showSum)
	if err != nil {
		return sums{}, err
	}
	shown := sums{Items: listed.Items, Next: listed.Next, Count: listed.Count}
	shown.Total.Count, shown.Total.SumFen, err = performance.Total(a.ctx, s.Read, query.Reader{Who: chosen.Who, Scope: chosen.Scope}, chosen)
	return shown, err
}

func showSum(_ *asking, p *performance.Sum) sum {
	return sum{
		Period: p.Period, Unit: some(p.Unit, p.UnitCode, p.UnitName), Advisor: some(p.Advisor, p.AdvisorNo, p.AdvisorName),
		Product: some(p.Product, p.ProductCode, p.ProductName), Count: p.Count, SumFen: p.SumFen,
	}
}
