package http

import (
	"time"

	"guishu/domain"
)

// Moment is a point in both times of the ledger: when something was so by the
// business's account, and when the ledger knew it (C-02, C-07).
type Moment struct {
	AsOf    string `query:"as_of" maxLength:"40" doc:"As it was then, by the business's time: RFC 3339, or a day for its end."`
	KnownAt string `query:"known_at" maxLength:"40" doc:"As far as was recorded then: RFC 3339, or a day for its end."`
}

// times reads both; zero for what was not asked.
func (m *Moment) times(zone *time.Location) (asOf, knownAt time.Time, err error) {
	if asOf, err = instant("as_of", m.AsOf, zone); err != nil {
		return asOf, knownAt, err
	}
	knownAt, err = instant("known_at", m.KnownAt, zone)
	return asOf, knownAt, err
}

// instant reads a time, or a day, whose last microsecond it then is: who owned a
// customer on a day is who did at its end.
func instant(field, text string, zone *time.Location) (time.Time, error) {
	if text == "" {
		return time.Time{}, nil
	}
	if at, err := time.Parse(time.RFC3339, text); err == nil && !at.IsZero() {
		return at, nil
	}
	day, err := domain.ParseDate(text)
	if err != nil {
		return time.Time{}, domain.ErrRequestTimeFormat.At(field)
	}
	return day.AddDays(1).Start(zone).Add(-time.Microsecond), nil
}
