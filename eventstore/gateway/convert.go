package gateway

import (
	"encoding/binary"
	"math"
	"unicode/utf8"

	"github.com/EventStore/EventStore-Client-Go/v4/protos/shared"
	"github.com/google/uuid"

	"guishu/eventstore"
)

// structured is an id in the form of two numbers.
func structured(id uuid.UUID) *shared.UUID {
	return &shared.UUID{Value: &shared.UUID_Structured_{Structured: &shared.UUID_Structured{
		MostSignificantBits:  int64(binary.BigEndian.Uint64(id[:8])),
		LeastSignificantBits: int64(binary.BigEndian.Uint64(id[8:])),
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
		return idOfHalves(uint64(value.Structured.GetMostSignificantBits()), uint64(value.Structured.GetLeastSignificantBits())), nil
	case *shared.UUID_String_:
		return idOfText([]byte(value.String_))
	}
	return uuid.Nil, errNoID
}

func idOfHalves(most, least uint64) (id uuid.UUID) {
	binary.BigEndian.PutUint64(id[:8], most)
	binary.BigEndian.PutUint64(id[8:], least)
	return id
}

func idOfText(text []byte) (uuid.UUID, error) {
	id, err := uuid.ParseBytes(text)
	if err != nil {
		return uuid.Nil, errNotID
	}
	return id, nil
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
		return "", invalidArgument("the stream's name is longer than %d bytes", eventstore.MaxNameBytes)
	case !utf8.Valid(name):
		return "", invalidArgument("the stream's name is not valid UTF-8")
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
