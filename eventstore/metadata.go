package eventstore

import (
	"fmt"
	"strings"
	"time"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
	"github.com/google/uuid"
)

// Metadata is what is recorded with every event beside what happened: who did
// it, on whose behalf, when by the business's account, and because of what. It
// is stored as one compact JSON object, zero fields left out. The event's id,
// type and recorded time are the store's own.
type Metadata struct {
	SchemaVersion  int       // of the event's shape; set by the codec
	EffectiveAt    time.Time // when it happened by the business's account, UTC
	Asserted       bool      // EffectiveAt was typed in or imported (B-31)
	MigrationBatch uuid.UUID // the approved batch it was imported with (B-31)
	Actor          uuid.UUID // the member of staff
	Unit           uuid.UUID // the unit the actor acted for
	Role           string    // the role the actor acted in
	Command        string    // the verb, such as "claim-customer"
	CommandID      uuid.UUID // one request, whatever number of events
	RequestHash    string    // keyed hash of the request, to tell a reused idempotency key
	CorrelationID  uuid.UUID // of everything that one request set in motion
	CausationID    uuid.UUID // the event or command that brought it about
	PolicyVersion  int       // of the policy that was applied
}

// storedMetadata is Metadata with its stored names. The two that begin with $
// are those that EventStoreDB's own tools look for.
type storedMetadata struct {
	SchemaVersion  int
	EffectiveAt    time.Time
	Asserted       bool
	MigrationBatch uuid.UUID
	Actor          uuid.UUID
	Unit           uuid.UUID
	Role           string
	Command        string
	CommandID      uuid.UUID
	RequestHash    string
	CorrelationID  uuid.UUID `json:"$correlationId"`
	CausationID    uuid.UUID `json:"$causationId"`
	PolicyVersion  int
}

// foreignMetadata also takes what other programs add.
type foreignMetadata struct {
	storedMetadata
	Others map[string]jsontext.Value `json:",embed"`
}

// EncodeMetadata writes metadata down; an *UnstorableError when a text in it is
// not UTF-8 or a time has no four-digit year.
func EncodeMetadata(m Metadata) ([]byte, error) {
	m.EffectiveAt = m.EffectiveAt.UTC()
	data, err := json.Marshal(storedMetadata(m), plainWriting)
	if err != nil {
		return nil, &UnstorableError{Type: "metadata", Err: err}
	}
	return data, nil
}

// DecodeMetadata reads what EncodeMetadata wrote. No metadata at all, as events
// written by other programs may have, is the zero Metadata. Names that begin
// with $ belong to other programs too and are passed over; any other unknown
// name is an error.
func DecodeMetadata(data []byte) (Metadata, error) {
	if len(data) == 0 {
		return Metadata{}, nil
	}
	m, ok := scanMetadata(data)
	if !ok {
		var err error
		if m, err = parseMetadata(data); err != nil {
			return Metadata{}, err
		}
	}
	m.EffectiveAt = m.EffectiveAt.UTC()
	return m, nil
}

// parseMetadata reads metadata in any form of JSON.
func parseMetadata(data []byte) (Metadata, error) {
	var m foreignMetadata
	if err := json.Unmarshal(data, &m); err != nil {
		return Metadata{}, err
	}
	for name := range m.Others {
		if !strings.HasPrefix(name, "$") {
			return Metadata{}, fmt.Errorf("metadata have the unknown name %q", name)
		}
	}
	return Metadata(m.storedMetadata), nil
}
