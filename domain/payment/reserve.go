package payment

import (
	"strings"
	"time"
	"unicode/utf8"

	"guishu/domain"
	"guishu/domain/identity"
	"guishu/domain/product"
)

// Product is what the reservation needs to know of the product.
type Product struct {
	Known bool // it was launched
	Open  bool // … and is open for subscription
}

// Reserving is a payment to be reserved. The number of the identity document, the
// bank and the account may come with the registration (B-12).
type Reserving struct {
	Deal           Deal
	ExternalNo     string // the number in the system it is imported from, may be empty
	Nature         domain.Nature
	ScheduledOn    domain.Date // 预约打款时间
	IdentityType   identity.DocumentType
	IdentityNumber domain.Personal // may be empty
	Source         Source          // may be empty, in part or whole
	Papers         []string        // SHA-256 of each, hexadecimal; may be empty
	Product        Product
	History        domain.History
	Today          domain.Date
	Now            time.Time
}

const (
	// mostFen keeps every sum that people make of payments within an int64: a
	// trillion yuan.
	mostFen       domain.Fen = 1e14
	longestText              = 200
	longestReason            = 500
	mostPapers               = 100
	farthestAhead            = 5 * 366 // days a payment may be scheduled ahead
	sha256Digits             = 64
)

// Reserve reserves a payment for a product (B-11, B-12). Under an approved
// migration batch missing fields, and a product that is closed by now, become
// exceptions.
//
// Errors: ErrState, ErrRequired, ErrAmount,
// ErrMoneyOverflow, product.ErrUnknown, ErrProductClosed, ErrDate,
// identity.ErrAccountFormat, identity.ErrCardChecksum, ErrFormValue, and those of
// identity.ParseDocument.
func (s *State) Reserve(in Reserving) ([]any, error) {
	in.Source = in.Source.trimmed()
	event := Reserved{
		Deal: in.Deal, ExternalNo: strings.TrimSpace(in.ExternalNo), Nature: in.Nature, ScheduledOn: in.ScheduledOn,
		IdentityType: in.IdentityType, IdentityNumber: in.IdentityNumber, Source: in.Source,
	}
	if err := s.goTo(StatusReserved); err != nil {
		return nil, err
	}
	if err := in.makesSense(); err != nil {
		return nil, err
	}
	var err error
	if event.Papers, err = distinctPapers(in.Papers); err != nil {
		return nil, err
	}
	if event.IdentityNumber, err = checkIdentity(in.IdentityType, in.IdentityNumber); err != nil {
		return nil, err
	}
	if event.Source.Account, err = checkAccount(in.Source.Account); err != nil {
		return nil, err
	}
	event.Exceptions, err = in.gates()
	if err != nil {
		return nil, err
	}
	return []any{event}, nil
}

// makesSense holds the gates that also history must pass.
func (in Reserving) makesSense() error {
	switch {
	case in.Deal.Payment.IsZero():
		return ErrRequired.At("payment")
	case in.Deal.Customer.IsZero():
		return ErrRequired.At("customer")
	case in.Deal.Product.IsZero():
		return ErrRequired.At("product")
	case in.Deal.Advisor.IsZero():
		return ErrRequired.At("advisor")
	case in.Deal.Unit.IsZero():
		return ErrRequired.At("unit")
	case !in.Product.Known:
		return product.ErrUnknown.At("product")
	case in.Nature != "" && !in.Nature.Valid():
		return domain.ErrFormValue.At("nature")
	case in.IdentityType != "" && !in.IdentityType.Valid():
		return identity.ErrIDType.At("identity_type")
	case utf8.RuneCountInString(in.ExternalNo) > longestText:
		return domain.ErrFormValue.At("external_no")
	case !in.History.Between(time.Time{}, in.Now):
		return ErrDate.At("effective_at")
	}
	if err := checkSchedule(in.ScheduledOn, in.Today, in.History); err != nil {
		return err
	}
	if err := in.Source.check(); err != nil {
		return err
	}
	return checkAmount(in.Deal.AmountFen)
}

// gates holds what a reservation has (B-12), which history may lack.
func (in Reserving) gates() ([]domain.Exception, error) {
	gates := domain.Gates{Provenance: in.History.Provenance}
	gates.Require(in.Nature != "", ErrRequired, "nature")
	gates.Require(!in.ScheduledOn.IsZero(), ErrRequired, "scheduled_on")
	gates.Require(in.IdentityType != "", ErrRequired, "identity_type")
	gates.Require(in.Product.Open, ErrProductClosed, "product")
	return gates.Pass()
}

// checkSchedule refuses a day that has passed, which history may name, and one so
// far ahead that its year must be a slip.
func checkSchedule(on, today domain.Date, history domain.History) error {
	late := on.Before(today) && !history.Approved()
	if !on.IsZero() && (late || on.After(today.AddDays(farthestAhead))) {
		return ErrDate.At("scheduled_on")
	}
	return nil
}

func checkAmount(amount domain.Fen) error {
	switch {
	case amount <= 0:
		return ErrAmount.At("amount_fen")
	case amount > mostFen:
		return domain.ErrMoneyOverflow.At("amount_fen")
	}
	return nil
}
