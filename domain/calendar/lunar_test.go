package calendar_test

import (
	"bufio"
	"errors"
	"fmt"
	"os"
	"testing"

	"guishu/domain"
	"guishu/domain/calendar"
	"guishu/domain/domaintest"
)

// The file holds every lunar month of 1900 to 2100, with its length and its first
// day, as npm lunar-typescript 1.8.6 has them; leap months are negative.
func TestEveryLunarMonthBeginsOnItsDay(t *testing.T) {
	t.Parallel()
	file, err := os.Open("testdata/lunar_months.tsv")
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	months, read := 0, bufio.NewScanner(file)
	for read.Scan() {
		var year, month, length int
		var begins string
		if _, err := fmt.Sscan(read.Text(), &year, &month, &length, &begins); err != nil {
			t.Fatal(err)
		}
		leap := month < 0
		month = max(month, -month)
		first, err := calendar.NewLunarDate(year, month, leap, 1)
		if err != nil || first.Date() != domaintest.Day(t, begins) {
			t.Fatalf("%q: %s is %s, %v", read.Text(), first, first.Date(), err)
		}
		last, known := calendar.LunarOf(domaintest.Day(t, begins).AddDays(length - 1))
		if !known || last.Year() != year || last.Month() != month || last.Leap() != leap || last.Day() != length {
			t.Fatalf("%q: the last day is %s", read.Text(), last)
		}
		if _, err := calendar.NewLunarDate(year, month, leap, length+1); !errors.Is(err, domain.ErrFormDateFormat) {
			t.Fatalf("%q: the month has a day more, %v", read.Text(), err)
		}
		months++
	}
	if err := read.Err(); err != nil || months != 2486 {
		t.Errorf("%d months, %v", months, err)
	}
}

func TestLeapMonthsOfRecentYears(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"2017-07-23": "2017年闰六月初一", "2020-05-23": "2020年闰四月初一", "2023-03-22": "2023年闰二月初一",
		"2025-07-25": "2025年闰六月初一", "2033-12-22": "2033年闰十一月初一", "2026-02-17": "2026年正月初一", "2026-02-16": "2025年十二月廿九",
	} {
		if got, known := calendar.LunarOf(domaintest.Day(t, text)); !known || got.String() != want {
			t.Errorf("%s is %s, want %s", text, got, want)
		}
	}
	for _, text := range []string{"1900-01-30", "2101-01-29"} {
		if got, known := calendar.LunarOf(domaintest.Day(t, text)); known {
			t.Errorf("%s is %s", text, got)
		}
	}
}

func TestLunarBirthdaysFallIntoYearsWithoutTheirDay(t *testing.T) {
	t.Parallel()
	leap, err := calendar.NewLunarDate(2025, 6, true, 15)
	if err != nil {
		t.Fatal(err)
	}
	plain, err := leap.BirthdayIn(2026)
	if err != nil || plain.Leap() || plain.Month() != 6 || plain.Day() != 15 {
		t.Errorf("a leap month's birthday in a year without: %s %v", plain, err)
	}
	last, err := calendar.NewLunarDate(2024, 12, false, 29)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := calendar.NewLunarDate(2025, 12, false, 30); err == nil {
		t.Error("2025-12 has no 30th")
	}
	thirtieth, err := calendar.NewLunarDate(2023, 12, false, 30)
	if err != nil {
		t.Fatal(err)
	}
	if got, err := thirtieth.BirthdayIn(2024); err != nil || got != last {
		t.Errorf("the 30th in a month of 29 days: %s %v", got, err)
	}
	if _, err := thirtieth.BirthdayIn(2101); !errors.Is(err, domain.ErrFormDateFormat) {
		t.Errorf("beyond the table: %v", err)
	}
	if got := (calendar.LunarDate{}).Date(); !got.IsZero() {
		t.Errorf("no lunar date is %s", got)
	}
}
