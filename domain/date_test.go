package domain_test

import (
	"errors"
	"testing"
	"time"

	"pgregory.net/rapid"

	"guishu/domain"
	"guishu/domain/calendar"
	"guishu/domain/domaintest"
)

func TestDatesInTheirUsualForms(t *testing.T) {
	t.Parallel()
	for _, typed := range []string{"20260228", "2026-02-28", "2026/02/28", " 2026-02-28 ", "\uff12\uff10\uff12\uff16\uff0d\uff10\uff12\uff0d\uff12\uff18"} {
		date, err := domain.ParseDate(typed)
		if err != nil || date.String() != "2026-02-28" || date.Weekday() != time.Saturday {
			t.Errorf("%q reads %s %s, %v", typed, date, date.Weekday(), err)
		}
	}
	for _, typed := range []string{"", "2026-2-28", "20260229", "2026-13-01", "2026-00-01", "2026-01-00", "0000-01-01", "2026-02/28", "28.02.2026", "2026-02-28T00:00:00Z", "-0260228"} {
		if date, err := domain.ParseDate(typed); !errors.Is(err, domain.ErrFormDateFormat) || !date.IsZero() {
			t.Errorf("%q reads %s, %v", typed, date, err)
		}
	}
}

func TestDatesCountAsTheCalendarDoes(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		start := time.Date(1900, 1, 1, 0, 0, 0, 0, time.UTC).AddDate(0, 0, rapid.IntRange(0, 80_000).Draw(t, "start"))
		days := rapid.IntRange(-20_000, 20_000).Draw(t, "days")
		from := domain.DateOf(start, time.UTC)
		to := from.AddDays(days)
		if to != domain.DateOf(start.AddDate(0, 0, days), time.UTC) || from.DaysUntil(to) != days {
			t.Fatalf("%s + %d = %s, %d days", from, days, to, from.DaysUntil(to))
		}
		if from.Before(to) != (days > 0) || from.After(to) != (days < 0) || (from.Compare(to) == 0) != (days == 0) {
			t.Fatalf("%s and %s compare wrongly", from, to)
		}
		read, err := domain.ParseDate(to.String())
		if err != nil || read != to || to.Weekday() != start.AddDate(0, 0, days).Weekday() {
			t.Fatalf("%s reads back %s, %v", to, read, err)
		}
		month, quarter, year := calendar.MonthOf(to), calendar.QuarterOf(to), calendar.YearOf(to)
		for _, period := range []struct{ first, last domain.Date }{{month.First(), month.Last()}, {quarter.First(), quarter.Last()}, {year.First(), year.Last()}} {
			if to.Before(period.first) || to.After(period.last) {
				t.Fatalf("%s lies outside %s to %s", to, period.first, period.last)
			}
		}
		if month.Next().First() != month.Last().AddDays(1) || quarter.Next().First() != quarter.Last().AddDays(1) {
			t.Fatalf("a gap behind %s or %s", month, quarter)
		}
	})
}

func TestDaysAreCountedOverCenturies(t *testing.T) {
	t.Parallel()
	first, last := domaintest.Day(t, "0001-01-01"), domaintest.Day(t, "9999-12-31")
	if got := first.DaysUntil(last); got != 3652058 || last.DaysUntil(first) != -got || first.AddDays(got) != last {
		t.Errorf("%d days", got)
	}
}

func TestADayIsTheBusinesssDay(t *testing.T) {
	t.Parallel()
	late := time.Date(2026, 2, 28, 16, 0, 0, 0, time.UTC)
	if got := domain.DateOf(late, domain.ChinaZone()); got.String() != "2026-03-01" {
		t.Errorf("16:00 UTC is the next day in Shanghai, got %s", got)
	}
	if got := domaintest.Day(t, "2026-03-01").Start(domain.ChinaZone()); !got.Equal(late) {
		t.Errorf("the day starts at %s", got)
	}
}

func TestAgesAreCountedInFullYears(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		born, on string
		want     int
	}{{"2000-02-29", "2018-02-28", 17}, {"2000-02-29", "2018-03-01", 18}, {"2000-06-01", "2018-06-01", 18}, {"2000-06-01", "2018-05-31", 17}} {
		if got := domaintest.Day(t, c.born).YearsUntil(domaintest.Day(t, c.on)); got != c.want {
			t.Errorf("born %s, on %s: %d, want %d", c.born, c.on, got, c.want)
		}
	}
}

func FuzzDate(f *testing.F) {
	for _, seed := range []string{"20260228", "2026-02-28", "\uff12026", "00000000", "\xff"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, typed string) {
		var unmarshalled domain.Date
		parsed, err := domain.ParseDate(typed)
		failed := unmarshalled.UnmarshalText([]byte(typed)) != nil
		if typed != "" && failed != (err != nil) || unmarshalled != parsed {
			t.Fatalf("%q: ParseDate %s %v, UnmarshalText %s", typed, parsed, err, unmarshalled)
		}
		if again, err := domain.ParseDate(parsed.String()); !parsed.IsZero() && (err != nil || again != parsed) {
			t.Fatalf("%q gives %s, which gives %s", typed, parsed, again)
		}
	})
}
