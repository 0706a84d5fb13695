package esdb

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"time"
)

// A server stamps the time an event is recorded at itself. Where a ledger is
// loaded from elsewhere, the time it was recorded at is the last member of the
// metadata; reading takes it off again, so that the metadata is byte for byte
// what it was:
//
//	{"actor":"…"}  becomes  {"actor":"…","$recordedAt":"2026-03-01T01:30:00.123456Z"}
//
// Metadata that is not a JSON object is wrapped in one:
//
//	{"$metadata":"aGVsbG8=","$recordedAt":"2026-03-01T01:30:00.123456Z"}
//
// Metadata that happens to look like this when it is appended gets such a member
// too, with an empty text, so that reading takes off what was added and nothing
// else.
const (
	wrappedKey    = `{"$metadata":"`
	recordedAtKey = `"$recordedAt":"`
	recordedAtEnd = `"}`
	blanks        = " \t\r\n" // between the tokens of JSON
	longestTime   = len("2006-01-02T15:04:05.999999999Z")
)

// addRecordedAt gives metadata that carries a time. It is false for a time that
// has no text.
func addRecordedAt(metadata []byte, at time.Time) ([]byte, bool) {
	text := at.UTC().Format(time.RFC3339Nano)
	if read, readable := readRecordedAt(text); !readable || read.IsZero() {
		return nil, false
	}
	return addMember(metadata, text), true
}

func addMember(metadata []byte, text string) []byte {
	member := recordedAtKey + text + recordedAtEnd
	if len(metadata) == 0 {
		return []byte("{" + member)
	}
	if _, looksWrapped := unwrap(metadata); looksWrapped || !isObject(metadata) {
		metadata = wrap(metadata)
	}
	body := bytes.TrimRight(metadata, blanks)
	added := make([]byte, 0, len(metadata)+len(member)+1)
	added = append(added, body[:len(body)-1]...)
	added = append(added, separator(added))
	added = append(added, member...)
	return append(added, metadata[len(body):]...)
}

func wrap(metadata []byte) []byte {
	wrapped := base64.StdEncoding.AppendEncode([]byte(wrappedKey), metadata)
	return append(wrapped, recordedAtEnd...)
}

// unwrap is false for anything but what wrap gives.
func unwrap(wrapped []byte) ([]byte, bool) {
	text, found := bytes.CutPrefix(wrapped, []byte(wrappedKey))
	text, ended := bytes.CutSuffix(text, []byte(recordedAtEnd))
	if !found || !ended || bytes.ContainsAny(text, "\r\n") {
		return nil, false
	}
	metadata, err := base64.StdEncoding.Strict().AppendDecode(nil, text)
	return metadata, err == nil
}

// separator is what stands between the members there are and one more: where
// there are none a blank, which tells an empty object from no metadata.
func separator(members []byte) byte {
	inside := bytes.TrimRight(members, blanks)
	if inside[len(inside)-1] == '{' && len(bytes.TrimLeft(inside, blanks)) == 1 {
		return ' '
	}
	return ','
}

func isObject(text []byte) bool {
	start := bytes.TrimLeft(text, blanks)
	return len(start) > 0 && start[0] == '{' && json.Valid(text)
}

// stripRecordedAt takes off what addRecordedAt added and gives the time, zero
// for an empty text. It is false, and the metadata untouched, where nothing was
// added.
func stripRecordedAt(metadata []byte) ([]byte, time.Time, bool) {
	body := bytes.TrimRight(metadata, blanks)
	if !bytes.HasSuffix(body, []byte(recordedAtEnd)) {
		return metadata, time.Time{}, false
	}
	inside := body[:len(body)-len(recordedAtEnd)]
	tail := inside[max(0, len(inside)-longestTime-len(recordedAtKey)):]
	at := bytes.LastIndex(tail, []byte(recordedAtKey))
	if at < 0 {
		return metadata, time.Time{}, false
	}
	recordedAt, ok := readRecordedAt(string(tail[at+len(recordedAtKey):]))
	before := inside[:len(inside)-len(tail)+at]
	if !ok || len(before) == 0 {
		return metadata, time.Time{}, false
	}
	if len(before) == 1 && before[0] == '{' && len(body) == len(metadata) {
		return nil, recordedAt, true
	}
	last := len(before) - 1
	stripped := make([]byte, 0, len(metadata))
	stripped = append(stripped, before[:last]...)
	stripped = append(stripped, '}')
	if !isObject(stripped) || before[last] != separator(before[:last]) {
		return metadata, time.Time{}, false
	}
	stripped = append(stripped, metadata[len(body):]...)
	if inner, wrapped := unwrap(stripped); wrapped {
		stripped = inner
	}
	return stripped, recordedAt, true
}

// readRecordedAt reads a time in the one form it is written in.
func readRecordedAt(text string) (time.Time, bool) {
	if text == "" {
		return time.Time{}, true
	}
	at, err := time.Parse(time.RFC3339Nano, text)
	if err != nil || at.IsZero() || at.UTC().Format(time.RFC3339Nano) != text {
		return time.Time{}, false
	}
	return at.UTC(), true
}

// escapeRecordedAt protects metadata that is appended and ends as if it had
// been loaded.
func escapeRecordedAt(metadata []byte) []byte {
	if _, _, looksLoaded := stripRecordedAt(metadata); !looksLoaded {
		return metadata
	}
	return addMember(metadata, "")
}
