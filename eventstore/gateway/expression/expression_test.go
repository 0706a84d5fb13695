package expression

import (
	"errors"
	"strings"
	"testing"
)

// G-23: the expressions that clients filter with, by default or of their own.
func TestWhatClientsFilterWith(t *testing.T) {
	t.Parallel()
	for text, names := range map[string]map[string]bool{
		`^(?!(\$.+$|PersistentConfig\d+$|Result$)).*$`: {"opened": true, "$metadata": false, "PersistentConfig1": false, "PersistentConfigs": true, "Result": false, "Results": true},
		`^(?!\$).*`:      {"account-1": true, "$all": false},
		`^(?!a|b)c`:      {"c": true, "a": false, "xc": false},
		`^(?![)(]x)\(`:   {"(y": true, "(x": false},
		`^[^\$].*`:       {"account-1": true, "$all": false, "": false},
		`(.)\1`:          {"account": true, "acount": false},
		`(?<=account-)7`: {"account-7": true, "other-7": false},
		`foo(?=bar)`:     {"foobar": true, "foobaz": false},
		`^(?!a(?=b)).*`:  {"ab": false, "ac": true},
		`^account-\d+$`:  {"account-1": true, "account-": false, "account-١": true},
		`^(?!a)b|c`:      {"b": true, "xc": true, "xb": false, "ac": true},
		`^(?!a)(b|c)`:    {"b": true, "c": true, "xc": false},
		`^(?!a)b\|c`:     {"b|c": true, "xb|c": false},
		`^(?!a)[b|c]`:    {"|": true, "x|": false},
		`^(?![])]x).`:    {")x": false, "]x": false, "x": true},
		`^(?![^])]x).`:   {")x": true, "ax": false},
		`^\w+-`:          {"客户-1": true, "-1": false},
		`^(?!\w+-).*`:    {"客户-1": false, "客户": true},
		`^客户-`:           {"客户-1": true, "-1": false},
		`^[a-z-[aeiou]]`: {"b": true, "e": false, "a]": false},
	} {
		compiled, err := Compile(text)
		if err != nil {
			t.Errorf("%s: %v", text, err)
			continue
		}
		for name, want := range names {
			if got, err := compiled.Match(name); got != want || err != nil {
				t.Errorf("%s on %q: %v, %v", text, name, got, err)
			}
		}
	}
}

// What RE2 can match is not tried, which takes longer and may take for ever.
func TestWhatIsMatchedInLinearTime(t *testing.T) {
	t.Parallel()
	for text, linear := range map[string]bool{
		`^account-[0-9]+$`: true, `^(?!\$).*`: true, `^\w+-\[x`: true, `^(?!a)b|c`: false, `[a-z-[aeiou]]`: false, `(.)\1`: false,
	} {
		if compiled, err := Compile(text); err != nil || (compiled.match != nil) != linear {
			t.Errorf("%s in linear time: %v, %v", text, !linear, err)
		}
	}
}

func TestWhatIsNoExpression(t *testing.T) {
	t.Parallel()
	for _, text := range []string{"([", "(?!", "^(?!a", `(?<n`, `(?P<n>a)`, `\Qa\E`} {
		if _, err := Compile(text); err == nil {
			t.Errorf("%s is taken", text)
		}
	}
	for _, text := range []string{strings.Repeat("a", MaxBytes+1), `\pL{1000}{1000}`, "(a)\\1" + strings.Repeat("b", maxTriedBytes)} {
		if _, err := Compile(text); err == nil {
			t.Errorf("%.20s is taken", text)
		}
	}
}

// An expression that would take for ever is given up.
func TestAnEndlessExpressionIsGivenUp(t *testing.T) {
	t.Parallel()
	compiled, err := Compile(`^(\w+\w+)+(?!x)\1$`)
	if err != nil {
		t.Fatal(err)
	}
	var slow *SlowError
	if _, err := compiled.Match(strings.Repeat("a", 200) + "!"); !errors.As(err, &slow) {
		t.Errorf("it gives %v", err)
	}
}
