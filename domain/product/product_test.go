package product_test

import (
	"testing"

	"guishu/domain"
	"guishu/domain/domaintest"
	"guishu/domain/product"
)

type (
	rule  = domaintest.Rule[product.State]
	state = product.State
)

var (
	id       = domain.ProductID{1}
	today    = day("2026-03-02")
	launched = product.Launched{
		Product: id, Code: "P1", Name: "稳盈一号", Series: "稳盈", Supplier: "示例信托", ListPriceFen: 100_00, RiskLevel: "R2",
	}
	opened = product.SubscriptionOpened{Product: id}
)

func day(text string) domain.Date {
	d, err := domain.ParseDate(text)
	if err != nil {
		panic(err)
	}
	return d
}

func launch(change func(*product.Launching)) func(*state) ([]any, error) {
	in := product.Launching{
		Product: id, Code: " P1 ", Name: "稳盈一号", Series: "稳盈", Supplier: "示例信托", ListPriceFen: 100_00, RiskLevel: "R2",
	}
	if change != nil {
		change(&in)
	}
	return func(s *state) ([]any, error) { return s.Launch(in) }
}

func open(s *state) ([]any, error) { return s.OpenSubscription(today) }

func closeBecause(reason string) func(*state) ([]any, error) {
	return func(s *state) ([]any, error) { return s.CloseSubscription(reason) }
}

func inception(established, matures domain.Date) func(*state) ([]any, error) {
	return func(s *state) ([]any, error) { return s.RecordInception(established, matures) }
}

func TestProduct(t *testing.T) {
	domaintest.Run(t,
		rule{Name: "B-19 a product is launched", When: launch(nil), Then: []any{launched}},
		rule{Name: "B-19 a product is launched once", Given: []any{launched}, When: launch(nil), Refused: product.ErrDuplicate},
		rule{
			Name: "B-12 a product has a supplier", When: launch(func(in *product.Launching) { in.Supplier = " " }),
			Refused: domain.ErrFormRequired, At: "supplier",
		},
		rule{
			Name: "B-19 a product has a code", When: launch(func(in *product.Launching) { in.Code = "" }),
			Refused: domain.ErrFormRequired, At: "code",
		},
		rule{
			Name: "B-19 a product has a name", When: launch(func(in *product.Launching) { in.Name = "" }),
			Refused: domain.ErrFormRequired, At: "name",
		},
		rule{
			Name: "S-17 a product's name has nothing that nobody sees", When: launch(func(in *product.Launching) { in.Name = "稳\u200b健" }),
			Refused: domain.ErrFormInvisible, At: "name",
		},
		rule{
			Name: "S-17 a supplier has nothing that nobody sees", When: launch(func(in *product.Launching) { in.Supplier = "示例\u2028公司" }),
			Refused: domain.ErrFormInvisible, At: "supplier",
		},
		rule{
			Name: "a product's texts have no control characters", When: launch(func(in *product.Launching) { in.Series = "一\n二" }),
			Refused: domain.ErrFormValue, At: "series",
		},
		rule{
			Name: "B-19 a price is not negative", When: launch(func(in *product.Launching) { in.ListPriceFen = -1 }),
			Refused: domain.ErrFormValue, At: "list_price_fen",
		},
		rule{Name: "B-12 subscription is opened", Given: []any{launched}, When: open, Then: []any{opened}},
		rule{Name: "B-12 an unknown product cannot be opened", When: open, Refused: product.ErrUnknown},
		rule{Name: "B-12 an open product cannot be opened", Given: []any{launched, opened}, When: open, Refused: product.ErrState},
		rule{
			Name:    "B-12 a matured product cannot be opened",
			Given:   []any{launched, product.InceptionRecorded{Product: id, EstablishedOn: day("2020-01-01"), MaturesOn: day("2026-03-01")}},
			When:    open,
			Refused: product.ErrState,
		},
		rule{
			Name: "B-12 subscription is closed", Given: []any{launched, opened}, When: closeBecause("额满"),
			Then: []any{product.SubscriptionClosed{Product: id, Reason: "额满"}},
		},
		rule{Name: "B-12 a reason that is given is in words (S-14)", Given: []any{launched, opened}, When: closeBecause("."), Refused: domain.ErrFormValue, At: "reason"},
		rule{Name: "B-12 a closed product cannot be closed", Given: []any{launched}, When: closeBecause(""), Refused: product.ErrState},
		rule{Name: "B-12 an unknown product cannot be closed", When: closeBecause(""), Refused: product.ErrUnknown},
		rule{
			Name: "B-19 inception is recorded with its maturity", Given: []any{launched},
			When: inception(day("2026-01-01"), day("2027-01-01")),
			Then: []any{product.InceptionRecorded{Product: id, EstablishedOn: day("2026-01-01"), MaturesOn: day("2027-01-01")}},
		},
		rule{
			Name:  "B-19 the same inception again is nothing new",
			Given: []any{launched, product.InceptionRecorded{Product: id, EstablishedOn: day("2026-01-01")}},
			When:  inception(day("2026-01-01"), domain.Date{}),
		},
		rule{
			Name: "B-19 a product does not mature before it is established", Given: []any{launched},
			When: inception(day("2026-01-01"), day("2025-12-31")), Refused: product.ErrDates, At: "matures_on",
		},
		rule{
			Name: "B-19 inception needs a day", Given: []any{launched}, When: inception(domain.Date{}, domain.Date{}),
			Refused: domain.ErrFormRequired, At: "established_on",
		},
	)
}

func TestAProductIsOpenBetweenOpeningAndClosing(t *testing.T) {
	t.Parallel()
	closed := product.SubscriptionClosed{Product: id}
	for _, at := range []struct {
		given []any
		open  bool
	}{
		{nil, false}, {[]any{launched}, false}, {[]any{launched, opened}, true},
		{[]any{launched, opened, closed}, false}, {[]any{launched, opened, closed, opened}, true},
	} {
		if s := domaintest.Fold[state](at.given...); s.Open() != at.open {
			t.Errorf("after %d events open is %v", len(at.given), s.Open())
		}
	}
}
