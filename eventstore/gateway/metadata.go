package gateway

import (
	"encoding/json"
	"math"
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

// metadataDocument is the JSON of a $metadata event.
type metadataDocument struct {
	MaxCount       *int64      `json:"$maxCount"`
	MaxAge         *int64      `json:"$maxAge"` // seconds
	TruncateBefore *int64      `json:"$tb"`
	ACL            *accessList `json:"$acl"`
}

// parseMetadata reads a $metadata event. As in EventStoreDB, one that makes no
// sense says nothing.
func parseMetadata(data []byte) streamMetadata {
	var document metadataDocument
	if json.Unmarshal(data, &document) != nil || !document.sensible() {
		return streamMetadata{}
	}
	metadata := streamMetadata{ACL: document.ACL}
	if document.MaxCount != nil {
		metadata.MaxCount = *document.MaxCount
	}
	if document.MaxAge != nil {
		metadata.MaxAge = time.Duration(min(*document.MaxAge, int64(math.MaxInt64/time.Second))) * time.Second
	}
	if document.TruncateBefore != nil {
		metadata.TruncateBefore = eventstore.Revision(*document.TruncateBefore)
	}
	return metadata
}

func (d metadataDocument) sensible() bool {
	return (d.MaxCount == nil || *d.MaxCount > 0) && (d.MaxAge == nil || *d.MaxAge > 0) &&
		(d.TruncateBefore == nil || *d.TruncateBefore >= 0)
}
