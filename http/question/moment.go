package question

import (
	"time"

	"guishu/domain"
)

// Moment is a point in both times of the ledger: when something was so by the
// business's account, and when the ledger knew it (C-02, C-07).
type Moment struct {
	AsOf    string `query:"as_of" maxLength:"40" doc:"当时的情况，按业务时间：RFC 3339 时间，或某日（取该日结束）。 As it was then, by the business's time: RFC 3339, or a day for its end."`
	KnownAt string `query:"known_at" maxLength:"40" doc:"当时已记录的情况：RFC 3339 时间，或某日（取该日结束）。 As far as was recorded then: RFC 3339, or a day for its end."`
}

// times reads both; zero for what was not asked.
func (m *Moment) times(zone *time.Location) (asOf, knownAt time.Time, err error) {
	if asOf, err = instant("as_of", m.AsOf, zone); err != nil {
		return asOf, knownAt, err
	}
	knownAt, err = instant("known_at", m.KnownAt, zone)
	return asOf, knownAt, err
}

// instant reads a time, or a day. A day is its last microsecond: the owner of a
// customer on a day is the owner at its end. So is a time in whole milliseconds, as
// answers show times: asked for again, it covers what happened at it.
func instant(field, text string, zone *time.Location) (time.Time, error) {
	if text == "" {
		return time.Time{}, nil
	}
	if at, err := time.Parse(time.RFC3339, text); err == nil && !at.IsZero() {
		if at.Equal(at.Truncate(time.Millisecond)) {
			at = at.Add(time.Millisecond - time.Microsecond)
		}
		return at, nil
	}
	day, err := domain.ParseDate(text)
	if err != nil {
		return time.Time{}, domain.ErrRequestTimeFormat.At(field)
	}
	return day.AddDays(1).Start(zone).Add(-time.Microsecond), nil
}
