package calendar

import (
	"time"

	"guishu/domain"
)

// China is the mainland's calendar as the State Council published it for
// 2024 to 2026. Later years are loaded when they are published.
func China() Calendar {
	var calendar Calendar
	for _, year := range ChinaNotices() {
		calendar = calendar.with(year)
	}
	return calendar
}

// ChinaNotices are the years of China as they were published.
func ChinaNotices() []Notice {
	years := make([]Notice, len(chinaNotices))
	for i, year := range chinaNotices {
		years[i] = year.calendarYear()
	}
	return years
}

// publishedYear writes a year's notice down as month×100+day.
type publishedYear struct {
	year     Year
	holidays [][2]int32 // first and last day of each
	workdays []int32
}

var chinaNotices = []publishedYear{
	{2024, [][2]int32{{101, 101}, {210, 217}, {404, 406}, {501, 505}, {610, 610}, {915, 917}, {1001, 1007}},
		[]int32{204, 218, 407, 428, 511, 914, 929, 1012}},
	{2025, [][2]int32{{101, 101}, {128, 204}, {404, 406}, {501, 505}, {531, 602}, {1001, 1008}},
		[]int32{126, 208, 427, 928, 1011}},
	{2026, [][2]int32{{101, 103}, {215, 223}, {404, 406}, {501, 505}, {619, 621}, {925, 927}, {1001, 1007}},
		[]int32{104, 214, 228, 509, 920, 1010}},
}

func (y publishedYear) calendarYear() Notice {
	day := func(monthDay int32) domain.Date {
		date, _ := domain.NewDate(int(y.year), time.Month(monthDay/100), int(monthDay%100))
		return date
	}
	published := Notice{Year: y.year}
	for _, holiday := range y.holidays {
		for d := day(holiday[0]); !d.After(day(holiday[1])); d = d.AddDays(1) {
			published.Holidays = append(published.Holidays, d)
		}
	}
	for _, workday := range y.workdays {
		published.Workdays = append(published.Workdays, day(workday))
	}
	return published
}
