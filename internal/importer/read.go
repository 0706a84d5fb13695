package importer

import (
	"math"
	"strconv"
	"strings"
	"time"

	"guishu/domain"

	"github.com/xuri/excelize/v2"
)

func tooMany(want, found int) *domain.Error {
	return ErrRowCells.With("want", strconv.Itoa(want)).With("found", strconv.Itoa(found))
}

// dateLayout turns a form such as dd/mm/yyyy into Go's; an empty one is what
// domain.ParseDate reads.
func dateLayout(form string) (layout string, ok bool) {
	if form == "" {
		return "", true
	}
	layout = form
	for _, step := range []struct{ from, to string }{{"yyyy", "2006"}, {"mm", "01"}, {"m", "1"}, {"dd", "02"}, {"d", "2"}} {
		// A numeral already put in holds none of the letters.
		layout = strings.Replace(layout, step.from, step.to, 1)
	}
	whole := strings.Contains(layout, "2006") && strings.ContainsAny(layout, "1") && strings.Contains(strings.Replace(layout, "2006", "", 1), "2")
	return layout, whole && !strings.ContainsFunc(layout, func(r rune) bool { return r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' })
}

// readDate reads a day, in a spreadsheet also from its serial number.
func (t *table) readDate(text, form string) (domain.Date, error) {
	if t.serials {
		if on, ok := serialDate(text, t.base1904); ok {
			return on, nil
		}
	}
	layout, _ := dateLayout(form)
	if layout == "" {
		return domain.ParseDate(text)
	}
	on, err := time.Parse(layout, text)
	if err != nil {
		return domain.Date{}, domain.ErrFormDateFormat
	}
	return domain.DateOf(on, time.UTC), nil
}

// serialDate reads the days since 1900 or 1904 that a spreadsheet keeps. Serial
// numbers have five digits for the years 1927 to 2173, so that 20170301 is none.
func serialDate(text string, base1904 bool) (domain.Date, bool) {
	serial, err := strconv.ParseFloat(text, 64)
	if err != nil || serial < 10_000 || serial >= 100_000 {
		return domain.Date{}, false
	}
	at, err := excelize.ExcelDateToTime(serial, base1904)
	if err != nil {
		return domain.Date{}, false
	}
	return domain.DateOf(at, time.UTC), true
}

// readAmount reads an amount in yuan or in fen.
func (t *table) readAmount(text, unit string) (domain.Fen, error) {
	if t.serials {
		text = plainNumber(text)
	}
	if unit == "fen" {
		fen, err := strconv.ParseInt(text, 10, 64)
		if err != nil {
			return 0, domain.ErrMoneyFormat
		}
		return domain.Fen(fen), nil
	}
	return domain.ParseFen(text)
}

// plainNumber writes a number of a spreadsheet with the fifteen digits that a
// spreadsheet shows: stored are numbers such as 1100.0400000000002 and 1.5E6.
func plainNumber(text string) string {
	number, err := strconv.ParseFloat(text, 64)
	if err != nil || math.Abs(number) >= 1e15 {
		return text
	}
	digits := strconv.FormatFloat(number, 'g', 15, 64)
	if rounded, err := strconv.ParseFloat(digits, 64); err == nil {
		return strconv.FormatFloat(rounded, 'f', -1, 64)
	}
	return text
}
