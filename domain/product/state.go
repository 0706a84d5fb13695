package product

import "guishu/domain"

// State is a product as its events tell. The zero State does not exist yet.
type State struct {
	Product       domain.ProductID
	Code          string
	Name          string
	Series        string
	Supplier      string
	ListPriceFen  domain.Fen
	RiskLevel     string
	EstablishedOn domain.Date
	MaturesOn     domain.Date
	open          bool
}

// Apply folds one event in.
func (s *State) Apply(event any, _ domain.Fact) {
	switch e := event.(type) {
	case Launched:
		s.Product, s.Code, s.Name, s.Series = e.Product, e.Code, e.Name, e.Series
		s.Supplier, s.ListPriceFen, s.RiskLevel = e.Supplier, e.ListPriceFen, e.RiskLevel
	case SubscriptionOpened:
		s.open = true
	case SubscriptionClosed:
		s.open = false
	case InceptionRecorded:
		s.EstablishedOn, s.MaturesOn = e.EstablishedOn, e.MaturesOn
	}
}

// Clone is a copy that can be changed apart.
func (s *State) Clone() *State {
	clone := *s
	return &clone
}

// Known says that the product was launched.
func (s *State) Known() bool { return !s.Product.IsZero() }

// Open says that payments can be reserved for the product (B-12).
func (s *State) Open() bool { return s.open }
