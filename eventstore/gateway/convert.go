package gateway

import (
	"bytes"
	"math"
	"unicode/utf8"

	"github.com/EventStore/EventStore-Client-Go/v4/protos/shared"
	"github.com/google/uuid"

	"guishu/eventstore"
	"guishu/eventstore/wire"
)

// structured is an id in the form of two numbers.
func structured(id uuid.UUID) *shared.UUID {
	most, least := wire.Halves(id)
	return &shared.UUID{Value: &shared.UUID_Structured_{Structured: &shared.UUID_Structured{
		MostSignificantBits: int64(most), LeastSignificantBits: int64(least),
	}}}
}

// What is wrong with an id, or with an expectation that is not there.
var (
	errNoID          = invalidArgument("an id is missing")
	errNotID         = invalidArgument("the text of an id is not a UUID")
	errNoExpectation = invalidArgument("the expected revision is missing")
)

// parseID reads an id in either of its forms.
func parseID(given *shared.UUID) (uuid.UUID, error) {
	switch value := given.GetValue().(type) {
	case *shared.UUID_Structured_:
		return wire.OfHalves(uint64(value.Structured.GetMostSignificantBits()), uint64(value.Structured.GetLeastSignificantBits())), nil
	case *shared.UUID_String_:
		id, err := wire.OfText([]byte(value.String_))
		return id, asRefusal(err)
	}
	return uuid.Nil, errNoID
}

// asRefusal is what is wrong with an id, as a client hears it.
func asRefusal(wrong error) error {
	switch wrong {
	case wire.ErrNoID:
		return errNoID
	case wire.ErrNotID:
		return errNotID
	}
	return wrong
}

// parseStream reads a stream's name. Errors: invalid argument when no stream
// can have it.
func parseStream(given *shared.StreamIdentifier) (eventstore.Stream, error) {
	return parseStreamName(given.GetStreamName())
}

func parseStreamName(name []byte) (eventstore.Stream, error) {
	switch {
	case len(name) == 0:
		return "", invalidArgument("the stream's name is missing")
	case string(name) == metastreamPrefix:
		return "", invalidArgument("the stream's name '%s' is invalid", metastreamPrefix)
	case len(name) > eventstore.MaxNameBytes:
		return "", invalidName("the stream's name is longer than %d bytes", eventstore.MaxNameBytes)
	case !utf8.Valid(name):
		return "", invalidName("the stream's name is not valid UTF-8")
	case bytes.IndexByte(name, 0) >= 0:
		return "", invalidName("the stream's name holds a NUL")
	}
	return eventstore.Stream(name), nil
}

func streamIdentifier(stream eventstore.Stream) *shared.StreamIdentifier {
	return &shared.StreamIdentifier{StreamName: []byte(stream)}
}

// parseRevision reads a revision that a client expects a stream at.
func parseRevision(given uint64) (eventstore.Expectation, error) {
	if given > math.MaxInt64 {
		return 0, invalidArgument("the revision %d is out of range", given)
	}
	return eventstore.Expectation(given), nil
}
