package domain

import (
	"math"
	"math/bits"
	"slices"
	"strconv"
	"strings"

	"golang.org/x/text/width"
)

// Fen is an amount of money in CNY fen, a hundredth of a yuan. Money is never a
// float.
type Fen int64

// FenPerYuan is how many fen make a yuan.
const FenPerYuan Fen = 100

// moneyUnits are the words that may stand behind an amount, with what they are
// worth in fen. 万元 comes before 元 so that the longer word is taken.
var moneyUnits = []struct {
	word string
	fen  int64
}{
	{"亿元", 1e10}, {"万元", 1e6}, {"亿", 1e10}, {"万", 1e6}, {"元", 100},
}

// ParseFen reads an amount in yuan: "1234.56", "1,234.56", "¥1,234.5", "12.5万",
// "12.5万元", "-3元", also in full-width characters. ErrMoneyFormat when it is
// none of these or finer than a fen, ErrMoneyOverflow when it does not fit.
func ParseFen(text string) (Fen, error) {
	digits := strings.TrimSpace(width.Narrow.String(text))
	negative := false
	switch {
	case strings.HasPrefix(digits, "-"):
		negative, digits = true, digits[1:]
	case strings.HasPrefix(digits, "+"):
		digits = digits[1:]
	}
	digits = strings.TrimSpace(strings.TrimPrefix(strings.TrimPrefix(digits, "¥"), "CNY"))
	worth := int64(FenPerYuan)
	for _, unit := range moneyUnits {
		if amount, found := strings.CutSuffix(digits, unit.word); found {
			digits, worth = strings.TrimSpace(amount), unit.fen
			break
		}
	}
	whole, fraction, dotted := strings.Cut(digits, ".")
	if dotted && fraction == "" {
		return 0, ErrMoneyFormat
	}
	whole, grouped := ungroup(whole)
	if !grouped || !isDigits(whole) || !isDigits(fraction) && fraction != "" {
		return 0, ErrMoneyFormat
	}
	amount, err := scaleDecimal(whole, fraction, worth)
	if err != nil {
		return 0, err
	}
	if negative {
		amount = -amount
	}
	return Fen(amount), nil
}

// ungroup takes the commas out of a whole number; false when they do not stand
// before every third digit.
func ungroup(whole string) (string, bool) {
	if !strings.Contains(whole, ",") {
		return whole, true
	}
	groups := strings.Split(whole, ",")
	for i, group := range groups {
		if i == 0 && (group == "" || len(group) > 3) || i > 0 && len(group) != 3 {
			return "", false
		}
	}
	return strings.Join(groups, ""), true
}

// scaleDecimal is whole.fraction × worth, exactly.
func scaleDecimal(whole, fraction string, worth int64) (int64, error) {
	units, err := strconv.ParseInt(whole, 10, 64)
	if err != nil || units > math.MaxInt64/worth {
		return 0, ErrMoneyOverflow
	}
	total := units * worth
	for i := range len(fraction) {
		digit := int64(fraction[i] - '0')
		if worth%10 != 0 {
			if digit != 0 {
				return 0, ErrMoneyFormat
			}
			continue
		}
		worth /= 10
		if total > math.MaxInt64-digit*worth {
			return 0, ErrMoneyOverflow
		}
		total += digit * worth
	}
	return total, nil
}

// String is the amount in yuan with two decimals, such as "1234.56".
func (f Fen) String() string { return f.format("") }

// Grouped is the amount in yuan with commas, such as "1,234.56".
func (f Fen) Grouped() string { return f.format(",") }

// Wan is the amount in 万元 without trailing zeros, such as "12.5万元".
func (f Fen) Wan() string {
	const fenPerWan = 1_000_000
	magnitude := f.magnitude()
	text := strconv.FormatUint(magnitude/fenPerWan, 10)
	rest := strconv.FormatUint(fenPerWan+magnitude%fenPerWan, 10)[1:]
	if rest = strings.TrimRight(rest, "0"); rest != "" {
		text += "." + rest
	}
	return f.sign() + text + "万元"
}

func (f Fen) format(separator string) string {
	magnitude := f.magnitude()
	whole := strconv.FormatUint(magnitude/100, 10)
	var text strings.Builder
	text.WriteString(f.sign())
	for i, digit := range whole {
		if i > 0 && (len(whole)-i)%3 == 0 {
			text.WriteString(separator)
		}
		text.WriteRune(digit)
	}
	cents := magnitude % 100
	text.WriteByte('.')
	text.WriteByte(byte('0' + cents/10))
	text.WriteByte(byte('0' + cents%10))
	return text.String()
}

func (f Fen) sign() string {
	if f < 0 {
		return "-"
	}
	return ""
}

// magnitude is the amount without its sign; it also holds the smallest int64.
func (f Fen) magnitude() uint64 {
	if f < 0 {
		return uint64(-(f + 1)) + 1
	}
	return uint64(f)
}

// IsZero says that the amount is nothing.
func (f Fen) IsZero() bool { return f == 0 }

// Add is f + other; ErrMoneyOverflow when it does not fit.
func (f Fen) Add(other Fen) (Fen, error) {
	sum := f + other
	if (sum > f) != (other > 0) && other != 0 {
		return 0, ErrMoneyOverflow
	}
	return sum, nil
}

// Sub is f − other; ErrMoneyOverflow when it does not fit.
func (f Fen) Sub(other Fen) (Fen, error) {
	difference := f - other
	if (difference < f) != (other > 0) && other != 0 {
		return 0, ErrMoneyOverflow
	}
	return difference, nil
}

// SumFen adds amounts up; ErrMoneyOverflow when the sum does not fit.
func SumFen(amounts ...Fen) (Fen, error) {
	var sum Fen
	for _, amount := range amounts {
		var err error
		if sum, err = sum.Add(amount); err != nil {
			return 0, err
		}
	}
	return sum, nil
}

// MultiplyRatio is f × numerator ÷ denominator, rounded half up by magnitude as
// Chinese finance does: 12.5 fen become 13, −12.5 become −13. The denominator
// must be above zero and the numerator not below it, else ErrPolicyValue;
// ErrMoneyOverflow when the result does not fit.
func (f Fen) MultiplyRatio(numerator, denominator int64) (Fen, error) {
	if numerator < 0 || denominator <= 0 {
		return 0, ErrPolicyValue.At("ratio")
	}
	high, low := bits.Mul64(f.magnitude(), uint64(numerator))
	low, carry := bits.Add64(low, uint64(denominator)/2, 0)
	high += carry
	if high >= uint64(denominator) {
		return 0, ErrMoneyOverflow
	}
	// Adding half the denominator and dividing rounds half up; for an odd
	// denominator an exact half cannot occur.
	quotient, _ := bits.Div64(high, low, uint64(denominator))
	if quotient > math.MaxInt64 {
		return 0, ErrMoneyOverflow
	}
	if f < 0 {
		return -Fen(quotient), nil
	}
	return Fen(quotient), nil
}

// Split divides the amount by weights so that the parts add up to it exactly
// (B-31): every part is first rounded towards zero, then the fen left over go one
// each to the parts with the largest remainders, the earlier part first when
// they are equal. The weights must not be negative and not all zero, else
// ErrPolicyValue.
func (f Fen) Split(weights ...int64) ([]Fen, error) {
	var total uint64
	for _, weight := range weights {
		if weight < 0 || total > math.MaxInt64-uint64(weight) {
			return nil, ErrPolicyValue.At("weights")
		}
		total += uint64(weight)
	}
	if total == 0 {
		return nil, ErrPolicyValue.At("weights")
	}
	parts := make([]Fen, len(weights))
	remainders := make([]uint64, len(weights))
	order := make([]int, len(weights))
	left := f.magnitude()
	for i, weight := range weights {
		high, low := bits.Mul64(f.magnitude(), uint64(weight))
		quotient, remainder := bits.Div64(high, low, total)
		parts[i], remainders[i], order[i] = Fen(quotient), remainder, i
		left -= quotient
	}
	slices.SortStableFunc(order, func(a, b int) int {
		switch {
		case remainders[a] > remainders[b]:
			return -1
		case remainders[a] < remainders[b]:
			return 1
		}
		return 0
	})
	for _, i := range order[:left] {
		parts[i]++
	}
	if f < 0 {
		for i := range parts {
			parts[i] = -parts[i]
		}
	}
	return parts, nil
}

// isDigits says that text is one or more of 0–9.
func isDigits(text string) bool {
	if text == "" {
		return false
	}
	for i := range len(text) {
		if text[i] < '0' || text[i] > '9' {
			return false
		}
	}
	return true
}
