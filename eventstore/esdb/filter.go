package esdb

import (
	"regexp"
	"strings"

	"github.com/EventStore/EventStore-Client-Go/v4/esdb"

	"guishu/eventstore"
)

// serverFilter is the filter a server applies for a subscription. Its regular
// expressions keep exactly the types named; where nothing is asked for, what is
// not a system event.
func serverFilter(filter eventstore.Filter) *esdb.SubscriptionFilter {
	switch {
	case len(filter.StreamPrefixes) > 0:
		return &esdb.SubscriptionFilter{Type: esdb.StreamFilterType, Prefixes: filter.StreamPrefixes}
	case len(filter.Types) > 0:
		return &esdb.SubscriptionFilter{Type: esdb.EventFilterType, Regex: exactTypes(filter.Types)}
	}
	return &esdb.SubscriptionFilter{Type: esdb.EventFilterType, Regex: `^[^\$].*`}
}

func exactTypes(types []string) string {
	quoted := make([]string, len(types))
	for i, name := range types {
		quoted[i] = regexp.QuoteMeta(name)
	}
	return `^(?:` + strings.Join(quoted, "|") + `)$`
}
