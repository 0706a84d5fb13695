package payment

import (
	"strings"
	"time"
	"unicode/utf8"

	"guishu/domain"
)

// Confirming says that operations saw the money.
type Confirming struct {
	AmountFen   domain.Fen // that came in, 0: as registered
	ConfirmedBy domain.StaffID
	History     domain.History
	Now         time.Time
}

// Confirm confirms a registered payment, once (B-14). Who registered it cannot
// confirm it (B-06); under an approved migration batch that becomes an exception.
// The role of operations is the commands' matter.
//
// Errors: ErrState, ErrRequired, ErrSelfConfirm,
// ErrAmount, ErrMoneyOverflow, ErrDate.
func (s *State) Confirm(in Confirming) ([]any, error) {
	if err := s.goTo(StatusConfirmed); err != nil {
		return nil, err
	}
	event := Confirmed{Deal: s.Deal, ConfirmedBy: in.ConfirmedBy, RegisteredBy: s.RegisteredBy}
	if in.AmountFen != 0 {
		event.Deal.AmountFen = in.AmountFen
	}
	switch {
	case in.ConfirmedBy.IsZero():
		return nil, ErrRequired.At("confirmed_by")
	case !in.History.Between(s.last, in.Now):
		return nil, ErrDate.At("effective_at")
	}
	if err := checkAmount(event.Deal.AmountFen); err != nil {
		return nil, err
	}
	gates := domain.Gates{Provenance: in.History.Provenance}
	gates.Require(in.ConfirmedBy != s.RegisteredBy, ErrSelfConfirm, "confirmed_by")
	var err error
	if event.Exceptions, err = gates.Pass(); err != nil {
		return nil, err
	}
	return []any{event}, nil
}

// Ending takes a payment back or off, with the reason.
type Ending struct {
	Reason  string
	History domain.History
	Now     time.Time
}

// Return sends a registration back to be corrected (B-11). Errors:
// ErrState, ErrReasonRequired, ErrDate, ErrFormValue.
func (s *State) Return(in Ending) ([]any, error) {
	reason, err := s.end(StatusReturned, in)
	if err != nil {
		return nil, err
	}
	return []any{Returned{Deal: s.Deal, Reason: reason}}, nil
}

// Cancel ends a payment before its confirmation (B-11). Errors: as of Return.
func (s *State) Cancel(in Ending) ([]any, error) {
	reason, err := s.end(StatusCancelled, in)
	if err != nil {
		return nil, err
	}
	return []any{Cancelled{Deal: s.Deal, Reason: reason}}, nil
}

// Reverse takes a confirmed payment back (B-11). The customer stays formal, and
// the attribution gets a counter-entry. Errors: as of Return.
func (s *State) Reverse(in Ending) ([]any, error) {
	reason, err := s.end(StatusReversed, in)
	if err != nil {
		return nil, err
	}
	return []any{Reversed{Deal: s.Deal, Reason: reason}}, nil
}

func (s *State) end(to Status, in Ending) (reason string, err error) {
	if err := s.goTo(to); err != nil {
		return "", err
	}
	reason = strings.TrimSpace(in.Reason)
	switch {
	case domain.Wordless(reason):
		return "", ErrReasonRequired.At("reason")
	case utf8.RuneCountInString(reason) > longestReason || !utf8.ValidString(reason):
		return "", domain.ErrFormValue.At("reason")
	case !in.History.Between(s.last, in.Now):
		return "", ErrDate.At("effective_at")
	}
	return reason, nil
}
