package wire

import (
	"errors"

	"google.golang.org/protobuf/encoding/protowire"
)

// ErrMalformed says that bytes are no message, or not the one that is due.
var ErrMalformed = errors.New("a message of EventStoreDB's protocol is malformed")

// Field is the value of a field.
type Field struct {
	kind   protowire.Type
	number uint64 // where it is a number
	raw    []byte // where it has a length
}

// Bytes reads a value that has a length.
func (f Field) Bytes(to *[]byte) error {
	if f.kind != protowire.BytesType {
		return ErrMalformed
	}
	*to = f.raw
	return nil
}

// Number reads a number.
func (f Field) Number(to *uint64) error {
	if f.kind != protowire.VarintType {
		return ErrMalformed
	}
	*to = f.number
	return nil
}

// Message reads a message within a message, field by field.
func (f Field) Message(take func(protowire.Number, Field) error) error {
	if f.kind != protowire.BytesType {
		return ErrMalformed
	}
	return Each(f.raw, take)
}

// Pair reads the two halves of a message that has such.
func (f Field) Pair(first, second func(Field) error) error {
	return f.Message(func(number protowire.Number, half Field) error {
		switch number {
		case FieldFirst:
			return first(half)
		case FieldSecond:
			return second(half)
		}
		return nil
	})
}

// Numbers reads a message of two numbers.
func (f Field) Numbers(first, second *uint64) error {
	return f.Pair(func(half Field) error { return half.Number(first) }, func(half Field) error { return half.Number(second) })
}

// Entry reads an entry of a map from texts to texts.
func (f Field) Entry(key, value *[]byte) error {
	return f.Pair(func(half Field) error { return half.Bytes(key) }, func(half Field) error { return half.Bytes(value) })
}

// Each goes through a message's fields.
func Each(message []byte, take func(protowire.Number, Field) error) error {
	for len(message) > 0 {
		number, kind, n := protowire.ConsumeTag(message)
		if n < 0 {
			return ErrMalformed
		}
		message = message[n:]
		value := Field{kind: kind}
		switch kind {
		case protowire.VarintType:
			value.number, n = protowire.ConsumeVarint(message)
		case protowire.BytesType:
			value.raw, n = protowire.ConsumeBytes(message)
		default:
			n = protowire.ConsumeFieldValue(number, kind, message)
		}
		if n < 0 {
			return ErrMalformed
		}
		message = message[n:]
		if err := take(number, value); err != nil {
			return err
		}
	}
	return nil
}
