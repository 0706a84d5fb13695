package domain

import (
	"strconv"
	"strings"
	"time"

	"golang.org/x/text/width"
)

// Date is a calendar day of the business, without a time and without a zone.
// The zero Date means "no day" and is written as an empty text. Dates are
// comparable and may be map keys.
type Date struct{ number int32 } // yyyymmdd, so that later days are larger

// chinaZone is the business time zone. China has kept no summer time since
// 1991, so a fixed offset is exact for every day the business records.
var chinaZone = time.FixedZone("Asia/Shanghai", 8*60*60)

// ChinaZone is the default business time zone, Asia/Shanghai.
func ChinaZone() *time.Location { return chinaZone }

// NewDate is the day of that year, month and day; ErrFormDateFormat when there is
// no such day, or its year is not within 1 to 9999.
func NewDate(year int, month time.Month, day int) (Date, error) {
	if year < 1 || year > 9999 || month < 1 || month > 12 || day < 1 || day > daysIn(year, month) {
		return Date{}, ErrFormDateFormat
	}
	return Date{int32(year*10000 + int(month)*100 + day)}, nil
}

// DateOf is the day on which the instant t falls in zone.
func DateOf(t time.Time, zone *time.Location) Date {
	return dateOfTime(t.In(zone))
}

func dateOfTime(t time.Time) Date {
	year, month, day := t.Date()
	return Date{int32(year*10000 + int(month)*100 + day)}
}

// ParseDate reads yyyymmdd or yyyy-mm-dd, also yyyy/mm/dd, and full-width digits
// else ErrFormDateFormat.
func ParseDate(text string) (Date, error) {
	text = strings.TrimSpace(width.Narrow.String(text))
	if len(text) == 10 && text[4] == text[7] && (text[4] == '-' || text[4] == '/') {
		text = text[:4] + text[5:7] + text[8:]
	}
	if len(text) != 8 || !isDigits(text) {
		return Date{}, ErrFormDateFormat
	}
	number, _ := strconv.Atoi(text)
	return NewDate(number/10000, time.Month(number/100%100), number%100)
}

func daysIn(year int, month time.Month) int {
	switch month {
	case time.April, time.June, time.September, time.November:
		return 30
	case time.February:
		if year%4 == 0 && (year%100 != 0 || year%400 == 0) {
			return 29
		}
		return 28
	}
	return 31
}

// IsZero says that the date is no day.
func (d Date) IsZero() bool { return d.number == 0 }

// Year is the day's year.
func (d Date) Year() int { return int(d.number / 10000) }

// Month is the day's month.
func (d Date) Month() time.Month { return time.Month(d.number / 100 % 100) }

// Day is the day of the month, from 1.
func (d Date) Day() int { return int(d.number % 100) }

// Weekday is the day of the week.
func (d Date) Weekday() time.Weekday { return d.UTC().Weekday() }

// UTC is midnight of the day in UTC, for arithmetic and storage.
func (d Date) UTC() time.Time { return time.Date(d.Year(), d.Month(), d.Day(), 0, 0, 0, 0, time.UTC) }

// Start is the instant the day begins in zone.
func (d Date) Start(zone *time.Location) time.Time {
	return time.Date(d.Year(), d.Month(), d.Day(), 0, 0, 0, 0, zone)
}

// AddDays is the day n natural days later, earlier for a negative n.
// The zero Date stays what it is.
func (d Date) AddDays(n int) Date {
	if d.IsZero() {
		return d
	}
	return dateOfTime(d.UTC().AddDate(0, 0, n))
}

// DaysUntil is how many natural days later other is; negative when it is earlier.
func (d Date) DaysUntil(other Date) int {
	const day = 24 * 60 * 60 // in seconds: a time.Duration ends after 292 years
	return int((other.UTC().Unix() - d.UTC().Unix()) / day)
}

// Compare is negative when d is before other, positive when after, else 0.
func (d Date) Compare(other Date) int { return int(d.number - other.number) }

// Before says that d is earlier than other.
func (d Date) Before(other Date) bool { return d.number < other.number }

// After says that d is later than other.
func (d Date) After(other Date) bool { return d.number > other.number }

// YearsUntil is the full years from d to other, as an age is counted.
func (d Date) YearsUntil(other Date) int {
	years := other.Year() - d.Year()
	if other.number%10000 < d.number%10000 {
		years--
	}
	return years
}

// String is the day as yyyy-mm-dd, empty for the zero Date.
func (d Date) String() string {
	text, _ := d.AppendText(nil)
	return string(text)
}

// AppendText appends the day as yyyy-mm-dd.
func (d Date) AppendText(b []byte) ([]byte, error) {
	if d.IsZero() {
		return b, nil
	}
	b = appendPadded(b, d.Year(), 4)
	b = append(b, '-')
	b = appendPadded(b, int(d.Month()), 2)
	b = append(b, '-')
	return appendPadded(b, d.Day(), 2), nil
}

// MarshalText is the day as yyyy-mm-dd.
func (d Date) MarshalText() ([]byte, error) { return d.AppendText(make([]byte, 0, 10)) }

// UnmarshalText reads what ParseDate reads; an empty text is the zero Date.
func (d *Date) UnmarshalText(text []byte) error {
	if len(text) == 0 {
		*d = Date{}
		return nil
	}
	if year, month, day, canonical := canonicalDate(text); canonical {
		read, err := NewDate(year, time.Month(month), day)
		if err != nil {
			return err
		}
		*d = read
		return nil
	}
	read, err := ParseDate(string(text))
	if err != nil {
		return err
	}
	*d = read
	return nil
}

// canonicalDate reads yyyy-mm-dd without allocating, the form stored.
func canonicalDate(text []byte) (year, month, day int, canonical bool) {
	if len(text) != 10 || text[4] != '-' || text[7] != '-' {
		return 0, 0, 0, false
	}
	number := 0
	for i, c := range text {
		if i == 4 || i == 7 {
			continue
		}
		if c < '0' || c > '9' {
			return 0, 0, 0, false
		}
		number = number*10 + int(c-'0')
	}
	return number / 10000, number / 100 % 100, number % 100, true
}

// appendPadded appends a number in decimal, with zeros before it to the width.
func appendPadded(b []byte, number, digits int) []byte {
	for place := digits - 1; place > 0; place-- {
		limit := 1
		for range place {
			limit *= 10
		}
		if number >= limit {
			break
		}
		b = append(b, '0')
	}
	return strconv.AppendInt(b, int64(number), 10)
}
