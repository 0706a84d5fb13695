// Package expression matches names against the regular expressions that clients of
// EventStoreDB filter with. Those are .NET's. What RE2 understands is matched in
// time that grows with the name alone; look-ahead, back-references and the like are
// matched by trying, for a bounded time (G-23).
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
	match func(name string) bool
	tried *regexp2.Regexp // instead of match
}

// Compile readies an expression. Errors: ErrLarge, or what is wrong with it.
func Compile(text string) (*Expression, error) {
	if len(text) > MaxBytes {
		return nil, ErrLarge
	}
	match, err := linear(text)
	if err == nil || errors.Is(err, ErrLarge) {
		return &Expression{text: text, match: match}, err
	}
	if match, ok := negated(text); ok {
		return &Expression{text: text, match: match}, nil
	}
	if len(text) > maxTriedBytes {
		return nil, ErrLarge
	}
	tried, tryErr := regexp2.Compile(text, regexp2.None)
	if tryErr != nil {
		return nil, err
	}
	tried.MatchTimeout = longestTry
	return &Expression{text: text, tried: tried}, nil
}

// Match says whether the expression matches anywhere in a name. Errors: *SlowError.
func (e *Expression) Match(name string) (bool, error) {
	if e.tried == nil {
		return e.match(name), nil
	}
	matched, err := e.tried.MatchString(name)
	if err != nil {
		return false, &SlowError{Expression: e.text}
	}
	return matched, nil
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

// negated compiles what clients exclude names with: ^(?!A)B, where A and B are
// RE2's.
func negated(text string) (func(string) bool, bool) {
	inner, ok := strings.CutPrefix(text, "^(?!")
	if !ok {
		return nil, false
	}
	end := closing(inner)
	if end < 0 {
		return nil, false
	}
	without, err := linear("^(?:" + inner[:end] + ")")
	if err != nil {
		return nil, false
	}
	with, err := linear("^(?:" + inner[end+1:] + ")")
	if err != nil {
		return nil, false
	}
	return func(name string) bool { return !without(name) && with(name) }, true
}

// closing is where the bracket ends that text stands in, -1 for nowhere.
func closing(text string) int {
	depth, class := 0, false
	for i := 0; i < len(text); i++ {
		switch c := text[i]; {
		case c == '\\':
			i++
		case class:
			class = c != ']'
		case c == '[':
			class = true
		case c == '(':
			depth++
		case c == ')' && depth == 0:
			return i
		case c == ')':
			depth--
		}
	}
	return -1
}
