// Package expression matches names against the regular expressions that clients of
// EventStoreDB filter with. Those are .NET's. What RE2 understands as .NET does is
// matched in time that grows with the name alone; look-ahead, back-references and the
// like are matched by trying, for a bounded time (G-23).
package expression

import (
	"errors"
	"fmt"
	"regexp"
	"regexp/syntax"
	"strings"
	"time"

	"github.com/dlclark/regexp2"
)

// What an expression may be: one of a few bytes may stand for millions of
// instructions.
const (
	MaxBytes        = 64 << 10
	MaxInstructions = 20_000 // of the program that it becomes
	maxTriedBytes   = 4 << 10
)

// longestTry is how long one name may be tried for.
const longestTry = 5 * time.Millisecond

// ErrLarge says that an expression is larger than it may be.
var ErrLarge = errors.New("the expression is too large")

// SlowError says that a name could not be matched in time.
type SlowError struct{ Expression string }

func (e *SlowError) Error() string {
	return fmt.Sprintf("matching a name against the expression %.100q takes longer than %s", e.Expression, longestTry)
}

// Expression is a compiled expression.
type Expression struct {
	text  string
	match func(name string) bool // in linear time, nil where that cannot be
	tried *regexp2.Regexp        // nil where it is too large to be tried
	ascii bool                   // match is right for names of plain ASCII alone
}

// Compile readies an expression. Errors: ErrLarge, or what is wrong with it.
func Compile(text string) (*Expression, error) {
	if len(text) > MaxBytes {
		return nil, ErrLarge
	}
	tried, err := attempt(text)
	if err != nil {
		return nil, err
	}
	match, err := linear(text)
	if err != nil && !errors.Is(err, ErrLarge) {
		match, err = negated(text)
	}
	if errors.Is(err, ErrLarge) || err != nil && tried == nil {
		return nil, err
	}
	if tried != nil && subtracts(text) {
		match = nil
	}
	return &Expression{text: text, match: match, tried: tried, ascii: strings.Contains(text, `\`)}, nil
}

// attempt compiles an expression for trying, which decides what one is at all; a large
// one is left to RE2.
func attempt(text string) (*regexp2.Regexp, error) {
	if len(text) > maxTriedBytes {
		return nil, nil
	}
	tried, err := regexp2.Compile(text, regexp2.None)
	if err != nil {
		return nil, err
	}
	tried.MatchTimeout = longestTry
	return tried, nil
}

// Match says whether the expression matches anywhere in a name. Errors: *SlowError.
func (e *Expression) Match(name string) (bool, error) {
	if e.tried == nil || e.match != nil && (!e.ascii || plain(name)) {
		return e.match(name), nil
	}
	matched, err := e.tried.MatchString(name)
	if err != nil {
		return false, &SlowError{Expression: e.text}
	}
	return matched, nil
}

// plain says that a name is of ASCII's printable characters: what \w, \d and \s stand
// for is the same there, and more in .NET elsewhere.
func plain(name string) bool {
	return strings.IndexFunc(name, func(r rune) bool { return r < ' ' || r > '~' }) < 0
}

// linear compiles an expression of RE2's. The clients' own "no system events" is
// worth a short way.
func linear(text string) (func(string) bool, error) {
	switch text {
	case `^[^\$].*`, `^[^$].*`:
		return func(name string) bool { return name != "" && name[0] != '$' }, nil
	}
	parsed, err := syntax.Parse(text, syntax.Perl)
	if err != nil {
		return nil, err
	}
	program, err := syntax.Compile(parsed.Simplify())
	if err != nil {
		return nil, err
	}
	if len(program.Inst) > MaxInstructions {
		return nil, ErrLarge
	}
	compiled, err := regexp.Compile(text)
	if err != nil {
		return nil, err
	}
	return compiled.MatchString, nil
}

// errNotNegated says that an expression is not of the form that negated compiles.
var errNotNegated = errors.New("the expression is too large to be tried")

// negated compiles what clients exclude names with: ^(?!A)B, where A and B are RE2's
// and B is no choice, of which ^(?!A) would belong to the first alone.
func negated(text string) (func(string) bool, error) {
	inner, ok := strings.CutPrefix(text, "^(?!")
	end := standing(inner, ')')
	if !ok || end < 0 || standing(inner[end+1:], '|') >= 0 {
		return nil, errNotNegated
	}
	without, err := linear("^(?:" + inner[:end] + ")")
	if err != nil {
		return nil, err
	}
	with, err := linear("^(?:" + inner[end+1:] + ")")
	if err != nil {
		return nil, err
	}
	return func(name string) bool { return !without(name) && with(name) }, nil
}

// standing is where a sign stands in no brackets that text opens, -1 for nowhere.
func standing(text string, sign byte) int {
	depth := 0
	for i := 0; i < len(text); i++ {
		switch c := text[i]; {
		case c == sign && depth == 0:
			return i
		case c == '\\':
			i++
		case c == '[':
			i += class(text[i:])
		case c == '(':
			depth++
		case c == ')':
			depth--
		}
	}
	return -1
}

// subtracts says that a class lacks another, as in [a-z-[aeiou]]: RE2 reads that as
// something else.
func subtracts(text string) bool {
	for i := 0; i < len(text); i++ {
		switch text[i] {
		case '\\':
			i++
		case '[':
			end := i + class(text[i:])
			if strings.Contains(text[i+1:end], "-[") {
				return true
			}
			i = end
		}
	}
	return false
}

// class is where the class ends that text begins with. A bracket that closes is one of
// its characters when it comes first.
func class(text string) int {
	first := 1
	if strings.HasPrefix(text, "[^") {
		first = 2
	}
	for i := first; i < len(text); i++ {
		switch {
		case text[i] == '\\':
			i++
		case text[i] == ']' && i > first:
			return i
		}
	}
	return len(text)
}
