package commands

import (
	"context"
	"strings"

	"guishu/domain"
	"guishu/domain/product"
	"guishu/domain/staff"
	"guishu/eventstore"

	"github.com/google/uuid"
)

// LaunchProduct adds a product, closed for subscription until opened (B-12, B-19).
type LaunchProduct struct {
	Code         string     `json:"code" doc:"Unique in the firm."`
	Name         string     `json:"name"`
	Series       string     `json:"series,omitempty"`
	Supplier     string     `json:"supplier"`
	ListPriceFen domain.Fen `json:"list_price_fen,omitempty" doc:"In fen; 0 where there is none."`
	RiskLevel    string     `json:"risk_level,omitempty"`
}

// LaunchProduct launches and answers with the product's id. Errors:
// product/duplicate, form/required, form/value.
func (l *Ledger) LaunchProduct(ctx context.Context, call Call, c LaunchProduct) (Answer, error) {
	t, err := l.begin(ctx, call, verb{"launch-product", c})
	if err != nil {
		return Answer{}, err
	}
	return t.create(ctx, creation{
		kind:   "product",
		stream: func(id uuid.UUID) eventstore.Stream { return streamOf(product.StreamPrefix, id) },
		keys:   []uniqueKey{{UniqueProduct, []byte(strings.TrimSpace(c.Code)), product.ErrDuplicate.At("code")}},
		events: func(ctx context.Context, id uuid.UUID) ([]any, error) {
			if err := t.authoriseAtRoot(ctx, staff.ManageProducts); err != nil {
				return nil, err
			}
			return new(product.State).Launch(product.Launching{
				Product: domain.ProductID(id), Code: c.Code, Name: c.Name, Series: c.Series,
				Supplier: c.Supplier, ListPriceFen: c.ListPriceFen, RiskLevel: c.RiskLevel,
			})
		},
	})
}

// authoriseAtRoot is nil when the actor has the permission for the firm as a
// whole: products, policies and migrations belong to no single unit.
func (t *task) authoriseAtRoot(ctx context.Context, permission staff.Permission) error {
	tree, err := t.ledger.tree(ctx)
	if err != nil {
		return err
	}
	if t.may(func(p staff.Principal) bool { return p.May(permission, tree.State.Root().Path, "") }) {
		return nil
	}
	return domain.ErrAuthzDenied
}
