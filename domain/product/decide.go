package product

import (
	"strings"
	"unicode/utf8"

	"guishu/domain"
)

// Launching is a product to be added. Texts are taken without the spaces around
// them.
type Launching struct {
	Product      domain.ProductID
	Code         string
	Name         string
	Series       string     // may be empty
	Supplier     string     // 所属供应商 (B-12)
	ListPriceFen domain.Fen // 0 where there is none
	RiskLevel    string     // may be empty
}

// longestText is how many characters a product's texts may have.
const longestText = 200

// Launch adds a product, closed for subscription (B-12, B-19). That the code is
// unique is kept by the registry of the commands. Errors: ErrDuplicate,
// ErrFormRequired, ErrFormValue, ErrFormInvisible.
func (s *State) Launch(in Launching) ([]any, error) {
	event := Launched{
		Product: in.Product, Code: strings.TrimSpace(in.Code), Name: strings.TrimSpace(in.Name),
		Series: strings.TrimSpace(in.Series), Supplier: strings.TrimSpace(in.Supplier),
		ListPriceFen: in.ListPriceFen, RiskLevel: strings.TrimSpace(in.RiskLevel),
	}
	switch {
	case s.Known():
		return nil, ErrDuplicate
	case event.Product.IsZero():
		return nil, domain.ErrFormRequired.At("product")
	case event.Code == "":
		return nil, domain.ErrFormRequired.At("code")
	case event.Name == "":
		return nil, domain.ErrFormRequired.At("name")
	case event.Supplier == "":
		return nil, domain.ErrFormRequired.At("supplier")
	case event.ListPriceFen < 0:
		return nil, domain.ErrFormValue.At("list_price_fen")
	}
	for _, text := range []struct{ field, value string }{
		{"code", event.Code}, {"name", event.Name}, {"series", event.Series},
		{"supplier", event.Supplier}, {"risk_level", event.RiskLevel},
	} {
		if err := domain.CheckLine(text.value, text.field, longestText); err != nil {
			return nil, err
		}
	}
	return []any{event}, nil
}

// OpenSubscription lets payments be reserved for the product (B-12). A product
// that has matured stays closed. Errors: ErrUnknown, ErrState.
func (s *State) OpenSubscription(today domain.Date) ([]any, error) {
	switch {
	case !s.Known():
		return nil, ErrUnknown
	case s.open:
		return nil, ErrState.With("state", "open")
	case !s.MaturesOn.IsZero() && s.MaturesOn.Before(today):
		return nil, ErrState.With("state", "matured")
	}
	return []any{SubscriptionOpened{Product: s.Product}}, nil
}

// CloseSubscription ends new reservations; those made go on (B-12). Errors:
// ErrUnknown, ErrState, ErrFormValue.
func (s *State) CloseSubscription(reason string) ([]any, error) {
	reason = strings.TrimSpace(reason)
	switch {
	case !s.Known():
		return nil, ErrUnknown
	case !s.open:
		return nil, ErrState.With("state", "closed")
	case utf8.RuneCountInString(reason) > longestText, reason != "" && domain.Wordless(reason):
		return nil, domain.ErrFormValue.At("reason")
	}
	return []any{SubscriptionClosed{Product: s.Product, Reason: reason}}, nil
}

// RecordInception says when the product was established and when it matures, the
// zero Date where it never does (B-19). Recorded again it corrects; the same
// dates again are nothing new. Errors: ErrUnknown, ErrFormRequired,
// ErrDates.
func (s *State) RecordInception(establishedOn, maturesOn domain.Date) ([]any, error) {
	switch {
	case !s.Known():
		return nil, ErrUnknown
	case establishedOn.IsZero():
		return nil, domain.ErrFormRequired.At("established_on")
	case !maturesOn.IsZero() && maturesOn.Before(establishedOn):
		return nil, ErrDates.At("matures_on")
	case s.EstablishedOn == establishedOn && s.MaturesOn == maturesOn:
		return nil, nil
	}
	return []any{InceptionRecorded{Product: s.Product, EstablishedOn: establishedOn, MaturesOn: maturesOn}}, nil
}
