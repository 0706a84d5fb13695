package domain

import (
	"cmp"
	"strconv"
	"time"
)

// Year, Quarter and Month are keys of the periods that performance is summed by
// (B-18). A Date is the key of a day.

// Year is a calendar year such as 2026.
type Year int

// Month is a calendar month, written 2026-03. The zero Month is none.
type Month struct{ number int32 } // yyyymm

// Quarter is a quarter of a calendar year, written 2026-Q1. The zero Quarter is
// none.
type Quarter struct{ number int32 } // yyyyq

// YearOf is the year of the day.
func YearOf(d Date) Year { return Year(d.Year()) }

// MonthOf is the month of the day.
func MonthOf(d Date) Month { return Month{d.number / 100} }

// QuarterOf is the quarter of the day; the zero Quarter for the zero Date.
func QuarterOf(d Date) Quarter {
	if d.IsZero() {
		return Quarter{}
	}
	return Quarter{int32(d.Year()*10 + (int(d.Month())+2)/3)}
}

// First is the year's first day.
func (y Year) First() Date { return Date{int32(y)*10000 + 101} }

// Last is the year's last day.
func (y Year) Last() Date { return Date{int32(y)*10000 + 1231} }

// String is the year in digits.
func (y Year) String() string { return strconv.Itoa(int(y)) }

// ParseMonth reads 2026-03 or 202603; else ErrFormDateFormat.
func ParseMonth(text string) (Month, error) {
	if len(text) == 7 && text[4] == '-' {
		text = text[:4] + text[5:]
	}
	if len(text) != 6 || !isDigits(text) {
		return Month{}, ErrFormDateFormat
	}
	number, _ := strconv.Atoi(text)
	if month := number % 100; month < 1 || month > 12 || number < 100 {
		return Month{}, ErrFormDateFormat
	}
	return Month{int32(number)}, nil
}

// IsZero says that the month is none.
func (m Month) IsZero() bool { return m.number == 0 }

// Year is the month's year.
func (m Month) Year() Year { return Year(m.number / 100) }

// First is the month's first day.
func (m Month) First() Date {
	if m.IsZero() {
		return Date{}
	}
	return Date{m.number*100 + 1}
}

// Last is the month's last day.
func (m Month) Last() Date {
	if m.IsZero() {
		return Date{}
	}
	return Date{m.number*100 + int32(daysIn(int(m.number/100), time.Month(m.number%100)))}
}

// Next is the month after.
func (m Month) Next() Month { return MonthOf(m.Last().AddDays(1)) }

// Compare is negative when m is before other, positive when after, else 0.
func (m Month) Compare(other Month) int { return cmp.Compare(m.number, other.number) }

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
	b = appendPadded(b, int(m.number/100), 4)
	b = append(b, '-')
	return appendPadded(b, int(m.number%100), 2), nil
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

// ParseQuarter reads 2026-Q1 or 2026Q1; else ErrFormDateFormat.
func ParseQuarter(text string) (Quarter, error) {
	if len(text) == 7 && text[4] == '-' {
		text = text[:4] + text[5:]
	}
	if len(text) != 6 || text[4] != 'Q' || text[5] < '1' || text[5] > '4' || !isDigits(text[:4]) {
		return Quarter{}, ErrFormDateFormat
	}
	year, _ := strconv.Atoi(text[:4])
	if year < 1 {
		return Quarter{}, ErrFormDateFormat
	}
	return Quarter{int32(year*10) + int32(text[5]-'0')}, nil
}

// IsZero says that the quarter is none.
func (q Quarter) IsZero() bool { return q.number == 0 }

// Year is the quarter's year.
func (q Quarter) Year() Year { return Year(q.number / 10) }

// First is the quarter's first day.
func (q Quarter) First() Date {
	if q.IsZero() {
		return Date{}
	}
	year, quarter := q.number/10, q.number%10
	return Date{year*10000 + (quarter*3-2)*100 + 1}
}

// Last is the quarter's last day.
func (q Quarter) Last() Date {
	if q.IsZero() {
		return Date{}
	}
	return MonthOf(q.First()).Next().Next().Last()
}

// Next is the quarter after.
func (q Quarter) Next() Quarter { return QuarterOf(q.Last().AddDays(1)) }

// Compare is negative when q is before other, positive when after, else 0.
func (q Quarter) Compare(other Quarter) int { return cmp.Compare(q.number, other.number) }

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
	b = appendPadded(b, int(q.number/10), 4)
	return append(b, '-', 'Q', byte('0'+q.number%10)), nil
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
