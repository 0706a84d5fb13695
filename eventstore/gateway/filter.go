package gateway

import (
	"errors"
	"regexp/syntax"
	"slices"
	"strings"

	"guishu/eventstore"
	"guishu/eventstore/gateway/expression"
)

// eventFilter is what a client asks to see of $all: events whose stream or type
// begins with one of some prefixes or matches an expression. It belongs to one
// request.
type eventFilter struct {
	byStream bool
	prefixes []string
	matches  *expression.Expression // nil for prefixes
	// pushed is what the Store drops already. When it says all there is to say,
	// exact is true and the names need not be looked at again.
	pushed eventstore.Filter
	exact  bool
	known  map[string]bool // what was decided of a type
}

// knownTypes bounds how many types a filter remembers its decision for.
const knownTypes = 1_000

// What a filter may ask for. Each event of a subscription is compared with all of
// it, and a subscription lasts.
const maxPrefixes = 1_000

// errLargeFilter says that a filter asks for more than that.
var errLargeFilter = errors.New("the filter is too large")

// newEventFilter makes a filter on stream names or on event types, from an
// expression or, where that is empty, from prefixes. An expression matches anywhere
// in the name unless it is anchored. Errors: errLargeFilter, or
// what is wrong with the expression.
func newEventFilter(byStream bool, text string, prefixes []string) (*eventFilter, error) {
	if len(prefixes) > maxPrefixes {
		return nil, errLargeFilter
	}
	f := &eventFilter{byStream: byStream, prefixes: prefixes}
	if text != "" {
		compiled, err := expression.Compile(text)
		if errors.Is(err, expression.ErrLarge) {
			return nil, errLargeFilter
		}
		if err != nil {
			return nil, err
		}
		f.prefixes, f.matches = nil, compiled
	}
	f.push(text)
	if !byStream && !f.exact {
		f.known = make(map[string]bool)
	}
	return f, nil
}

// push hands to the Store what it can do exactly: whole types, and prefixes of
// streams.
func (f *eventFilter) push(text string) {
	var pushed eventstore.Filter
	switch {
	case f.byStream && text == "":
		pushed.StreamPrefixes = slices.Clone(f.prefixes)
	case f.byStream:
		pushed.StreamPrefixes = anchoredPrefixes(text)
	case text != "":
		pushed.Types = anchoredNames(text)
	}
	if pushed.IsZero() || pushed.Validate() != nil {
		return
	}
	f.pushed, f.exact = pushed, true
}

// keeps says whether the client wants an event. Errors: *expression.SlowError.
func (f *eventFilter) keeps(event *eventstore.Event) (bool, error) {
	if hidden(event.Stream) {
		return false, nil
	}
	if f == nil || f.exact {
		return true, nil
	}
	if f.byStream {
		return f.wants(string(event.Stream))
	}
	kept, known := f.known[event.Type]
	if known {
		return kept, nil
	}
	if len(f.known) >= knownTypes {
		clear(f.known)
	}
	kept, err := f.wants(event.Type)
	f.known[event.Type] = kept
	return kept, err
}

func (f *eventFilter) wants(name string) (bool, error) {
	if f.matches != nil {
		return f.matches.Match(name)
	}
	for _, prefix := range f.prefixes {
		if strings.HasPrefix(name, prefix) {
			return true, nil
		}
	}
	return false, nil
}

// store is the part of the filter that the Store applies.
func (f *eventFilter) store() eventstore.Filter {
	if f == nil {
		return eventstore.Filter{}
	}
	return f.pushed
}

// hidden says whether a stream never shows in $all: it would feed the
// persistent subscriptions to $all with their own bookkeeping.
func hidden(stream eventstore.Stream) bool {
	name := string(stream)
	if name == "" || name[0] != '$' {
		return false
	}
	if name == "$epoch-information" {
		return true
	}
	group, ours := strings.CutPrefix(name, "$persistentsubscription-$all::")
	return ours && (strings.HasSuffix(group, "-checkpoint") || strings.HasSuffix(group, "-parked"))
}

// anchoredNames gives the names that an expression such as ^(?:one|two)$ stands
// for, nil if it stands for anything else.
func anchoredNames(expression string) []string {
	parts, ok := parsedParts(expression)
	if !ok || len(parts) < 3 || !endsText(parts[len(parts)-1]) {
		return nil
	}
	return spellOut(parts[1 : len(parts)-1])
}

// anchoredPrefixes gives the prefixes that an expression such as ^(?:one|two) or
// ^one.* stands for, nil if it stands for anything else.
func anchoredPrefixes(expression string) []string {
	parts, ok := parsedParts(expression)
	if !ok {
		return nil
	}
	parts = parts[1:]
	if last := len(parts) - 1; last > 0 && matchesAnything(parts[last]) {
		parts = parts[:last]
	}
	return spellOut(parts)
}

// parsedParts gives the parts that an expression anchored at the text's
// beginning is made of.
func parsedParts(expression string) ([]*syntax.Regexp, bool) {
	parsed, err := syntax.Parse(expression, syntax.Perl)
	if err != nil || parsed.Op != syntax.OpConcat || parsed.Sub[0].Op != syntax.OpBeginText {
		return nil, false
	}
	return parsed.Sub, true
}

func endsText(part *syntax.Regexp) bool { return part.Op == syntax.OpEndText }

// matchesAnything is for ".*": a name may hold a line's end, but then whatever
// stands before it has matched already.
func matchesAnything(part *syntax.Regexp) bool {
	return part.Op == syntax.OpStar && (part.Sub[0].Op == syntax.OpAnyCharNotNL || part.Sub[0].Op == syntax.OpAnyChar)
}

// spelledOut bounds how many names an expression is spelled out to.
const spelledOut = 500

// spellOut gives all texts that a sequence of parts matches, nil when they are
// too many or endless.
func spellOut(parts []*syntax.Regexp) []string {
	texts := []string{""}
	for _, part := range parts {
		var longer []string
		for _, end := range spell(part) {
			for _, text := range texts {
				longer = append(longer, text+end)
			}
		}
		if len(longer) > spelledOut {
			return nil
		}
		texts = longer
	}
	return texts
}

func spell(part *syntax.Regexp) []string {
	if part.Flags&syntax.FoldCase != 0 && (part.Op == syntax.OpLiteral || part.Op == syntax.OpCharClass) {
		return nil
	}
	switch part.Op {
	case syntax.OpEmptyMatch:
		return []string{""}
	case syntax.OpLiteral:
		return []string{string(part.Rune)}
	case syntax.OpCharClass:
		return spellClass(part.Rune)
	case syntax.OpCapture, syntax.OpConcat:
		return spellOut(part.Sub)
	case syntax.OpAlternate:
		var texts []string
		for _, choice := range part.Sub {
			spelled := spell(choice)
			if spelled == nil || len(texts)+len(spelled) > spelledOut {
				return nil
			}
			texts = append(texts, spelled...)
		}
		return texts
	case syntax.OpQuest:
		if rest := spell(part.Sub[0]); rest != nil {
			return append(rest, "")
		}
	}
	return nil
}

// spellClass spells out pairs of first and last characters.
func spellClass(ranges []rune) []string {
	var texts []string
	for i := 0; i < len(ranges); i += 2 {
		if ranges[i+1]-ranges[i] > spelledOut-rune(len(texts)) {
			return nil
		}
		for c := ranges[i]; c <= ranges[i+1]; c++ {
			texts = append(texts, string(c))
		}
	}
	return texts
}
