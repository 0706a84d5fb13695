package question

import (
	"time"

	"guishu/commands/ledger"
	"guishu/domain"
	"guishu/domain/staff"
	"guishu/projections/products"
)

// ProductFilter narrows the list of products.
type ProductFilter struct {
	Paging
	Code        string      `query:"code" maxLength:"64"`
	Name        string      `query:"name" maxLength:"100" doc:"名称以此开头。 The name begins with this."`
	Series      string      `query:"series" maxLength:"100"`
	Supplier    string      `query:"supplier" maxLength:"100"`
	Open        bool        `query:"open" doc:"只含开放认购的产品。 Only those open for subscription."`
	MaturesFrom domain.Date `query:"matures_from" doc:"此日或以后到期。 Matures on this day or later."`
	MaturesTo   domain.Date `query:"matures_to" doc:"此日或以前到期。 Matures on this day or earlier."`
}

// Product is a product as it is shown.
type Product struct {
	ID            domain.ProductID `json:"id"`
	Code          string           `json:"code"`
	Name          string           `json:"name"`
	Series        string           `json:"series,omitempty"`
	Supplier      string           `json:"supplier,omitempty"`
	ListPriceFen  domain.Fen       `json:"list_price_fen"`
	RiskLevel     string           `json:"risk_level,omitempty"`
	Open          bool             `json:"open" doc:"是否开放认购。 Whether it is open for subscription."`
	ClosedReason  string           `json:"closed_reason,omitempty"`
	EstablishedOn domain.Date      `json:"established_on,omitzero"`
	MaturesOn     domain.Date      `json:"matures_on,omitzero"`
	LaunchedAt    time.Time        `json:"launched_at"`
}

// Products are the products (B-19).
func Products() List[*ProductFilter, products.Query, products.Product, Product] {
	return List[*ProductFilter, products.Query, products.Product, Product]{
		About: About{
			Name: "list-products", Title: ledger.Say("产品列表", "List products"), Needs: staff.ReadProducts,
			Does: ledger.Say("列出产品，按代码、名称、系列、供应商或到期日筛选。", "Lists the products, by code, name, series, supplier or maturity."),
		},
		Of: products.Products(),
		Choose: func(_ *Reader, in *ProductFilter) (products.Query, error) {
			return products.Query{
				Code: in.Code, Name: in.Name, Series: in.Series, Supplier: in.Supplier, Open: in.Open,
				MaturesFrom: in.MaturesFrom, MaturesTo: in.MaturesTo,
			}, span(in.MaturesFrom, in.MaturesTo)
		},
		Show: showProduct,
	}
}

func showProduct(r *Reader, p *products.Product) Product {
	return Product{
		ID: p.Product, Code: p.Code, Name: p.Name, Series: p.Series, Supplier: p.Supplier, ListPriceFen: p.ListPriceFen,
		RiskLevel: p.RiskLevel, Open: p.Open, ClosedReason: p.ClosedReason,
		EstablishedOn: p.EstablishedOn, MaturesOn: p.MaturesOn, LaunchedAt: r.when(p.LaunchedAt),
	}
}

// ProductAddress names one product.
type ProductAddress struct {
	Fresh
	Product domain.ProductID `path:"product"`
}

// OneProduct is one product.
func OneProduct() Single[*ProductAddress, Product] {
	return single(About{
		Name: "get-product", Title: ledger.Say("产品", "A product"), Does: ledger.Say("查看一个产品。", "Shows one product."),
	}, Products(), func(in *ProductAddress) any { return in.Product })
}
