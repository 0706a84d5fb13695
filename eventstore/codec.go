package eventstore

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"reflect"
	"strconv"
	"sync"
	"time"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
	"github.com/google/uuid"
)

// Codec turns typed events into stored bytes and back. Data is JSON whose names
// are the Go field names, zero values left out; personal texts stand in it only
// sealed. It may be used concurrently.
type Codec struct {
	registry *Registry
	sealer   Sealer
	passes   sync.Pool // of *pass
}

// NewCodec makes a codec. Without a sealer, events with personal texts can be
// neither written nor read.
func NewCodec(registry *Registry, sealer Sealer) *Codec {
	if sealer == nil {
		sealer = noSealer{}
	}
	c := &Codec{registry: registry, sealer: sealer}
	c.passes.New = func() any { return newPass(sealer) }
	return c
}

// Registry gives the registry the codec was made with.
func (c *Codec) Registry() *Registry { return c.registry }

// Decoded is an event in its current Go shape with everything known about it.
type Decoded struct {
	Event      any // a value, such as ownership.ClaimFiled{…}, never a pointer
	Metadata   Metadata
	Position   Position
	Stream     Stream
	Revision   Revision
	ID         uuid.UUID
	Type       string
	RecordedAt time.Time
}

// Encode makes an event ready to append to stream under id. The event is a
// value of a registered type's current version; the schema version in meta is
// set here.
//
// Errors: *UnregisteredError; ErrNoSubject when it has a personal text but no
// subject; *SealedFieldError when a text could not be sealed (ErrErased when the
// subject is erased); *UnstorableError for what JSON cannot hold.
func (c *Codec) Encode(ctx context.Context, stream Stream, id uuid.UUID, event any, meta Metadata) (NewEvent, error) {
	v, ok := c.registry.byType[reflect.TypeOf(event)]
	if !ok {
		return NewEvent{}, &UnregisteredError{GoType: fmt.Sprintf("%T", event)}
	}
	data, err := c.encodeData(ctx, stream, id, v, event)
	if err != nil {
		return NewEvent{}, err
	}
	meta.SchemaVersion = v.number
	metadata, err := EncodeMetadata(meta)
	if err != nil {
		return NewEvent{}, err
	}
	return NewEvent{ID: id, Type: v.kind.name, Data: data, Metadata: metadata}, nil
}

func (c *Codec) encodeData(ctx context.Context, stream Stream, id uuid.UUID, v *version, event any) ([]byte, error) {
	if !v.sealed {
		data, err := json.Marshal(event, plainWriting)
		if err != nil {
			return nil, &UnstorableError{Type: v.kind.name, Err: err}
		}
		return data, nil
	}
	p := c.passes.Get().(*pass)
	defer c.passes.Put(p)
	subject, _ := v.SubjectOf(event)
	p.begin(ctx, stream, id, subject)
	defer p.end()
	data, err := json.Marshal(event, p.writing)
	if p.fault != nil {
		return nil, p.fault
	}
	if err != nil {
		return nil, &UnstorableError{Type: v.kind.name, Err: err}
	}
	return data, nil
}

// Decode gives a stored event in its current shape: what was stored under an
// older version has gone through the upcasters. Texts whose subject is erased
// come back as erased, everything else as it was.
//
// Errors: *ForeignError when it is not the ledger's event at all, so that readers
// pass it over; *UnknownTypeError or *NewerVersionError when a newer program
// wrote it; *MalformedEventError when data or metadata are not what the version
// says, including a field it does not know; *SealedFieldError when a sealed text
// was changed or moved (ErrTampered) or its key cannot be had.
func (c *Codec) Decode(ctx context.Context, e Event) (Decoded, error) {
	if err := c.foreign(e); err != nil {
		return Decoded{}, err
	}
	k, ok := c.registry.kinds[e.Type]
	if !ok {
		return Decoded{}, &UnknownTypeError{Type: e.Type, Position: e.Position}
	}
	meta, err := DecodeMetadata(e.Metadata)
	if err != nil {
		return Decoded{}, malformed(e, err)
	}
	number := meta.SchemaVersion
	if number > len(k.versions) {
		return Decoded{}, &NewerVersionError{Type: e.Type, Version: number, Latest: len(k.versions), Position: e.Position}
	}
	if number < 1 {
		return Decoded{}, malformed(e, errors.New("its metadata name no schema version"))
	}
	event, err := c.decodeData(ctx, e, k.versions[number-1])
	if err != nil {
		return Decoded{}, err
	}
	for _, v := range k.versions[number-1 : len(k.versions)-1] {
		event = v.up(event)
	}
	return Decoded{
		Event: event, Metadata: meta,
		Position: e.Position, Stream: e.Stream, Revision: e.Revision,
		ID: e.ID, Type: e.Type, RecordedAt: e.RecordedAt,
	}, nil
}

func (c *Codec) decodeData(ctx context.Context, e Event, v *version) (any, error) {
	pointer := v.New()
	if !v.sealed {
		if err := json.Unmarshal(e.Data, pointer, plainReading); err != nil {
			return nil, malformed(e, err)
		}
		return v.Value(pointer), nil
	}
	p := c.passes.Get().(*pass)
	defer c.passes.Put(p)
	p.begin(ctx, e.Stream, e.ID, uuid.Nil)
	defer p.end()
	err := json.Unmarshal(e.Data, pointer, p.reading)
	if p.fault != nil {
		return nil, p.fault
	}
	if err != nil {
		return nil, malformed(e, err)
	}
	return v.Value(pointer), nil
}

// Prefetch brings the keys that events need into memory with one query, before
// they are decoded one by one. Rebuilds call it once a page.
func (c *Codec) Prefetch(ctx context.Context, events []Event) error {
	return c.sealer.Prefetch(ctx, events)
}

var (
	plainWriting = json.JoinOptions(json.OmitZeroStructFields(true), json.Deterministic(true))
	plainReading = json.JoinOptions(json.RejectUnknownMembers(true))
)

// pass is one encoding or decoding of an event with personal texts. Passes are
// reused, because the JSON library remembers per set of functions which types
// they apply to.
type pass struct {
	sealer           Sealer
	writing, reading json.Options

	ctx     context.Context // of this pass only
	stream  Stream
	id      uuid.UUID
	subject uuid.UUID
	place   []byte // stream and event id, then the field's path for each field
	prefix  int    // length of what all fields share in place
	fault   error
}

func newPass(sealer Sealer) *pass {
	p := &pass{sealer: sealer}
	p.writing = json.JoinOptions(plainWriting, json.WithMarshalers(json.MarshalToFunc(p.seal)))
	p.reading = json.JoinOptions(plainReading, json.WithUnmarshalers(json.UnmarshalFromFunc(p.open)))
	return p
}

func (p *pass) begin(ctx context.Context, stream Stream, id, subject uuid.UUID) {
	p.ctx, p.stream, p.id, p.subject, p.fault = ctx, stream, id, subject, nil
	p.place = binary.AppendUvarint(p.place[:0], uint64(len(stream)))
	p.place = append(p.place, stream...)
	p.place = append(p.place, id[:]...)
	p.prefix = len(p.place)
}

func (p *pass) end() { p.ctx = nil }

func (p *pass) at(field string) []byte {
	p.place = append(p.place[:p.prefix], field...)
	return p.place
}

func (p *pass) fail(field string, err error) error {
	p.fault = &SealedFieldError{Stream: p.stream, Event: p.id, Field: field, Err: err}
	return p.fault
}

func (p *pass) seal(enc *jsontext.Encoder, text Sealable) error {
	if text.IsZero() {
		return enc.WriteToken(jsontext.Null)
	}
	field := fieldPath(enc.StackPointer(), enc)
	if text.Erased() {
		return p.fail(field, ErrErased)
	}
	if p.subject == uuid.Nil {
		return p.fail(field, ErrNoSubject)
	}
	sealed, err := p.sealer.Seal(p.ctx, p.subject, p.at(field), text.Reveal())
	if err != nil {
		return p.fail(field, err)
	}
	return enc.WriteToken(jsontext.String(sealed))
}

func (p *pass) open(dec *jsontext.Decoder, text Sealable) error {
	field := fieldPath(dec.StackPointer(), dec)
	value, err := dec.ReadValue()
	if err != nil {
		return err
	}
	if value.Kind() == 'n' {
		text.Restore("", false)
		return nil
	}
	if value.Kind() != '"' {
		return p.fail(field, ErrTampered)
	}
	plain, err := p.sealer.Open(p.ctx, p.at(field), value[1:len(value)-1])
	switch {
	case errors.Is(err, ErrErased):
		text.Restore("", true)
	case err != nil:
		return p.fail(field, err)
	default:
		text.Restore(plain, false)
	}
	return nil
}

// fieldPath is where the value that comes next stands. The library points at
// the last thing it passed: at the member's name inside an object, at the
// element before inside an array.
func fieldPath(last jsontext.Pointer, coder interface {
	StackDepth() int
	StackIndex(int) (jsontext.Kind, int64)
}) string {
	kind, length := coder.StackIndex(coder.StackDepth())
	if kind != '[' {
		return string(last)
	}
	if length > 0 {
		last = last.Parent()
	}
	return string(last) + "/" + strconv.FormatInt(length, 10)
}

func malformed(e Event, err error) error {
	return &MalformedEventError{Type: e.Type, Stream: e.Stream, Revision: e.Revision, Err: err}
}

// UnknownTypeError says that an event is the ledger's but its type is not
// registered: a newer program wrote it.
type UnknownTypeError struct {
	Type     string
	Position Position
}

func (e *UnknownTypeError) Error() string {
	return fmt.Sprintf("event at position %d has the unknown type %q", e.Position, e.Type)
}

// NewerVersionError says that a newer program wrote the event.
type NewerVersionError struct {
	Type            string
	Version, Latest int
	Position        Position
}

func (e *NewerVersionError) Error() string {
	return fmt.Sprintf("event at position %d is %s version %d, this program knows versions up to %d", e.Position, e.Type, e.Version, e.Latest)
}

// MalformedEventError says that stored bytes are not what their type and
// version say.
type MalformedEventError struct {
	Type     string
	Stream   Stream
	Revision Revision
	Err      error
}

func (e *MalformedEventError) Error() string {
	return fmt.Sprintf("event %d of %s is not a readable %s: %v", e.Revision, e.Stream, e.Type, e.Err)
}

func (e *MalformedEventError) Unwrap() error { return e.Err }

// UnstorableError says that an event holds something that cannot be written
// down, such as a text that is not UTF-8.
type UnstorableError struct {
	Type string
	Err  error
}

func (e *UnstorableError) Error() string { return "cannot store " + e.Type + ": " + e.Err.Error() }

func (e *UnstorableError) Unwrap() error { return e.Err }

// noSealer refuses everything personal.
type noSealer struct{}

var errNoSealer = errors.New("personal data: no keys are at hand")

func (noSealer) Seal(context.Context, uuid.UUID, []byte, string) (string, error) {
	return "", errNoSealer
}
func (noSealer) Open(context.Context, []byte, []byte) (string, error) { return "", errNoSealer }
func (noSealer) Prefetch(context.Context, []Event) error              { return nil }
