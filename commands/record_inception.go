package commands

import (
	"context"

	"guishu/commands/ledger"
	"guishu/domain"
	"guishu/domain/product"
	"guishu/domain/staff"
)

// RecordInception says when a product was established and matures (B-19).
type RecordInception struct {
	Product       domain.ProductID `json:"product"`
	EstablishedOn domain.Date      `json:"established_on"`
	MaturesOn     domain.Date      `json:"matures_on,omitempty" doc:"到期日期；无到期日则不填。 Empty when it has no maturity."`
}

var recordInception = ledger.Verb{
	Name: "record-inception", Needs: staff.ManageProducts,
	Title:   ledger.Say("产品成立", "Record the inception"),
	Does:    ledger.Say("登记产品的成立日和到期日。", "Says when a product was established and matures."),
	Refuses: []domain.Code{product.ErrUnknown, product.ErrDates},
}

// Verb is record-inception.
func (RecordInception) Verb() ledger.Verb { return recordInception }

// Run carries it out.
func (c RecordInception) Run(ctx context.Context, t *ledger.Task) (ledger.Answer, error) {
	return ledger.Write(ctx, t, theProduct(c.Product), func(_ context.Context, p *product.State) ([]any, error) {
		return p.RecordInception(c.EstablishedOn, c.MaturesOn)
	})
}
