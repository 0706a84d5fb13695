package calendar

import (
	"strconv"
	"time"

	"guishu/domain"
)

// LunarDate is a day of the Chinese lunar calendar (GB/T 33661-2017) from 1900 to
// 2100. The zero LunarDate is none.
type LunarDate struct {
	year, month, day int
	leap             bool
}

// The lunar years of the table; lunar 1900 began on 31 January 1900.
const (
	firstLunarYear = 1900
	lastLunarYear  = 2100
)

var lunarEpoch, _ = domain.NewDate(firstLunarYear, time.January, 31)

// lunarYears holds a lunar year each: bits 15 to 4 say of months 1 to 12 whether
// they have 30 days, bits 3 to 0 which month is followed by its leap month, bit 16
// whether that has 30 days.
var lunarYears = [lastLunarYear - firstLunarYear + 1]uint32{
	0x04bd8, 0x04ae0, 0x0a570, 0x054d5, 0x0d260, 0x0d950, 0x16554, 0x056a0, 0x09ad0, 0x055d2,
	0x04ae0, 0x0a5b6, 0x0a4d0, 0x0d250, 0x1d255, 0x0b540, 0x0d6a0, 0x0ada2, 0x095b0, 0x14977,
	0x04970, 0x0a4b0, 0x0b4b5, 0x06a50, 0x06d40, 0x1ab54, 0x02b60, 0x09570, 0x052f2, 0x04970,
	0x06566, 0x0d4a0, 0x0ea50, 0x16a95, 0x05ad0, 0x02b60, 0x186e3, 0x092e0, 0x1c8d7, 0x0c950,
	0x0d4a0, 0x1d8a6, 0x0b550, 0x056a0, 0x1a5b4, 0x025d0, 0x092d0, 0x0d2b2, 0x0a950, 0x0b557,
	0x06ca0, 0x0b550, 0x15355, 0x04da0, 0x0a5b0, 0x14573, 0x052b0, 0x0a9a8, 0x0e950, 0x06aa0,
	0x0aea6, 0x0ab50, 0x04b60, 0x0aae4, 0x0a570, 0x05260, 0x0f263, 0x0d950, 0x05b57, 0x056a0,
	0x096d0, 0x04dd5, 0x04ad0, 0x0a4d0, 0x0d4d4, 0x0d250, 0x0d558, 0x0b540, 0x0b6a0, 0x195a6,
	0x095b0, 0x049b0, 0x0a974, 0x0a4b0, 0x0b27a, 0x06a50, 0x06d40, 0x0af46, 0x0ab60, 0x09570,
	0x04af5, 0x04970, 0x064b0, 0x074a3, 0x0ea50, 0x06b58, 0x05ac0, 0x0ab60, 0x096d5, 0x092e0,
	0x0c960, 0x0d954, 0x0d4a0, 0x0da50, 0x07552, 0x056a0, 0x0abb7, 0x025d0, 0x092d0, 0x0cab5,
	0x0a950, 0x0b4a0, 0x0baa4, 0x0ad50, 0x055d9, 0x04ba0, 0x0a5b0, 0x15176, 0x052b0, 0x0a930,
	0x07954, 0x06aa0, 0x0ad50, 0x05b52, 0x04b60, 0x0a6e6, 0x0a4e0, 0x0d260, 0x0ea65, 0x0d530,
	0x05aa0, 0x076a3, 0x096d0, 0x04afb, 0x04ad0, 0x0a4d0, 0x1d0b6, 0x0d250, 0x0d520, 0x0dd45,
	0x0b5a0, 0x056d0, 0x055b2, 0x049b0, 0x0a577, 0x0a4b0, 0x0aa50, 0x1b255, 0x06d20, 0x0ada0,
	0x14b63, 0x09370, 0x049f8, 0x04970, 0x064b0, 0x168a6, 0x0ea50, 0x06b20, 0x1a6c4, 0x0aae0,
	0x092e0, 0x0d2e3, 0x0c960, 0x0d557, 0x0d4a0, 0x0da50, 0x05d55, 0x056a0, 0x0a6d0, 0x055d4,
	0x052d0, 0x0a9b8, 0x0a950, 0x0b4a0, 0x0b6a6, 0x0ad50, 0x055a0, 0x0aba4, 0x0a5b0, 0x052b0,
	0x0b273, 0x06930, 0x07337, 0x06aa0, 0x0ad50, 0x14b55, 0x04b60, 0x0a570, 0x054e4, 0x0d160,
	0x0e968, 0x0d520, 0x0daa0, 0x16aa6, 0x056d0, 0x04ae0, 0x0a9d4, 0x0a2d0, 0x0d150, 0x0f252,
	0x0d520,
}

// NewLunarDate is a lunar day; domain.ErrFormDateFormat when there is no such day or its
// year lies outside 1900 to 2100.
func NewLunarDate(year, month int, leap bool, day int) (LunarDate, error) {
	if year < firstLunarYear || year > lastLunarYear || month < 1 || month > 12 ||
		leap && leapMonth(year) != month || day < 1 || day > lunarMonthDays(year, month, leap) {
		return LunarDate{}, domain.ErrFormDateFormat
	}
	return LunarDate{year, month, day, leap}, nil
}

// LunarOf is the lunar day of a day; false outside the lunar years 1900 to 2100.
func LunarOf(d domain.Date) (LunarDate, bool) {
	days := lunarEpoch.DaysUntil(d)
	if d.IsZero() || days < 0 {
		return LunarDate{}, false
	}
	for year := firstLunarYear; year <= lastLunarYear; year++ {
		for month := 1; month <= 12; month++ {
			for _, leap := range []bool{false, true} {
				if leap && leapMonth(year) != month {
					continue
				}
				length := lunarMonthDays(year, month, leap)
				if days < length {
					return LunarDate{year, month, days + 1, leap}, true
				}
				days -= length
			}
		}
	}
	return LunarDate{}, false
}

// Date is the day of the common calendar; the zero Date for the zero LunarDate.
func (l LunarDate) Date() domain.Date {
	if l.IsZero() {
		return domain.Date{}
	}
	days := l.day - 1
	for year := firstLunarYear; year < l.year; year++ {
		days += lunarYearDays(year)
	}
	for month := 1; month < l.month; month++ {
		days += lunarMonthDays(l.year, month, false)
		if leapMonth(l.year) == month {
			days += lunarMonthDays(l.year, month, true)
		}
	}
	if l.leap {
		days += lunarMonthDays(l.year, l.month, false)
	}
	return lunarEpoch.AddDays(days)
}

// BirthdayIn is the lunar birthday of somebody born on l in another lunar year.
// Without the leap month that year it falls into the plain month, and the 30th of
// a month of 29 days on the 29th. domain.ErrFormDateFormat outside 1900 to 2100.
func (l LunarDate) BirthdayIn(year int) (LunarDate, error) {
	if l.IsZero() || year < firstLunarYear || year > lastLunarYear {
		return LunarDate{}, domain.ErrFormDateFormat
	}
	leap := l.leap && leapMonth(year) == l.month
	return LunarDate{year, l.month, min(l.day, lunarMonthDays(year, l.month, leap)), leap}, nil
}

// IsZero says that the date is none.
func (l LunarDate) IsZero() bool { return l.year == 0 }

// Year is the lunar year, named by the common year it begins in.
func (l LunarDate) Year() int { return l.year }

// Month is the month from 1 to 12; a leap month has the number of the one before.
func (l LunarDate) Month() int { return l.month }

// Leap says whether the month is a leap month.
func (l LunarDate) Leap() bool { return l.leap }

// Day is the day of the month, from 1 to 30.
func (l LunarDate) Day() int { return l.day }

// String is the date in Chinese, such as 2033年闰十一月初一; empty for the zero
// LunarDate.
func (l LunarDate) String() string {
	if l.IsZero() {
		return ""
	}
	months := [...]string{"正", "二", "三", "四", "五", "六", "七", "八", "九", "十", "十一", "十二"}
	leap := ""
	if l.leap {
		leap = "闰"
	}
	return strconv.Itoa(l.year) + "年" + leap + months[l.month-1] + "月" + lunarDayName(l.day)
}

func lunarDayName(day int) string {
	digits := [...]string{"十", "一", "二", "三", "四", "五", "六", "七", "八", "九"}
	switch {
	case day <= 10:
		return "初" + digits[day%10]
	case day < 20:
		return "十" + digits[day%10]
	case day == 20:
		return "二十"
	case day < 30:
		return "廿" + digits[day%10]
	}
	return "三十"
}

// leapMonth is the month of the year that is followed by its leap month, 0 for
// none.
func leapMonth(year int) int { return int(lunarYears[year-firstLunarYear] & 15) }

func lunarMonthDays(year, month int, leap bool) int {
	bit := 16 - month
	if leap {
		bit = 16
	}
	return 29 + int(lunarYears[year-firstLunarYear]>>bit&1)
}

func lunarYearDays(year int) int {
	days := 0
	for month := 1; month <= 12; month++ {
		days += lunarMonthDays(year, month, false)
	}
	if leap := leapMonth(year); leap != 0 {
		days += lunarMonthDays(year, leap, true)
	}
	return days
}
