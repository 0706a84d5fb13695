package calendar_test

import (
	"errors"
	"testing"

	"guishu/domain"
	"guishu/domain/calendar"
)

func TestPeriodsReadBack(t *testing.T) {
	t.Parallel()
	month, err := calendar.ParseMonth("2024-02")
	if err != nil || month.String() != "2024-02" || month.Last().String() != "2024-02-29" || month.Next().String() != "2024-03" || month.Year() != 2024 {
		t.Errorf("%s %s %v", month, month.Last(), err)
	}
	quarter, err := calendar.ParseQuarter("2026-Q4")
	if err != nil || quarter.String() != "2026-Q4" || quarter.First().String() != "2026-10-01" || quarter.Last().String() != "2026-12-31" || quarter.Next().String() != "2027-Q1" {
		t.Errorf("%s %s %v", quarter, quarter.Last(), err)
	}
	for _, text := range []string{"", "2026", "2026-13", "2026-00", "2026-1", "x026-01"} {
		if _, err := calendar.ParseMonth(text); !errors.Is(err, domain.ErrFormDateFormat) {
			t.Errorf("month %q: %v", text, err)
		}
	}
	for _, text := range []string{"", "2026", "2026-Q5", "2026-Q0", "2026Q", "x026-Q1"} {
		if _, err := calendar.ParseQuarter(text); !errors.Is(err, domain.ErrFormDateFormat) {
			t.Errorf("quarter %q: %v", text, err)
		}
	}
}
