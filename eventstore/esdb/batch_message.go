package esdb

import (
	"encoding/binary"
	"slices"

	"github.com/google/uuid"
	"google.golang.org/protobuf/encoding/protowire"

	"guishu/eventstore"
)

// The field numbers of BatchAppendReq and of what is in it.
const (
	fieldCorrelation = 1 // BatchAppendReq
	fieldOptions     = 2
	fieldProposed    = 3
	fieldFinal       = 4

	fieldStream       = 1 // BatchAppendReq.Options
	fieldAtRevision   = 2
	fieldNoStream     = 3
	fieldAny          = 4
	fieldStreamExists = 5

	fieldStreamName = 3 // StreamIdentifier

	fieldEventID       = 1 // BatchAppendReq.ProposedMessage
	fieldProperty      = 2
	fieldEventMetadata = 3
	fieldEventData     = 4

	fieldStructured = 1 // UUID
	fieldText       = 2
	fieldFirst      = 1 // the halves of a structured UUID, and of an entry of a map
	fieldSecond     = 2
)

// message is the append as BatchAppend takes it, without its correlation id,
// which comes last. It is written by hand: making and marshalling generated
// messages, with a map for each event, is a third of the price of an append.
func (w *writing) message() []byte {
	b := make([]byte, 0, w.bytes()+len(w.Stream)+100)
	b, options := open(b, fieldOptions)
	b, identifier := open(b, fieldStream)
	b = appendText(b, fieldStreamName, string(w.Stream))
	b = enclose(b, identifier)
	switch w.expected {
	case eventstore.NoStream:
		b = appendText(b, fieldNoStream, "")
	case eventstore.AnyRevision:
		b = appendText(b, fieldAny, "")
	case eventstore.StreamExists:
		b = appendText(b, fieldStreamExists, "")
	default:
		b = appendNumber(b, fieldAtRevision, uint64(w.expected))
	}
	b = enclose(b, options)
	for _, event := range w.Events {
		b = w.appendEvent(b, event)
	}
	return appendNumber(b, fieldFinal, 1)
}

func (w *writing) appendEvent(b []byte, event eventstore.NewEvent) []byte {
	contentType := jsonContent
	if event.Binary {
		contentType = binaryContent
	}
	b, proposed := open(b, fieldProposed)
	most, least := halves(event.ID)
	b = appendID(b, fieldEventID, most, least)
	b = appendProperty(b, "type", event.Type)
	b = appendProperty(b, "content-type", contentType)
	b = appendBytes(b, fieldEventMetadata, w.metadata(event))
	b = appendBytes(b, fieldEventData, event.Data)
	return enclose(b, proposed)
}

func appendID(b []byte, number protowire.Number, most, least uint64) []byte {
	b, id := open(b, number)
	b, structured := open(b, fieldStructured)
	b = appendNumber(b, fieldFirst, most)
	b = appendNumber(b, fieldSecond, least)
	return enclose(enclose(b, structured), id)
}

func halves(id uuid.UUID) (most, least uint64) {
	return binary.BigEndian.Uint64(id[:8]), binary.BigEndian.Uint64(id[8:])
}

func appendProperty(b []byte, key, value string) []byte {
	b, entry := open(b, fieldProperty)
	b = appendText(b, fieldFirst, key)
	b = appendText(b, fieldSecond, value)
	return enclose(b, entry)
}

func appendText(b []byte, number protowire.Number, text string) []byte {
	return protowire.AppendString(protowire.AppendTag(b, number, protowire.BytesType), text)
}

func appendBytes(b []byte, number protowire.Number, data []byte) []byte {
	return protowire.AppendBytes(protowire.AppendTag(b, number, protowire.BytesType), data)
}

func appendNumber(b []byte, number protowire.Number, value uint64) []byte {
	return protowire.AppendVarint(protowire.AppendTag(b, number, protowire.VarintType), value)
}

// open begins a message within another one; enclose, given where it began, puts
// its length in front.
func open(b []byte, number protowire.Number) ([]byte, int) {
	b = protowire.AppendTag(b, number, protowire.BytesType)
	return b, len(b)
}

func enclose(b []byte, began int) []byte {
	var length [10]byte
	return slices.Insert(b, began, protowire.AppendVarint(length[:0], uint64(len(b)-began))...)
}
