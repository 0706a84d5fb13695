package persistent

import (
	"strings"

	"guishu/eventstore"
	"guishu/eventstore/gateway/expression"
)

// Limits of a filter.
const (
	maxPrefixes   = 1_000
	maxExpression = 4 << 10 // bytes of a regular expression or prefix
)

// Filter keeps some events of All: by the stream's name or by the event's type,
// by prefix or by regular expression. The zero Filter keeps all.
type Filter struct {
	ByStream bool // else by type
	Regex    string
	Prefixes []string

	compiled *expression.Expression
}

// IsZero says whether the filter keeps everything.
func (f *Filter) IsZero() bool { return f.Regex == "" && len(f.Prefixes) == 0 }

// compile readies the filter and gives an *InvalidError when it cannot be used.
func (f *Filter) compile() error {
	if f.Regex != "" && len(f.Prefixes) > 0 {
		return invalid("a filter has a regular expression or prefixes, not both")
	}
	if len(f.Prefixes) > maxPrefixes {
		return invalid("a filter of %d prefixes is more than %d", len(f.Prefixes), maxPrefixes)
	}
	for _, expression := range append([]string{f.Regex}, f.Prefixes...) {
		if len(expression) > maxExpression {
			return invalid("an expression of a filter is longer than %d bytes", maxExpression)
		}
	}
	if f.Regex == "" {
		return nil
	}
	compiled, err := expression.Compile(f.Regex)
	if err != nil {
		return invalid("the filter's regular expression cannot be used: %v", err)
	}
	f.compiled = compiled
	return nil
}

// keeps says whether an event passes the filter. Errors: *expression.SlowError.
func (f *Filter) keeps(event *eventstore.Event) (bool, error) {
	if f.IsZero() {
		return true, nil
	}
	text := event.Type
	if f.ByStream {
		text = string(event.Stream)
	}
	if f.compiled != nil {
		return f.compiled.Match(text)
	}
	for _, prefix := range f.Prefixes {
		if strings.HasPrefix(text, prefix) {
			return true, nil
		}
	}
	return false, nil
}
