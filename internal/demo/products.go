package demo

import (
	"context"

	"guishu/commands"
	"guishu/domain"
)

// product is a product. Days are counted from the demo's beginning; an inception
// on day 0 is none yet.
type product struct {
	code, name, series, supplier, risk string
	price                              domain.Fen
	launched, established, matures     int
}

var catalogue = []product{
	{"HT2401", "海棠稳盈一年期", "稳盈", "云州信托(演示)", "R2", 100_000_00, -720, -600, -235},
	{"HT2402", "海棠成长混合", "成长", "临江基金(演示)", "R3", 50_000_00, -700, -560, 0},
	{"HT2501", "海棠稳盈三年期", "稳盈", "云州信托(演示)", "R2", 300_000_00, -420, -390, 705},
	{"HT2502", "望海私募股权一号", "股权", "望海资本(演示)", "R5", 1_000_000_00, -300, -60, 1035},
	{"HT2503", "海棠安心两全保险", "保险", "青石人寿(演示)", "R1", 20_000_00, -260, 0, 0},
	{"HT2504", "海棠日日添利", "现金", "临江基金(演示)", "R1", 10_000_00, -200, -180, 0},
	{"HT2601", "望海固收增强", "固收", "望海资本(演示)", "R3", 200_000_00, -40, 0, 0},
	{"HT2602", "海棠黄金定投", "黄金", "海棠银行(演示)", "R3", 5_000_00, -20, 0, 0},
}

// launch launches the products and opens all but the last for subscription
// (B-12, B-19).
func (f *firm) launch(ctx context.Context) error {
	return each(ctx, catalogue, func(ctx context.Context, p product) error {
		t := f.story(ctx, "product/"+p.code)
		t.past(p.launched)
		id := domain.ProductID(do(t, "ops1", commands.LaunchProduct{
			Code: p.code, Name: p.name, Series: p.series, Supplier: p.supplier, ListPriceFen: p.price, RiskLevel: p.risk,
		}))
		f.mu.Lock()
		f.products[p.code] = id
		f.mu.Unlock()
		if p.code == "HT2602" {
			return t.err // announced, not open yet
		}
		t.past(p.launched + 5)
		do(t, "ops1", commands.OpenSubscription{Product: id})
		if p.established != 0 {
			inception := commands.RecordInception{Product: id, EstablishedOn: f.day(p.established)}
			if p.matures != 0 {
				inception.MaturesOn = f.day(p.matures)
			}
			t.past(p.established)
			do(t, "ops2", inception)
		}
		return t.err
	})
}
