// Package product is what customers buy: who supplies it, what it costs, when
// it is open for subscription, established and due (B-12, B-19).
package product

import (
	"guishu/domain"

	"github.com/google/uuid"
)

// StreamPrefix begins the name of a product's stream; the id follows.
const StreamPrefix = "product-"

// Launched adds a product, closed for subscription until opened.
type Launched struct {
	Product      domain.ProductID `label:"产品|Product"`
	Code         string           `label:"产品代码|Product code"` // unique, kept in the registry
	Name         string           `label:"产品名称|Product name"`
	Series       string           `label:"产品系列|Series"`
	Supplier     string           `label:"供应商|Supplier"`
	ListPriceFen domain.Fen       `label:"标价（元）|List price (yuan)"`
	RiskLevel    string           `label:"风险等级|Risk level"`
}

// SubscriptionOpened lets payments be reserved for the product.
type SubscriptionOpened struct {
	Product domain.ProductID `label:"产品|Product"`
}

// SubscriptionClosed ends new reservations.
type SubscriptionClosed struct {
	Product domain.ProductID `label:"产品|Product"`
	Reason  string           `label:"停止原因|Reason"`
}

// InceptionRecorded says when the product was established and matures (B-19).
type InceptionRecorded struct {
	Product       domain.ProductID `label:"产品|Product"`
	EstablishedOn domain.Date      `label:"成立日期|Established on"`
	MaturesOn     domain.Date      `label:"到期日期|Matures on"` // zero when it has no maturity
}

// Made is the product.
func (e Launched) Made() uuid.UUID { return e.Product.UUID() }
