package calendar

import (
	"guishu/domain"

	"strconv"
	"time"
)

// Year, Quarter and Month are keys of the periods that performance is summed by
// (B-18). A Date is the key of a day.

// Year is a calendar year such as 2026.
type Year int

// Month is a calendar month, written 2026-03. The zero Month is none.
type Month struct{ first domain.Date }

// Quarter is a quarter of a calendar year, written 2026-Q1. The zero Quarter is
// none.
type Quarter struct{ first domain.Date }

// YearOf is the year of the day.
func YearOf(d domain.Date) Year { return Year(d.Year()) }

// MonthOf is the month of the day; the zero Month for the zero Date.
func MonthOf(d domain.Date) Month { return Month{firstOf(d.Year(), d.Month())} }

// QuarterOf is the quarter of the day; the zero Quarter for the zero Date.
func QuarterOf(d domain.Date) Quarter { return Quarter{firstOf(d.Year(), (d.Month()-1)/3*3+1)} }

// firstOf is the first day of a month; the zero Date when there is no such month.
func firstOf(year int, month time.Month) domain.Date {
	first, _ := domain.NewDate(year, month, 1)
	return first
}

// First is the year's first day.
func (y Year) First() domain.Date { return firstOf(int(y), time.January) }

// Last is the year's last day.
func (y Year) Last() domain.Date { return firstOf(int(y), time.December).AddDays(30) }

// String is the year in digits.
func (y Year) String() string { return strconv.Itoa(int(y)) }

// ParseMonth reads 2026-03 or 202603; else domain.ErrFormDateFormat.
func ParseMonth(text string) (Month, error) {
	if len(text) == 7 && text[4] == '-' {
		text = text[:4] + text[5:]
	}
	first, err := domain.ParseDate(text + "01")
	if err != nil || len(text) != 6 {
		return Month{}, domain.ErrFormDateFormat
	}
	return MonthOf(first), nil
}

// IsZero says that the month is none.
func (m Month) IsZero() bool { return m == Month{} }

// Year is the month's year.
func (m Month) Year() Year { return YearOf(m.first) }

// First is the month's first day.
func (m Month) First() domain.Date { return m.first }

// Last is the month's last day.
func (m Month) Last() domain.Date { return m.Next().first.AddDays(-1) }

// Next is the month after.
func (m Month) Next() Month { return MonthOf(m.first.AddDays(31)) }

// Compare is negative when m is before other, positive when after, else 0.
func (m Month) Compare(other Month) int { return m.first.Compare(other.first) }

// String is the month as 2026-03, empty for the zero Month.
func (m Month) String() string {
	text, _ := m.AppendText(nil)
	return string(text)
}

// AppendText appends the month as 2026-03.
func (m Month) AppendText(b []byte) ([]byte, error) {
	if m.IsZero() {
		return b, nil
	}
	b, err := m.first.AppendText(b)
	return b[:len(b)-len("-01")], err
}

// MarshalText is the month as 2026-03.
func (m Month) MarshalText() ([]byte, error) { return m.AppendText(nil) }

// UnmarshalText reads what ParseMonth reads; an empty text is the zero Month.
func (m *Month) UnmarshalText(text []byte) error {
	if len(text) == 0 {
		*m = Month{}
		return nil
	}
	read, err := ParseMonth(string(text))
	if err != nil {
		return err
	}
	*m = read
	return nil
}

// ParseQuarter reads 2026-Q1 or 2026Q1; else domain.ErrFormDateFormat.
func ParseQuarter(text string) (Quarter, error) {
	if len(text) == 7 && text[4] == '-' {
		text = text[:4] + text[5:]
	}
	if len(text) != 6 || text[4] != 'Q' || text[5] < '1' || text[5] > '4' {
		return Quarter{}, domain.ErrFormDateFormat
	}
	year, err := domain.ParseDate(text[:4] + "0101")
	if err != nil {
		return Quarter{}, err
	}
	return QuarterOf(firstOf(year.Year(), time.Month(text[5]-'0')*3)), nil
}

// IsZero says that the quarter is none.
func (q Quarter) IsZero() bool { return q == Quarter{} }

// Year is the quarter's year.
func (q Quarter) Year() Year { return YearOf(q.first) }

// First is the quarter's first day.
func (q Quarter) First() domain.Date { return q.first }

// Last is the quarter's last day.
func (q Quarter) Last() domain.Date { return q.Next().first.AddDays(-1) }

// Next is the quarter after.
func (q Quarter) Next() Quarter { return QuarterOf(q.first.AddDays(93)) }

// Compare is negative when q is before other, positive when after, else 0.
func (q Quarter) Compare(other Quarter) int { return q.first.Compare(other.first) }

// String is the quarter as 2026-Q1, empty for the zero Quarter.
func (q Quarter) String() string {
	text, _ := q.AppendText(nil)
	return string(text)
}

// AppendText appends the quarter as 2026-Q1.
func (q Quarter) AppendText(b []byte) ([]byte, error) {
	if q.IsZero() {
		return b, nil
	}
	b, err := q.first.AppendText(b)
	return append(b[:len(b)-len("01-01")], 'Q', byte('1'+q.first.Month()/3)), err
}

// MarshalText is the quarter as 2026-Q1.
func (q Quarter) MarshalText() ([]byte, error) { return q.AppendText(nil) }

// UnmarshalText reads what ParseQuarter reads; an empty text is the zero Quarter.
func (q *Quarter) UnmarshalText(text []byte) error {
	if len(text) == 0 {
		*q = Quarter{}
		return nil
	}
	read, err := ParseQuarter(string(text))
	if err != nil {
		return err
	}
	*q = read
	return nil
}
