package gateway

import (
	"bytes"
	"encoding/json"
	"math"
	"strconv"
	"time"

	"guishu/eventstore"
)

// streamMetadata is what a stream's metadata says about it. The zero value
// hides nothing and restricts nobody.
type streamMetadata struct {
	MaxCount       int64               // the newest events that are shown, 0: all
	MaxAge         time.Duration       // how old an event may be to be shown, 0: any age
	TruncateBefore eventstore.Revision // the first event that is shown
	ACL            *accessList         // nil: the defaults apply
}

// everything, as TruncateBefore, hides a whole stream: a soft deletion.
const everything = eventstore.Revision(math.MaxInt64)

func (m streamMetadata) hidesAll() bool { return m.TruncateBefore == everything }

// hides says whether m could ever keep an event from being read.
func (m streamMetadata) hides() bool {
	return m.MaxCount != 0 || m.MaxAge != 0 || m.TruncateBefore != 0
}

// metadataOf reads the last event of a metastream, of whatever type. As in
// EventStoreDB (G-09), names count as they are spelled, one that makes no sense
// says nothing, one that is not JSON neither, and what stands after the object does
// not matter.
func metadataOf(event *eventstore.Event) streamMetadata {
	if event.Binary {
		return streamMetadata{}
	}
	return parseMetadata(event.Data)
}

func parseMetadata(data []byte) streamMetadata {
	document, ok := metadataFields(data)
	if !ok {
		return streamMetadata{}
	}
	numbers := map[string]int64{"$maxCount": math.MaxInt64, "$tb": math.MaxInt64, "$maxAge": maxSeconds, "$cacheControl": maxSeconds}
	for name, most := range numbers {
		given, ok := document[name]
		number, err := strconv.ParseInt(string(given), 10, 64)
		if ok && (err != nil || number > most) {
			return streamMetadata{}
		}
		numbers[name] = max(number, 0)
	}
	metadata := streamMetadata{
		MaxCount: numbers["$maxCount"], TruncateBefore: eventstore.Revision(numbers["$tb"]),
		MaxAge: time.Duration(min(numbers["$maxAge"], int64(math.MaxInt64/time.Second))) * time.Second,
	}
	if temporary, ok := document["$tmp"]; ok && string(temporary) != "true" && string(temporary) != "false" {
		return streamMetadata{}
	}
	if list, ok := document["$acl"]; ok {
		metadata.ACL = new(accessList)
		if json.Unmarshal(list, metadata.ACL) != nil {
			return streamMetadata{}
		}
	}
	return metadata
}

// maxSeconds is the longest time that EventStoreDB can hold, in seconds.
const maxSeconds = math.MaxInt64 / 10_000_000

// metadataFields gives the fields of a JSON object, as they are spelled.
func metadataFields(data []byte) (map[string]json.RawMessage, bool) {
	var document map[string]json.RawMessage
	data = bytes.TrimPrefix(data, []byte("\xef\xbb\xbf"))
	err := json.NewDecoder(bytes.NewReader(data)).Decode(&document)
	return document, err == nil && document != nil
}
