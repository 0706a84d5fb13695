package wire

import (
	"encoding/binary"
	"errors"

	"github.com/google/uuid"
	"google.golang.org/protobuf/encoding/protowire"
)

// The two forms of an id.
const (
	fieldStructured = 1
	fieldText       = 2
	textLength      = 36
)

// What is wrong with an id.
var (
	ErrNoID  = errors.New("an id is missing")
	ErrNotID = errors.New("the text of an id is not a UUID")
)

// Halves are an id as two numbers, which is how its structured form holds it.
func Halves(id uuid.UUID) (most, least uint64) {
	return binary.BigEndian.Uint64(id[:8]), binary.BigEndian.Uint64(id[8:])
}

// OfHalves is the id of two numbers.
func OfHalves(most, least uint64) (id uuid.UUID) {
	binary.BigEndian.PutUint64(id[:8], most)
	binary.BigEndian.PutUint64(id[8:], least)
	return id
}

// OfText is the id of a text. Errors: ErrNotID.
func OfText(text []byte) (uuid.UUID, error) {
	id, err := uuid.ParseBytes(text)
	if err != nil {
		return uuid.Nil, ErrNotID
	}
	return id, nil
}

// SizeOfID is the length of an id, without its field.
func SizeOfID(id uuid.UUID, asText bool) int {
	if asText {
		return SizeOf(fieldText, textLength)
	}
	return SizeOf(fieldStructured, SizeOfPair(Halves(id)))
}

// AppendID writes a field that holds an id.
func AppendID(b []byte, number protowire.Number, id uuid.UUID, asText bool) []byte {
	b = AppendLength(b, number, SizeOfID(id, asText))
	if asText {
		return AppendText(b, fieldText, id.String())
	}
	most, least := Halves(id)
	return AppendPair(b, fieldStructured, most, least)
}

// ID reads an id in either of its forms. What is wrong with the id and not with
// the message is the second result: ErrNoID, ErrNotID.
func (f Field) ID() (id uuid.UUID, wrong, err error) {
	wrong = ErrNoID
	var most, least uint64
	var text []byte
	isText := false
	err = f.Message(func(number protowire.Number, form Field) error {
		switch number {
		case fieldStructured:
			wrong, isText = nil, false
			return form.Numbers(&most, &least)
		case fieldText:
			wrong, isText = nil, true
			return form.Bytes(&text)
		}
		return nil
	})
	switch {
	case err != nil || wrong != nil:
		return uuid.Nil, wrong, err
	case isText:
		id, wrong = OfText(text)
		return id, wrong, nil
	}
	return OfHalves(most, least), nil, nil
}
