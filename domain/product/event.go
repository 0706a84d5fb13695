// Package product is what customers buy: who supplies it, what it costs, when
// it is open for subscription, established and due (B-12, B-19).
package product

import "guishu/domain"

// StreamPrefix begins the name of a product's stream; the id follows.
const StreamPrefix = "product-"

// Launched adds a product, closed for subscription until opened.
type Launched struct {
	Product      domain.ProductID
	Code         string // unique, kept in the registry
	Name         string
	Series       string
	Supplier     string
	ListPriceFen domain.Fen
	RiskLevel    string
}

// SubscriptionOpened lets payments be reserved for the product.
type SubscriptionOpened struct{ Product domain.ProductID }

// SubscriptionClosed ends new reservations.
type SubscriptionClosed struct {
	Product domain.ProductID
	Reason  string
}

// InceptionRecorded says when the product was established and matures (B-19).
type InceptionRecorded struct {
	Product       domain.ProductID
	EstablishedOn domain.Date
	MaturesOn     domain.Date // zero when it has no maturity
}

// Events describes every event of a product.
func Events() []domain.EventType {
	return []domain.EventType{
		domain.DescribeEvent[Launched]("product.launched", 1),
		domain.DescribeEvent[SubscriptionOpened]("product.subscription-opened", 1),
		domain.DescribeEvent[SubscriptionClosed]("product.subscription-closed", 1),
		domain.DescribeEvent[InceptionRecorded]("product.inception-recorded", 1),
	}
}
