package commands

import (
	"context"

	"guishu/domain"
	"guishu/domain/product"
	"guishu/domain/staff"

	"github.com/google/uuid"
)

// OpenSubscription lets payments be reserved for a product (B-12).
type OpenSubscription struct {
	Product domain.ProductID `json:"product"`
}

// CloseSubscription ends new reservations for a product.
type CloseSubscription struct {
	Product domain.ProductID `json:"product"`
	Reason  string           `json:"reason"`
}

// RecordInception says when a product was established and matures (B-19).
type RecordInception struct {
	Product       domain.ProductID `json:"product"`
	EstablishedOn domain.Date      `json:"established_on"`
	MaturesOn     domain.Date      `json:"matures_on,omitempty" doc:"Empty when it has no maturity."`
}

// OpenSubscription opens. Errors: product/unknown, product/state.
func (l *Ledger) OpenSubscription(ctx context.Context, call Call, c OpenSubscription) (Answer, error) {
	return l.changeProduct(ctx, call, verb{"open-subscription", c}, c.Product, func(p *product.State) ([]any, error) {
		return p.OpenSubscription(l.Today())
	})
}

// CloseSubscription closes. Errors: product/unknown, product/state, form/required.
func (l *Ledger) CloseSubscription(ctx context.Context, call Call, c CloseSubscription) (Answer, error) {
	return l.changeProduct(ctx, call, verb{"close-subscription", c}, c.Product, func(p *product.State) ([]any, error) {
		return p.CloseSubscription(c.Reason)
	})
}

// RecordInception records. Errors: product/unknown, product/dates, form/required.
func (l *Ledger) RecordInception(ctx context.Context, call Call, c RecordInception) (Answer, error) {
	return l.changeProduct(ctx, call, verb{"record-inception", c}, c.Product, func(p *product.State) ([]any, error) {
		return p.RecordInception(c.EstablishedOn, c.MaturesOn)
	})
}

func (l *Ledger) product(ctx context.Context, id domain.ProductID) (snapshot[product.State], error) {
	return load[product.State](ctx, l, streamOf(product.StreamPrefix, id))
}

func (l *Ledger) changeProduct(ctx context.Context, call Call, v verb, id domain.ProductID, decide func(*product.State) ([]any, error)) (Answer, error) {
	t, err := l.begin(ctx, call, v)
	if err != nil {
		return Answer{}, err
	}
	return t.write(ctx, streamOf(product.StreamPrefix, id), uuid.UUID(id), func(ctx context.Context) (outcome, error) {
		if err := t.authoriseAtRoot(ctx, staff.ManageProducts); err != nil {
			return outcome{}, err
		}
		product, err := l.product(ctx, id)
		if err != nil {
			return outcome{}, err
		}
		events, err := decide(product.State)
		return outcome{Revision: product.Revision, Events: events}, err
	})
}
