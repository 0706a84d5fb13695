package http

import (
	"net/http"
	"time"

	"guishu/commands"
	"guishu/domain"
	"guishu/domain/staff"
	"guishu/projections/products"
)

// productRoutes are about products.
func (s *Server) productRoutes() {
	const area = "产品 Products"
	// The products.
	list(s, area, route{http.MethodGet, "/v1/products", "list-products", "产品列表", "List products", forStaff}, productList(), chooseProducts, showProduct)
	// One product.
	one(s, area, route{http.MethodGet, "/v1/products/{product}", "get-product", "产品", "A product", forStaff}, []string{"products"}, s.product)
	// Add a product.
	command(s, area, route{http.MethodPost, "/v1/products", "launch-product", "新增产品", "Launch a product", forStaff}, do[commands.LaunchProduct](s))
	// Open it for subscription.
	command(s, area, route{http.MethodPost, "/v1/products/{product}/opening", "open-subscription", "开放认购", "Open for subscription", forStaff}, do[commands.OpenSubscription](s))
	// Close it again.
	command(s, area, route{http.MethodPost, "/v1/products/{product}/closing", "close-subscription", "停止认购", "Close for subscription", forStaff}, do[commands.CloseSubscription](s))
	// Record its establishment and maturity.
	command(s, area, route{http.MethodPost, "/v1/products/{product}/inception", "record-inception", "产品成立", "Record the inception", forStaff}, do[commands.RecordInception](s))
}

// productFilter chooses products.
type productFilter struct {
	Paging
	Code        string      `query:"code" maxLength:"64"`
	Name        string      `query:"name" maxLength:"100" doc:"Begins with."`
	Series      string      `query:"series" maxLength:"100"`
	Supplier    string      `query:"supplier" maxLength:"100"`
	Open        bool        `query:"open" doc:"Only those open for subscription."`
	MaturesFrom domain.Date `query:"matures_from"`
	MaturesTo   domain.Date `query:"matures_to"`
}

// product is a product as the API shows it.
type product struct {
	ID            domain.ProductID `json:"id"`
	Code          string           `json:"code"`
	Name          string           `json:"name"`
	Series        string           `json:"series,omitempty"`
	Supplier      string           `json:"supplier,omitempty"`
	ListPriceFen  domain.Fen       `json:"list_price_fen"`
	RiskLevel     string           `json:"risk_level,omitempty"`
	Open          bool             `json:"open" doc:"For subscription."`
	ClosedReason  string           `json:"closed_reason,omitempty"`
	EstablishedOn *domain.Date     `json:"established_on,omitempty"`
	MaturesOn     *domain.Date     `json:"matures_on,omitempty"`
	LaunchedAt    *time.Time       `json:"launched_at"`
}

func productList() lister[products.Query, products.Product] {
	return lister[products.Query, products.Product]{models: []string{"products"}, list: products.List, count: products.Count}
}

func chooseProducts(a *asking, in *productFilter) (products.Query, error) {
	if _, err := a.scope(staff.ReadProducts); err != nil {
		return products.Query{}, err
	}
	return products.Query{
		Code: in.Code, Name: in.Name, Series: in.Series, Supplier: in.Supplier, Open: in.Open,
		MaturesFrom: in.MaturesFrom, MaturesTo: in.MaturesTo, Sort: in.Sort, After: in.after(), Limit: in.Limit,
	}, span(in.MaturesFrom, in.MaturesTo)
}

// span refuses days in the wrong order.
func span(from, to domain.Date) error {
	if !from.IsZero() && !to.IsZero() && from.After(to) {
		return domain.ErrQueryDateRange
	}
	return nil
}

func showProduct(a *asking, p *products.Product) product {
	return product{
		ID: p.Product, Code: p.Code, Name: p.Name, Series: p.Series, Supplier: p.Supplier, ListPriceFen: p.ListPriceFen,
		RiskLevel: p.RiskLevel, Open: p.Open, ClosedReason: p.ClosedReason,
		EstablishedOn: day(p.EstablishedOn), MaturesOn: day(p.MaturesOn), LaunchedAt: a.when(p.LaunchedAt),
	}
}

// productAddress names one product.
type productAddress struct {
	Fresh
	Product domain.ProductID `path:"product"`
}

func (s *Server) product(a *asking, in *productAddress) (product, error) {
	if _, err := a.scope(staff.ReadProducts); err != nil {
		return product{}, err
	}
	found, err := products.Get(a.ctx, s.Read, in.Product)
	return showProduct(a, &found), err
}
