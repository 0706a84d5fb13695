package commands

import (
	"context"

	"guishu/commands/ledger"
	"guishu/domain"
	"guishu/domain/product"
	"guishu/domain/staff"

	"github.com/google/uuid"
)

// LaunchProduct adds a product, closed for subscription until opened (B-12, B-19).
type LaunchProduct struct {
	Code         string     `json:"code" doc:"产品代码，全公司唯一。 The product's code, unique in the firm."`
	Name         string     `json:"name"`
	Series       string     `json:"series,omitempty"`
	Supplier     string     `json:"supplier"`
	ListPriceFen domain.Fen `json:"list_price_fen,omitempty" doc:"标价，单位为分；没有则为 0。 In fen; 0 where there is none."`
	RiskLevel    string     `json:"risk_level,omitempty"`
}

var launchProduct = ledger.Verb{
	Name: "launch-product", Needs: staff.ManageProducts,
	Title:   ledger.Say("新增产品", "Launch a product"),
	Does:    ledger.Say("新增产品；开放认购前不接受划款预约。", "Adds a product, closed for subscription until opened."),
	Refuses: []domain.Code{product.ErrDuplicate},
}

// Verb is launch-product.
func (LaunchProduct) Verb() ledger.Verb { return launchProduct }

// Run launches and answers with the product's id.
func (c LaunchProduct) Run(ctx context.Context, t *ledger.Task) (ledger.Answer, error) {
	return ledger.Create(ctx, t, ledger.Source[struct{}]{
		Kind: "product", Prefix: product.StreamPrefix,
		Load: func(context.Context, *ledger.Task) (ledger.Found[struct{}], error) {
			return ledger.Found[struct{}]{Where: ledger.Firm{}}, nil
		},
	}, func(_ context.Context, id uuid.UUID, _ struct{}) ([]any, error) {
		return new(product.State).Launch(product.Launching{
			Product: domain.ProductID(id), Code: c.Code, Name: c.Name, Series: c.Series,
			Supplier: c.Supplier, ListPriceFen: c.ListPriceFen, RiskLevel: c.RiskLevel,
		})
	})
}
