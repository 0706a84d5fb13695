package importer

import (
	"context"

	"guishu/commands"
	"guishu/commands/ledger"
	"guishu/domain"
	"guishu/domain/staff"
)

// productVocabulary is what makes a product: launched, opened for subscription
// where the mapping says so, and established where the file knows the day.
func productVocabulary() *vocabulary {
	return &vocabulary{
		permission: []staff.Permission{staff.ManageProducts},
		by:         []string{"code"},
		fields: []field{
			text("code").must(), text("name").must(), text("supplier").must(), text("series"), amount("list_price"), text("risk_level"),
			word("subscription", parseSubscription), date("established_on"), date("matures_on"),
		},
		steps: func(it *item) []step {
			product := func() domain.ProductID { return domain.ProductID(it.id) }
			steps := []step{{name: "launch", makes: true, send: func(ctx context.Context, r *run, call ledger.Call) (ledger.Answer, error) {
				return r.ledger.Do(ctx, call, commands.LaunchProduct{
					Code: it.text("code"), Name: it.text("name"), Series: it.text("series"), Supplier: it.text("supplier"),
					ListPriceFen: it.amount("list_price"), RiskLevel: it.text("risk_level"),
				})
			}}}
			if !it.date("established_on").IsZero() {
				steps = append(steps, step{name: "inception", send: func(ctx context.Context, r *run, call ledger.Call) (ledger.Answer, error) {
					return r.ledger.Do(ctx, call, commands.RecordInception{
						Product: product(), EstablishedOn: it.date("established_on"), MaturesOn: it.date("matures_on"),
					})
				}})
			}
			if it.text("subscription") == subscriptionOpen {
				steps = append(steps, step{name: "open", send: func(ctx context.Context, r *run, call ledger.Call) (ledger.Answer, error) {
					return r.ledger.Do(ctx, call, commands.OpenSubscription{Product: product()})
				}})
			}
			return steps
		},
	}
}

// subscriptionOpen and subscriptionClosed say whether payments can be reserved
// for a product.
const (
	subscriptionOpen   = "OPEN"
	subscriptionClosed = "CLOSED"
)

func parseSubscription(text string) (string, error) {
	if text == subscriptionOpen || text == subscriptionClosed {
		return text, nil
	}
	return "", domain.ErrFormValue.At("subscription")
}
