package eventstore

import (
	"bytes"
	"strconv"

	"github.com/google/uuid"
)

// scanMetadata reads metadata in exactly the form that EncodeMetadata gives:
// compact, each name at most once, plain ASCII texts without escapes. It is
// several times as fast as a JSON library, and every event that is read goes
// through it. Anything else is not ok, which says nothing about whether it is
// right: DecodeMetadata then asks the library.
func scanMetadata(data []byte) (m Metadata, ok bool) {
	if len(data) < 2 || data[0] != '{' || data[len(data)-1] != '}' {
		return Metadata{}, false
	}
	rest := data[1 : len(data)-1]
	var seen nameSet
	for len(rest) > 0 {
		name, after, ok := scanText(rest)
		if !ok || len(after) < 2 || after[0] != ':' {
			return Metadata{}, false
		}
		value, after, ok := scanValue(after[1:])
		if !ok || !m.take(name, value, &seen) {
			return Metadata{}, false
		}
		rest = after
		if len(rest) == 0 {
			break
		}
		if rest = rest[1:]; after[0] != ',' || len(rest) == 0 {
			return Metadata{}, false
		}
	}
	return m, true
}

// nameSet remembers which names have been seen, one bit each.
type nameSet uint16

// first says whether name number n is seen for the first time.
func (s *nameSet) first(n int) bool {
	bit := nameSet(1) << n
	was := *s
	*s |= bit
	return was&bit == 0
}

// take puts a value, still with its quotes, into the field of that name.
func (m *Metadata) take(name, value []byte, seen *nameSet) bool {
	switch string(name) {
	case "SchemaVersion":
		return seen.first(0) && takeNumber(&m.SchemaVersion, value)
	case "EffectiveAt":
		text, ok := unquote(value)
		return seen.first(1) && ok && m.EffectiveAt.UnmarshalText(text) == nil
	case "Asserted":
		m.Asserted = string(value) == "true"
		return seen.first(2) && m.Asserted
	case "MigrationBatch":
		return seen.first(3) && takeUUID(&m.MigrationBatch, value)
	case "Actor":
		return seen.first(4) && takeUUID(&m.Actor, value)
	case "Unit":
		return seen.first(5) && takeUUID(&m.Unit, value)
	case "Role":
		return seen.first(6) && takeText(&m.Role, value)
	case "Command":
		return seen.first(7) && takeText(&m.Command, value)
	case "CommandID":
		return seen.first(8) && takeUUID(&m.CommandID, value)
	case "RequestHash":
		return seen.first(9) && takeText(&m.RequestHash, value)
	case "$correlationId":
		return seen.first(10) && takeUUID(&m.CorrelationID, value)
	case "$causationId":
		return seen.first(11) && takeUUID(&m.CausationID, value)
	case "PolicyVersion":
		return seen.first(12) && takeNumber(&m.PolicyVersion, value)
	}
	return false
}

// scanText reads a quoted text without escapes and gives what is between the
// quotes.
func scanText(data []byte) (text, rest []byte, ok bool) {
	if len(data) == 0 || data[0] != '"' {
		return nil, nil, false
	}
	end := bytes.IndexByte(data[1:], '"')
	if end < 0 {
		return nil, nil, false
	}
	text = data[1 : 1+end]
	for _, c := range text {
		if c < ' ' || c > '~' || c == '\\' {
			return nil, nil, false
		}
	}
	return text, data[end+2:], true
}

// scanValue reads a quoted text, quotes included, or whatever reaches up to the
// next comma.
func scanValue(data []byte) (value, rest []byte, ok bool) {
	if data[0] == '"' {
		text, rest, ok := scanText(data)
		return data[:len(text)+2], rest, ok
	}
	end := bytes.IndexByte(data, ',')
	if end < 0 {
		end = len(data)
	}
	return data[:end], data[end:], end > 0
}

func unquote(value []byte) (text []byte, ok bool) {
	if len(value) < 2 || value[0] != '"' {
		return nil, false
	}
	return value[1 : len(value)-1], true
}

func takeText(to *string, value []byte) bool {
	text, ok := unquote(value)
	*to = string(text)
	return ok
}

// takeNumber takes a whole number as JSON writes it; longer ones than any
// version has are left to the library.
func takeNumber(to *int, value []byte) bool {
	if len(value) > 9 || value[0] < '1' || value[0] > '9' {
		return false
	}
	n, err := strconv.Atoi(string(value))
	*to = n
	return err == nil
}

func takeUUID(to *uuid.UUID, value []byte) bool {
	text, ok := unquote(value)
	if !ok || len(text) != 36 {
		return false
	}
	id, err := uuid.ParseBytes(text)
	*to = id
	return err == nil
}
