package esdb

import (
	"github.com/google/uuid"
	"google.golang.org/genproto/googleapis/rpc/status"
	"google.golang.org/protobuf/encoding/protowire"
	"google.golang.org/protobuf/proto"

	"guishu/eventstore"
	"guishu/eventstore/wire"
)

// The numbers of BatchAppendReq's fields.
const (
	fieldCorrelation = 1
	fieldOptions     = 2
	fieldProposed    = 3
	fieldFinal       = 4
)

// message is the append as BatchAppend takes it, without its correlation id,
// which comes last.
func (w *writing) message() []byte {
	b := make([]byte, 0, w.bytes()+len(w.Stream)+100)
	b, options := wire.Open(b, fieldOptions)
	b = wire.AppendLength(b, wire.FieldStream, wire.SizeOf(wire.FieldStreamName, len(w.Stream)))
	b = wire.AppendText(b, wire.FieldStreamName, string(w.Stream))
	switch w.expected {
	case eventstore.NoStream:
		b = wire.AppendText(b, wire.FieldNoStream, "")
	case eventstore.AnyRevision:
		b = wire.AppendText(b, wire.FieldAny, "")
	case eventstore.StreamExists:
		b = wire.AppendText(b, wire.FieldStreamExists, "")
	default:
		b = wire.AppendNumber(b, wire.FieldAtRevision, uint64(w.expected))
	}
	b = wire.Close(b, options)
	for _, event := range w.Events {
		b = w.appendEvent(b, event)
	}
	return wire.AppendNumber(b, fieldFinal, 1)
}

func (w *writing) appendEvent(b []byte, event eventstore.NewEvent) []byte {
	b, proposed := wire.Open(b, fieldProposed)
	b = wire.AppendID(b, wire.FieldEventID, event.ID, false)
	b = appendProperty(b, wire.PropertyType, event.Type)
	b = appendProperty(b, wire.PropertyContentType, wire.ContentType(event.Binary))
	b = wire.AppendBytes(b, wire.FieldEventMetadata, w.metadata(event))
	b = wire.AppendBytes(b, wire.FieldEventData, event.Data)
	return wire.Close(b, proposed)
}

func appendProperty(b []byte, key, value string) []byte {
	b = wire.AppendLength(b, wire.FieldEventProperty, wire.SizeOf(wire.FieldFirst, len(key))+wire.SizeOf(wire.FieldSecond, len(value)))
	b = wire.AppendText(b, wire.FieldFirst, key)
	return wire.AppendText(b, wire.FieldSecond, value)
}

// The numbers of BatchAppendResp's fields, beside the correlation id's, and of those
// of its result.
const (
	fieldAnswerError   = 2
	fieldAnswerSuccess = 3

	fieldRevision = 1 // BatchAppendResp.Success
	fieldPosition = 3
)

// batchAnswer is what a BatchAppendResp says.
type batchAnswer struct {
	correlation uuid.UUID // the nil id where there is none
	refusal     *status.Status
	hasRevision bool
	revision    uint64
	position    uint64
}

// Decode implements wire.Decoder.
func (a *batchAnswer) Decode(message []byte) error {
	*a = batchAnswer{}
	return wire.Each(message, func(number protowire.Number, value wire.Field) (err error) {
		switch number {
		case fieldCorrelation:
			a.correlation, _, err = value.ID()
			return err
		case fieldAnswerError:
			var refusal []byte
			if err := value.Bytes(&refusal); err != nil {
				return err
			}
			a.refusal = new(status.Status)
			return proto.Unmarshal(refusal, a.refusal)
		case fieldAnswerSuccess:
			return value.Message(a.setSuccess)
		}
		return nil
	})
}

func (a *batchAnswer) setSuccess(number protowire.Number, value wire.Field) error {
	switch number {
	case fieldRevision:
		a.hasRevision = true
		return value.Number(&a.revision)
	case fieldPosition:
		var prepare uint64
		return value.Numbers(&a.position, &prepare)
	}
	return nil
}
