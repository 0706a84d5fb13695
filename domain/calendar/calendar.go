package calendar

import (
	"guishu/domain"

	"maps"
	"slices"
	"strconv"
	"time"
)

// Calendar tells working days from days of rest (C-05). In China weekends are
// days of rest unless made up for (调休), and holidays are published each autumn
// for the next year. A year that was not published is unknown, never guessed.
//
// A Calendar does not change: With gives a new one.
type Calendar struct {
	exceptions map[domain.Date]exception
	published  map[Year]bool
}

// exception is a day that is not what its place in the week says, by a year's
// notice: its own year's or the next one's, which is the later word.
type exception struct {
	kind   DayKind
	notice Year
}

// DayKind tells whether a day is worked.
type DayKind int

const (
	// UnknownDay: the day's year has not been published.
	UnknownDay DayKind = iota
	// Workday: offices work, perhaps on a weekend to make up for a holiday.
	Workday
	// RestDay: a weekend or a holiday.
	RestDay
)

// Notice is what is published for a year. The notice for a year may also
// move days of the December before.
type Notice struct {
	Year     Year
	Holidays []domain.Date // days of rest, weekends among them or not
	Workdays []domain.Date // weekend days that are worked (调休)
}

// New is a calendar of the years given; errors as With.
func New(years ...Notice) (Calendar, error) {
	var calendar Calendar
	for _, year := range years {
		var err error
		if calendar, err = calendar.With(year); err != nil {
			return Calendar{}, err
		}
	}
	return calendar, nil
}

// With is the calendar with one more year, or with the year replaced by what is
// given. domain.ErrPolicyValue when a day lies outside the year and the December before,
// stands in both lists, or a made-up workday is no weekend day.
func (c Calendar) With(year Notice) (Calendar, error) {
	if year.Year < 1949 || year.Year > 9999 {
		return Calendar{}, domain.ErrPolicyValue.At("year")
	}
	for _, day := range year.Holidays {
		if !year.covers(day) {
			return Calendar{}, domain.ErrPolicyValue.At("holidays").With("day", day.String())
		}
	}
	for _, day := range year.Workdays {
		if !year.covers(day) || !isWeekend(day) || slices.Contains(year.Holidays, day) {
			return Calendar{}, domain.ErrPolicyValue.At("workdays").With("day", day.String())
		}
	}
	return c.with(year), nil
}

// covers says whether the year's notice may speak of the day.
func (y Notice) covers(d domain.Date) bool {
	return !d.Before(y.Year.First().AddDays(-31)) && !d.After(y.Year.Last())
}

// with adds a year that has been checked.
func (c Calendar) with(year Notice) Calendar {
	exceptions, published := maps.Clone(c.exceptions), maps.Clone(c.published)
	if exceptions == nil {
		exceptions, published = make(map[domain.Date]exception), make(map[Year]bool)
	}
	maps.DeleteFunc(exceptions, func(_ domain.Date, e exception) bool { return e.notice == year.Year })
	say := func(days []domain.Date, kind DayKind) {
		for _, day := range days {
			if exceptions[day].notice <= year.Year {
				exceptions[day] = exception{kind, year.Year}
			}
		}
	}
	say(year.Holidays, RestDay)
	say(year.Workdays, Workday)
	published[year.Year] = true
	return Calendar{exceptions, published}
}

// Kind tells whether the day is worked; UnknownDay when its year was not
// published.
func (c Calendar) Kind(d domain.Date) DayKind {
	if !c.published[YearOf(d)] {
		return UnknownDay
	}
	if e, exceptional := c.exceptions[d]; exceptional {
		return e.kind
	}
	if isWeekend(d) {
		return RestDay
	}
	return Workday
}

// IsWorkday says whether the day is worked; ErrUnpublished when its year
// was not published.
func (c Calendar) IsWorkday(d domain.Date) (bool, error) {
	kind := c.Kind(d)
	if kind == UnknownDay {
		return false, ErrUnpublished.With("year", strconv.Itoa(d.Year()))
	}
	return kind == Workday, nil
}

// AddWorkdays is the n-th workday after the day, or before it for a negative n;
// the day itself for 0. ErrUnpublished when the way leads through a year
// that was not published, however the answer might come out.
func (c Calendar) AddWorkdays(d domain.Date, n int) (domain.Date, error) {
	step := 1
	if n < 0 {
		step, n = -1, -n
	}
	for n > 0 {
		d = d.AddDays(step)
		works, err := c.IsWorkday(d)
		if err != nil {
			return domain.Date{}, err
		}
		if works {
			n--
		}
	}
	return d, nil
}

// WorkdaysUntil counts the workdays after from up to and including to;
// ErrUnpublished when a year between was not published. It is 0 when to
// is not after from.
func (c Calendar) WorkdaysUntil(from, to domain.Date) (int, error) {
	count := 0
	for d := from.AddDays(1); !d.After(to); d = d.AddDays(1) {
		works, err := c.IsWorkday(d)
		if err != nil {
			return 0, err
		}
		if works {
			count++
		}
	}
	return count, nil
}

// DayCount tells how the days of a deadline are counted.
type DayCount string

// The values of DayCount.
const (
	NaturalDays DayCount = "NATURAL"
	WorkingDays DayCount = "WORKING"
)

// DayCounts is every way of counting.
var DayCounts = domain.NewEnumeration(domain.ErrFormValue.At("days"),
	domain.Named(NaturalDays, "自然日", "natural days"),
	domain.Named(WorkingDays, "工作日", "working days"),
)

// Valid says whether d is one of DayCounts.
func (d DayCount) Valid() bool { return DayCounts.Valid(d) }

// Words is every value with its names.
func (DayCount) Words() []domain.Word { return DayCounts.Words() }

// Deadline is the last day of a period of n days that begins after the day;
// errors as AddWorkdays.
func (c Calendar) Deadline(after domain.Date, n int, counted DayCount) (domain.Date, error) {
	if counted == WorkingDays {
		return c.AddWorkdays(after, n)
	}
	return after.AddDays(n), nil
}

func isWeekend(d domain.Date) bool {
	weekday := d.Weekday()
	return weekday == time.Saturday || weekday == time.Sunday
}
