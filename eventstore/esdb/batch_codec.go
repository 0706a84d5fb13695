package esdb

import (
	"errors"

	"github.com/google/uuid"
	"google.golang.org/genproto/googleapis/rpc/status"
	"google.golang.org/grpc"
	"google.golang.org/grpc/encoding"
	protocodec "google.golang.org/grpc/encoding/proto"
	"google.golang.org/grpc/mem"
	"google.golang.org/protobuf/encoding/protowire"
	"google.golang.org/protobuf/proto"
)

// encodedMessage is a message that is on the wire as it is.
type encodedMessage []byte

// batchCodec puts encoded messages on the wire as they are, and reads answers by
// hand.
type batchCodec struct{ encoding.CodecV2 }

// byHand is the option of a call without which encoded messages cannot be sent
// over it.
func byHand() grpc.CallOption {
	return grpc.ForceCodecV2(batchCodec{encoding.GetCodecV2(protocodec.Name)})
}

// Marshal implements encoding.CodecV2.
func (c batchCodec) Marshal(message any) (mem.BufferSlice, error) {
	if ready, ok := message.(encodedMessage); ok {
		return mem.BufferSlice{mem.SliceBuffer(ready)}, nil
	}
	return c.CodecV2.Marshal(message)
}

// Unmarshal implements encoding.CodecV2.
func (c batchCodec) Unmarshal(data mem.BufferSlice, message any) error {
	if answer, ok := message.(*batchAnswer); ok {
		return answer.decode(data.Materialize())
	}
	return c.CodecV2.Unmarshal(data, message)
}

// The field numbers of BatchAppendResp and of what is in it.
const (
	fieldAnswerError   = 2 // BatchAppendResp
	fieldAnswerSuccess = 3

	fieldRevision = 1 // BatchAppendResp.Success
	fieldPosition = 3
	fieldCommit   = 1 // AllStreamPosition
)

// batchAnswer is what a BatchAppendResp says.
type batchAnswer struct {
	series, number uint64 // the correlation id
	refusal        *status.Status
	hasRevision    bool
	revision       uint64
	position       uint64
}

var errMalformed = errors.New("an answer of the server is malformed")

// decode reads a message.
func (a *batchAnswer) decode(b []byte) error {
	*a = batchAnswer{}
	return eachField(b, nil, func(number protowire.Number, inside []byte) error {
		switch number {
		case fieldCorrelation:
			return a.decodeID(inside)
		case fieldAnswerError:
			a.refusal = new(status.Status)
			return proto.Unmarshal(inside, a.refusal)
		case fieldAnswerSuccess:
			return a.decodeSuccess(inside)
		}
		return nil
	})
}

func (a *batchAnswer) decodeID(b []byte) error {
	return eachField(b, nil, func(number protowire.Number, inside []byte) error {
		switch number {
		case fieldStructured:
			return eachField(inside, func(number protowire.Number, value uint64) {
				switch number {
				case fieldFirst:
					a.series = value
				case fieldSecond:
					a.number = value
				}
			}, nil)
		case fieldText:
			if id, err := uuid.ParseBytes(inside); err == nil {
				a.series, a.number = halves(id)
			}
		}
		return nil
	})
}

func (a *batchAnswer) decodeSuccess(b []byte) error {
	return eachField(b, func(number protowire.Number, value uint64) {
		if number == fieldRevision {
			a.hasRevision, a.revision = true, value
		}
	}, func(number protowire.Number, inside []byte) error {
		if number != fieldPosition {
			return nil
		}
		return eachField(inside, func(number protowire.Number, value uint64) {
			if number == fieldCommit {
				a.position = value
			}
		}, nil)
	})
}

// eachField goes through a message's fields: those that are numbers, and those
// that hold something of a length.
func eachField(b []byte, numbers func(protowire.Number, uint64), parts func(protowire.Number, []byte) error) error {
	for len(b) > 0 {
		number, kind, n := protowire.ConsumeTag(b)
		if n < 0 {
			return errMalformed
		}
		b = b[n:]
		n = protowire.ConsumeFieldValue(number, kind, b)
		if n < 0 {
			return errMalformed
		}
		value := b[:n]
		b = b[n:]
		switch {
		case kind == protowire.VarintType && numbers != nil:
			given, _ := protowire.ConsumeVarint(value)
			numbers(number, given)
		case kind == protowire.BytesType && parts != nil:
			inside, _ := protowire.ConsumeBytes(value)
			if err := parts(number, inside); err != nil {
				return err
			}
		}
	}
	return nil
}
