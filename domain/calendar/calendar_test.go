package calendar_test

import (
	"bufio"
	"errors"
	"os"
	"strings"
	"testing"

	"guishu/domain"
	"guishu/domain/calendar"
	"guishu/domain/domaintest"
)

// The file holds what npm chinese-days 1.5.7 says of every day of the years.
func TestEveryDayOf2024To2026IsKnown(t *testing.T) {
	t.Parallel()
	file, err := os.Open("testdata/china_days_2024_2026.tsv")
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	calendar := calendar.China()
	lines, read := 0, bufio.NewScanner(file)
	for read.Scan() {
		text, kind, _ := strings.Cut(read.Text(), "\t")
		works, err := calendar.IsWorkday(domaintest.Day(t, text))
		if err != nil || works != (kind == "work") {
			t.Errorf("%s: %v %v, want %s", text, works, err, kind)
		}
		lines++
	}
	if err := read.Err(); err != nil || lines != 366+365+365 {
		t.Errorf("%d days, %v", lines, err)
	}
}

func TestAnUnpublishedYearIsUnknown(t *testing.T) {
	t.Parallel()
	china := calendar.China()
	for _, text := range []string{"2027-01-01", "2027-01-04", "2023-12-31", "1949-10-01"} {
		if kind := china.Kind(domaintest.Day(t, text)); kind != calendar.UnknownDay {
			t.Errorf("%s is %v", text, kind)
		}
		if _, err := china.IsWorkday(domaintest.Day(t, text)); !errors.Is(err, calendar.ErrUnpublished) {
			t.Errorf("%s: %v", text, err)
		}
	}
	if got, err := china.AddWorkdays(domaintest.Day(t, "2026-12-31"), 1); !errors.Is(err, calendar.ErrUnpublished) || !got.IsZero() {
		t.Errorf("the workday after 2026: %s %v", got, err)
	}
	if _, err := china.WorkdaysUntil(domaintest.Day(t, "2026-12-30"), domaintest.Day(t, "2027-01-02")); !errors.Is(err, calendar.ErrUnpublished) {
		t.Errorf("counting into 2027: %v", err)
	}
	if got, err := china.Deadline(domaintest.Day(t, "2026-12-31"), 3, calendar.NaturalDays); err != nil || got.String() != "2027-01-03" {
		t.Errorf("natural days need no china: %s %v", got, err)
	}
}

func TestDeadlinesCountWorkdays(t *testing.T) {
	t.Parallel()
	china := calendar.China()
	for _, c := range []struct {
		from string
		n    int
		want string
	}{
		{"2026-02-13", 1, "2026-02-14"},  // a Saturday made up for
		{"2026-02-14", 1, "2026-02-24"},  // the Spring Festival between
		{"2026-02-13", 10, "2026-03-05"}, // 28 February is worked
		{"2026-02-24", -1, "2026-02-14"},
		{"2026-02-16", 0, "2026-02-16"},
		{"2026-09-30", 1, "2026-10-08"},
	} {
		got, err := china.Deadline(domaintest.Day(t, c.from), c.n, calendar.WorkingDays)
		if err != nil || got.String() != c.want {
			t.Errorf("%d workdays after %s: %s %v, want %s", c.n, c.from, got, err, c.want)
			continue
		}
		if count, err := china.WorkdaysUntil(domaintest.Day(t, c.from), got); c.n > 0 && (err != nil || count != c.n) {
			t.Errorf("from %s to %s: %d workdays, %v", c.from, got, count, err)
		}
	}
}

func TestAYearCanBeLoadedAndReplaced(t *testing.T) {
	t.Parallel()
	before := calendar.China()
	after, err := before.With(calendar.Notice{
		Year:     2027,
		Holidays: []domain.Date{domaintest.Day(t, "2027-01-01")},
		Workdays: []domain.Date{domaintest.Day(t, "2026-12-26"), domaintest.Day(t, "2027-01-03")},
	})
	if err != nil {
		t.Fatal(err)
	}
	for text, want := range map[string]calendar.DayKind{
		"2027-01-01": calendar.RestDay, "2027-01-03": calendar.Workday, "2027-01-04": calendar.Workday, "2027-01-09": calendar.RestDay,
		"2026-12-26": calendar.Workday, "2026-10-01": calendar.RestDay,
	} {
		if got := after.Kind(domaintest.Day(t, text)); got != want {
			t.Errorf("%s is %v, want %v", text, got, want)
		}
	}
	if before.Kind(domaintest.Day(t, "2027-01-01")) != calendar.UnknownDay || before.Kind(domaintest.Day(t, "2026-12-26")) != calendar.RestDay {
		t.Error("the calendar it came from has changed")
	}
	again, err := after.With(calendar.Notice{Year: 2027})
	if err != nil || again.Kind(domaintest.Day(t, "2027-01-01")) != calendar.Workday {
		t.Errorf("replacing the year keeps its holidays: %v", err)
	}
	if again.Kind(domaintest.Day(t, "2026-12-26")) != calendar.RestDay {
		t.Error("replacing the year keeps what it said of the December before")
	}
	published := calendar.ChinaNotices()
	late, err := after.With(published[len(published)-1])
	if err != nil || late.Kind(domaintest.Day(t, "2026-12-26")) != calendar.Workday || late.Kind(domaintest.Day(t, "2026-10-01")) != calendar.RestDay {
		t.Errorf("loading 2026 again forgets what the notice for 2027 said of its December: %v", err)
	}
}

func TestImpossibleYearsAreRefused(t *testing.T) {
	t.Parallel()
	for name, year := range map[string]calendar.Notice{
		"no year":              {},
		"a day outside":        {Year: 2027, Holidays: []domain.Date{domaintest.Day(t, "2028-01-01")}},
		"a day too early":      {Year: 2027, Holidays: []domain.Date{domaintest.Day(t, "2026-11-30")}},
		"no day":               {Year: 2027, Holidays: []domain.Date{{}}},
		"a weekday made up":    {Year: 2027, Workdays: []domain.Date{domaintest.Day(t, "2027-01-04")}},
		"a day in both lists":  {Year: 2027, Holidays: []domain.Date{domaintest.Day(t, "2027-01-03")}, Workdays: []domain.Date{domaintest.Day(t, "2027-01-03")}},
		"a made-up day before": {Year: 2027, Workdays: []domain.Date{domaintest.Day(t, "2025-12-28")}},
	} {
		if _, err := calendar.New(year); !errors.Is(err, domain.ErrPolicyValue) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestTheShippedYearsWouldBeAcceptedIfLoaded(t *testing.T) {
	t.Parallel()
	for _, year := range calendar.ChinaNotices() {
		if _, err := calendar.New(year); err != nil {
			t.Errorf("%s: %v", year.Year, err)
		}
	}
}
