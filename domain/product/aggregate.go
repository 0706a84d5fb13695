package product

import (
	"strings"

	"guishu/domain"
)

// Aggregate is what the ledger must know of products.
func Aggregate() domain.Aggregate {
	return domain.Aggregate{
		Name:  "product",
		Codes: Codes(),
		Categories: []domain.Category{{
			Streams:  StreamPrefix + "{product}",
			Decides:  "open or closed for subscription",
			Customer: domain.NoCustomer,
			OpenWork: domain.NeverOpenWork,
			Unique:   []domain.UniqueKind{Code},
			State:    domain.StateOf[State](),
			Events: []domain.EventType{
				domain.DescribeEvent[Launched]("product.launched", 1).Titled("登记产品", "Product launched"),
				domain.DescribeEvent[SubscriptionOpened]("product.subscription-opened", 1).Titled("开放申购", "Subscription opened"),
				domain.DescribeEvent[SubscriptionClosed]("product.subscription-closed", 1).Titled("停止申购", "Subscription closed"),
				domain.DescribeEvent[InceptionRecorded]("product.inception-recorded", 1).Titled("产品成立", "Inception recorded"),
			},
		}},
	}
}

// Code is the product's code in the firm.
var Code = domain.UniqueKind{
	Name: "product-code", Chinese: "产品代码", English: "product code", Field: "code", Taken: ErrDuplicate,
}

// UniqueKeys is the product's code.
func (s *State) UniqueKeys() []domain.UniqueKey {
	code := strings.TrimSpace(s.Code)
	if code == "" {
		return nil
	}
	return []domain.UniqueKey{Code.Key(code)}
}
