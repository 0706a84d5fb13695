package persistent

import (
	"strings"
	"unicode/utf8"

	"guishu/eventstore"
)

// All is the source of a subscription to every stream of the store.
const All eventstore.Stream = "$all"

// Name tells subscriptions apart: what is followed, and by which group.
type Name struct {
	Source eventstore.Stream // a stream, or All
	Group  string
}

// The streams that keep what a subscription needs after a restart.
const (
	configStream = eventstore.Stream("$persistentSubscriptionConfig")
	ownPrefix    = "$persistentsubscription-"
	metaPrefix   = "$$"
)

// id is the part of stream names that stands for the subscription.
func (n Name) id() string { return string(n.Source) + "::" + n.Group }

func (n Name) checkpointStream() eventstore.Stream {
	return eventstore.Stream(ownPrefix + n.id() + "-checkpoint")
}

func (n Name) parkedStream() eventstore.Stream {
	return eventstore.Stream(ownPrefix + n.id() + "-parked")
}

// validate gives an *InvalidError when a stream of the subscription could not
// be named.
func (n Name) validate() error {
	if n.Source == "" || n.Source == metaPrefix {
		return &InvalidError{Reason: "a persistent subscription needs a stream"}
	}
	if n.Group == "" {
		return &InvalidError{Reason: "a persistent subscription needs a group name"}
	}
	longest := metaPrefix + string(n.checkpointStream())
	if len(longest) > eventstore.MaxNameBytes {
		return &InvalidError{Reason: "the names of stream and group are too long"}
	}
	if !utf8.ValidString(longest) || strings.ContainsRune(longest, 0) {
		return &InvalidError{Reason: "the names of stream and group must be valid text"}
	}
	return nil
}

// parked says whether a stream is one of what was parked.
func parked(stream eventstore.Stream) bool {
	return strings.HasPrefix(string(stream), ownPrefix) && strings.HasSuffix(string(stream), "-parked")
}

// bookkeeping says whether a stream is written by persistent subscriptions
// themselves. Subscriptions to All never see those: following what following
// causes would never end.
func bookkeeping(stream eventstore.Stream) bool {
	return strings.HasPrefix(strings.TrimPrefix(string(stream), metaPrefix), ownPrefix)
}
