package wire

import (
	"slices"

	"google.golang.org/protobuf/encoding/protowire"
)

// SizeOf is the length of a field that holds so many bytes: a text, or a message.
func SizeOf(number protowire.Number, length int) int {
	return protowire.SizeTag(number) + protowire.SizeBytes(length)
}

// SizeOfNumber is the length of a field that holds a number.
func SizeOfNumber(number protowire.Number, value uint64) int {
	return protowire.SizeTag(number) + protowire.SizeVarint(value)
}

// AppendLength begins a field that holds so many bytes, which follow.
func AppendLength(b []byte, number protowire.Number, length int) []byte {
	return protowire.AppendVarint(protowire.AppendTag(b, number, protowire.BytesType), uint64(length))
}

// AppendText writes a field that holds a text.
func AppendText(b []byte, number protowire.Number, text string) []byte {
	return append(AppendLength(b, number, len(text)), text...)
}

// AppendBytes writes a field that holds bytes.
func AppendBytes(b []byte, number protowire.Number, data []byte) []byte {
	return append(AppendLength(b, number, len(data)), data...)
}

// AppendNumber writes a field that holds a number.
func AppendNumber(b []byte, number protowire.Number, value uint64) []byte {
	return protowire.AppendVarint(protowire.AppendTag(b, number, protowire.VarintType), value)
}

// SizeOfPair is the length of a message of two numbers, without its field.
func SizeOfPair(first, second uint64) int {
	return SizeOfNumber(FieldFirst, first) + SizeOfNumber(FieldSecond, second)
}

// AppendPair writes a field that holds a message of two numbers.
func AppendPair(b []byte, number protowire.Number, first, second uint64) []byte {
	b = AppendLength(b, number, SizeOfPair(first, second))
	return AppendNumber(AppendNumber(b, FieldFirst, first), FieldSecond, second)
}

// Open begins a field that holds a message of a length not known yet. Close, given
// where it began, puts the length in front.
func Open(b []byte, number protowire.Number) (opened []byte, began int) {
	b = protowire.AppendTag(b, number, protowire.BytesType)
	return b, len(b)
}

// Close ends the message that Open began.
func Close(b []byte, began int) []byte {
	var length [10]byte
	return slices.Insert(b, began, protowire.AppendVarint(length[:0], uint64(len(b)-began))...)
}
