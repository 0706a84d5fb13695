package transfer

import (
	"encoding/base64"
	"encoding/hex"
	"errors"
	"hash/crc32"
	"strconv"
	"time"
	"unicode/utf8"

	"guishu/eventstore"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
	"github.com/google/uuid"
)

// maxLine bounds a line: the largest event there can be, every byte of it escaped.
const maxLine = 6*eventstore.MaxAppendBytes + 64<<10

// timeForm writes a recorded time, always in UTC, to the microsecond.
const timeForm = "2006-01-02T15:04:05.000000Z"

const (
	inStore  = "store"
	inStream = "stream"
)

var castagnoli = crc32.MakeTable(crc32.Castagnoli)

// The last member of an event's line, of fixed length.
const (
	checkOpening = `,"crc32c":"`
	checkClosing = `"}`
	checkLength  = len(checkOpening) + 8 + len(checkClosing)
)

// appendEvent writes an event's line, without the end of the line.
func appendEvent(line []byte, e *eventstore.Loaded) ([]byte, error) {
	begin := len(line)
	line = append(line, `{"position":`...)
	line = strconv.AppendInt(line, int64(e.Position), 10)
	line, err := appendText(line, "stream", string(e.Stream))
	if err != nil {
		return nil, err
	}
	line = append(line, `,"revision":`...)
	line = strconv.AppendInt(line, int64(e.Revision), 10)
	line = append(line, `,"id":"`...)
	line = append(line, e.ID.String()...)
	line = append(line, '"')
	if line, err = appendText(line, "type", e.Type); err != nil {
		return nil, err
	}
	line = append(line, `,"recorded_at":"`...)
	line = e.RecordedAt.UTC().AppendFormat(line, timeForm)
	line = append(line, `","scope":"`...)
	if e.Scope == eventstore.InStore {
		line = append(line, inStore...)
	} else {
		line = append(line, inStream...)
	}
	line = append(line, '"')
	if e.Binary {
		line = append(line, `,"binary":true`...)
	}
	line = appendBytes(line, "data", e.Data)
	line = appendBytes(line, "metadata", e.Metadata)
	sum := crc32.Checksum(line[begin:], castagnoli)
	line = append(line, checkOpening...)
	line = hex.AppendEncode(line, []byte{byte(sum >> 24), byte(sum >> 16), byte(sum >> 8), byte(sum)})
	return append(line, checkClosing...), nil
}

func appendText(line []byte, name, text string) ([]byte, error) {
	line = append(line, ',', '"')
	line = append(line, name...)
	line = append(line, '"', ':')
	return jsontext.AppendQuote(line, text)
}

// appendBytes writes bytes so that they come back exactly.
func appendBytes(line []byte, name string, value []byte) []byte {
	line = append(line, ',', '"')
	line = append(line, name...)
	if utf8.Valid(value) {
		line = append(line, '"', ':')
		line, _ = jsontext.AppendQuote(line, value) // it fails for what is not UTF-8 only
		return line
	}
	line = append(line, `_base64":"`...)
	line = base64.StdEncoding.AppendEncode(line, value)
	return append(line, '"')
}

// eventLine is an event's line as it is read.
type eventLine struct {
	Position       *int64         `json:"position"`
	Stream         string         `json:"stream"`
	Revision       *int64         `json:"revision"`
	ID             uuid.UUID      `json:"id"`
	Type           string         `json:"type"`
	RecordedAt     string         `json:"recorded_at"`
	Scope          string         `json:"scope"`
	Binary         bool           `json:"binary"`
	Data           jsontext.Value `json:"data"`
	DataBase64     jsontext.Value `json:"data_base64"`
	Metadata       jsontext.Value `json:"metadata"`
	MetadataBase64 jsontext.Value `json:"metadata_base64"`
	CRC32C         string         `json:"crc32c"`
}

var strictly = json.RejectUnknownMembers(true)

// errAltered says that a line's sum is not that of its bytes.
var errAltered = errors.New("its checksum does not fit")

// parseEvent reads what appendEvent wrote. Its slices are the event's own.
func parseEvent(line []byte) (eventstore.Loaded, error) {
	if err := checkSum(line); err != nil {
		return eventstore.Loaded{}, err
	}
	var l eventLine
	if err := json.Unmarshal(line, &l, strictly); err != nil {
		return eventstore.Loaded{}, hideValues(err)
	}
	if l.Position == nil || l.Revision == nil {
		return eventstore.Loaded{}, errors.New("its position or revision is missing")
	}
	e := eventstore.Loaded{Event: eventstore.Event{
		Position: eventstore.Position(*l.Position), Stream: eventstore.Stream(l.Stream), Revision: eventstore.Revision(*l.Revision),
		ID: l.ID, Type: l.Type, Binary: l.Binary,
	}}
	switch l.Scope {
	case inStore:
		e.Scope = eventstore.InStore
	case inStream:
		e.Scope = eventstore.InStream
	default:
		return e, errors.New(`its scope is neither "store" nor "stream"`)
	}
	var err error
	if e.RecordedAt, err = time.Parse(timeForm, l.RecordedAt); err != nil {
		return e, errors.New("its recorded time is not of the form " + timeForm)
	}
	if e.Data, err = parseBytes(l.Data, l.DataBase64); err != nil {
		return e, err
	}
	e.Metadata, err = parseBytes(l.Metadata, l.MetadataBase64)
	return e, err
}

func checkSum(line []byte) error {
	body := len(line) - checkLength
	if body <= 0 || string(line[body:body+len(checkOpening)]) != checkOpening {
		return errors.New("it does not end with its checksum")
	}
	written := line[body+len(checkOpening):][:8]
	sum, err := strconv.ParseUint(string(written), 16, 32)
	if err != nil || uint32(sum) != crc32.Checksum(line[:body], castagnoli) {
		return errAltered
	}
	return nil
}

func parseBytes(text, base jsontext.Value) ([]byte, error) {
	switch {
	case (text == nil) == (base == nil):
		return nil, errors.New("it must have its data and its metadata once each")
	case text != nil && text.Kind() == '"':
		return jsontext.AppendUnquote(make([]byte, 0, len(text)), text)
	case base != nil && base.Kind() == '"':
		return base64.StdEncoding.Strict().DecodeString(string(base[1 : len(base)-1]))
	}
	return nil, errors.New("its data and metadata must be strings")
}

// hideValues keeps what an error says of the place and the kind of mistake, and
// drops what it quotes: a line may hold anything.
func hideValues(err error) error {
	var syntactic *jsontext.SyntacticError
	if errors.As(err, &syntactic) {
		return errors.New("it is not valid JSON, at byte " + strconv.FormatInt(syntactic.ByteOffset, 10))
	}
	var semantic *json.SemanticError
	if errors.As(err, &semantic) {
		return errors.New("it is not an event's line, at byte " + strconv.FormatInt(semantic.ByteOffset, 10))
	}
	return errors.New("it is not an event's line")
}
