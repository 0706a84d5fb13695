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

// parseID reads an id in either of its forms.
func parseID(given *shared.UUID) (uuid.UUID, error) {
	switch value := given.GetValue().(type) {
	case *shared.UUID_Structured_:
		var id uuid.UUID
		binary.BigEndian.PutUint64(id[:8], uint64(value.Structured.GetMostSignificantBits()))
		binary.BigEndian.PutUint64(id[8:], uint64(value.Structured.GetLeastSignificantBits()))
		return id, nil
	case *shared.UUID_String_:
		id, err := uuid.Parse(value.String_)
		if err != nil {
			return uuid.Nil, invalidArgument("the text of an id is not a UUID")
		}
		return id, nil
	}
	return uuid.Nil, invalidArgument("an id is missing")
}

// parseStream reads a stream's name. Errors: invalid argument when no stream
// can have it.
func parseStream(given *shared.StreamIdentifier) (eventstore.Stream, error) {
	name := given.GetStreamName()
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
