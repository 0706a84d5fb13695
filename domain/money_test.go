package domain_test

import (
	"errors"
	"math"
	"math/big"
	"testing"

	"pgregory.net/rapid"

	"guishu/domain"
)

func TestAmountsInTheirUsualForms(t *testing.T) {
	t.Parallel()
	for typed, want := range map[string]domain.Fen{
		"1234.56": 123456, "1,234.56": 123456, "1234.5": 123450, "1234": 123400, "0": 0, "0.01": 1, "-3": -300, "+3": 300,
		"\uffe51,234.56": 123456, "¥ 5": 500, "5元": 500, "12.5万": 12500000, "12.5 万元": 12500000, "0.000001万元": 1,
		"1.5亿": 15000000000, "1.5亿元": 15000000000, "\uff11\uff12\uff0e\uff15": 1250, "1,234,567": 123456700,
		"1234.500": 123450, "92233720368547758.07": math.MaxInt64, "CNY 7": 700,
	} {
		if got, err := domain.ParseFen(typed); err != nil || got != want {
			t.Errorf("%q reads %d, %v; want %d", typed, got, err, want)
		}
	}
	for typed, want := range map[string]error{
		"": domain.ErrMoneyFormat, "-": domain.ErrMoneyFormat, ".5": domain.ErrMoneyFormat, "5.": domain.ErrMoneyFormat,
		"1.234": domain.ErrMoneyFormat, "12,34": domain.ErrMoneyFormat, "1234,567": domain.ErrMoneyFormat, ",123": domain.ErrMoneyFormat,
		"1.2.3": domain.ErrMoneyFormat, "1e3": domain.ErrMoneyFormat, "NaN": domain.ErrMoneyFormat, "--1": domain.ErrMoneyFormat,
		"1万万": domain.ErrMoneyFormat, "0.0000001万": domain.ErrMoneyFormat, "$5": domain.ErrMoneyFormat,
		"92233720368547758.08": domain.ErrMoneyOverflow, "99999999999999999999": domain.ErrMoneyOverflow, "922337203685478亿": domain.ErrMoneyOverflow,
	} {
		if got, err := domain.ParseFen(typed); !errors.Is(err, want) {
			t.Errorf("%q reads %d, %v; want %v", typed, got, err, want)
		}
	}
}

func TestAmountsAsTheyAreShown(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		amount             domain.Fen
		text, grouped, wan string
	}{
		{0, "0.00", "0.00", "0万元"},
		{1, "0.01", "0.01", "0.000001万元"},
		{-123456789, "-1234567.89", "-1,234,567.89", "-123.456789万元"},
		{12500000, "125000.00", "125,000.00", "12.5万元"},
		{math.MaxInt64, "92233720368547758.07", "92,233,720,368,547,758.07", "9223372036854.775807万元"},
		{math.MinInt64, "-92233720368547758.08", "-92,233,720,368,547,758.08", "-9223372036854.775808万元"},
	} {
		if c.amount.String() != c.text || c.amount.Grouped() != c.grouped || c.amount.Wan() != c.wan {
			t.Errorf("%d: %s %s %s", int64(c.amount), c.amount, c.amount.Grouped(), c.amount.Wan())
		}
	}
}

func TestWhatIsShownReadsBack(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		amount := domain.Fen(rapid.Int64Min(math.MinInt64+1).Draw(t, "fen"))
		for _, text := range []string{amount.String(), amount.Grouped(), amount.Wan()} {
			if got, err := domain.ParseFen(text); err != nil || got != amount {
				t.Fatalf("%q reads %d, %v", text, got, err)
			}
		}
	})
}

func TestSumsThatDoNotFitAreRefused(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		a, b := rapid.Int64().Draw(t, "a"), rapid.Int64().Draw(t, "b")
		check := func(what string, got domain.Fen, err error, want *big.Int) {
			if want.IsInt64() != (err == nil) || err == nil && int64(got) != want.Int64() {
				t.Fatalf("%d %s %d = %d, %v; want %s", a, what, b, int64(got), err, want)
			}
		}
		sum, err := domain.Fen(a).Add(domain.Fen(b))
		check("+", sum, err, new(big.Int).Add(big.NewInt(a), big.NewInt(b)))
		difference, err := domain.Fen(a).Sub(domain.Fen(b))
		check("-", difference, err, new(big.Int).Sub(big.NewInt(a), big.NewInt(b)))
	})
	if _, err := domain.SumFen(math.MaxInt64, 1); !errors.Is(err, domain.ErrMoneyOverflow) {
		t.Errorf("SumFen: %v", err)
	}
}

func TestRatiosRoundHalfUp(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ amount, numerator, denominator, want int64 }{
		{25, 1, 2, 13}, {-25, 1, 2, -13}, {1, 1, 3, 0}, {2, 1, 3, 1}, {12500, 1, 1000, 13}, {0, 5, 7, 0}, {7, 0, 7, 0},
		{math.MaxInt64, 1, 1, math.MaxInt64}, {math.MaxInt64, math.MaxInt64, math.MaxInt64, math.MaxInt64},
	} {
		if got, err := domain.Fen(c.amount).MultiplyRatio(c.numerator, c.denominator); err != nil || int64(got) != c.want {
			t.Errorf("%d × %d ÷ %d = %d, %v; want %d", c.amount, c.numerator, c.denominator, int64(got), err, c.want)
		}
	}
	for _, c := range [][2]int64{{1, 0}, {1, -1}, {-1, 1}} {
		if _, err := domain.Fen(1).MultiplyRatio(c[0], c[1]); !errors.Is(err, domain.ErrPolicyValue) {
			t.Errorf("ratio %v: %v", c, err)
		}
	}
	for _, numerator := range []int64{2, math.MaxInt64} {
		if _, err := domain.Fen(math.MaxInt64).MultiplyRatio(numerator, 1); !errors.Is(err, domain.ErrMoneyOverflow) {
			t.Errorf("× %d: %v", numerator, err)
		}
	}
}

func TestSplitsAddUpExactly(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		amount := domain.Fen(rapid.Int64().Draw(t, "fen"))
		weights := rapid.SliceOfN(rapid.Int64Range(0, 1<<40), 1, 8).Draw(t, "weights")
		weights[0]++
		parts, err := amount.Split(weights...)
		if err != nil {
			t.Fatal(err)
		}
		sum, total := new(big.Int), new(big.Int)
		for i := range parts {
			sum.Add(sum, big.NewInt(int64(parts[i])))
			total.Add(total, big.NewInt(weights[i]))
		}
		if sum.Cmp(big.NewInt(int64(amount))) != 0 {
			t.Fatalf("%v add up to %s, not %d", parts, sum, int64(amount))
		}
		for i, part := range parts {
			// No part is a whole fen away from its exact share.
			share := new(big.Int).Mul(big.NewInt(int64(amount)), big.NewInt(weights[i]))
			off := new(big.Int).Sub(new(big.Int).Mul(big.NewInt(int64(part)), total), share)
			if off.Abs(off).Cmp(total) >= 0 {
				t.Fatalf("part %d is %d for weight %d of %s of %d", i, int64(part), weights[i], total, int64(amount))
			}
		}
	})
	parts, err := domain.Fen(100).Split(1, 1, 1)
	if err != nil || parts[0] != 34 || parts[1] != 33 || parts[2] != 33 {
		t.Errorf("100 in three: %v %v", parts, err)
	}
	for _, weights := range [][]int64{{}, {0, 0}, {1, -1}, {math.MaxInt64, 1}} {
		if _, err := domain.Fen(100).Split(weights...); !errors.Is(err, domain.ErrPolicyValue) {
			t.Errorf("%v: %v", weights, err)
		}
	}
}

func FuzzFen(f *testing.F) {
	for _, seed := range []string{"1,234.56", "12.5万元", "-0.01", "\uffe5\uff11", "\xff", "9223372036854775807亿"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, typed string) {
		amount, err := domain.ParseFen(typed)
		if err != nil {
			return
		}
		if again, err := domain.ParseFen(amount.String()); err != nil || again != amount {
			t.Fatalf("%q gives %s, which gives %s, %v", typed, amount, again, err)
		}
	})
}
