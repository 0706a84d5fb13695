package api

import (
	"bytes"
	"errors"
	"io"
	"mime"
	"net/http"
	"strings"
	"sync"

	"guishu/domain"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
)

// buffers are for bodies on their way in and out.
type buffers struct{ pool sync.Pool }

// keptBuffer is the largest buffer that is kept for the next request.
const keptBuffer = 64 << 10

func (b *buffers) get() *bytes.Buffer {
	if buffer, ok := b.pool.Get().(*bytes.Buffer); ok {
		return buffer
	}
	return new(bytes.Buffer)
}

func (b *buffers) put(buffer *bytes.Buffer) {
	if buffer.Cap() <= keptBuffer {
		buffer.Reset()
		b.pool.Put(buffer)
	}
}

// readBody reads a request's JSON object into target. Nothing of what was sent
// is repeated in the error: request/media-type, request/too-large,
// request/malformed, request/unknown-field, request/validation, or the code that
// a value's own type gives, such as money/format.
func (a *API) readBody(r *http.Request, target any) error {
	if err := checkMedia(r.Header.Get("Content-Type")); err != nil {
		return err
	}
	buffer := a.buffers.get()
	defer a.buffers.put(buffer)
	if _, err := buffer.ReadFrom(r.Body); err != nil {
		return unreadable(err)
	}
	return decode(buffer.Bytes(), target)
}

func checkMedia(header string) error {
	if header == "application/json" {
		return nil
	}
	media, parameters, err := mime.ParseMediaType(header)
	charset := strings.ToLower(parameters["charset"])
	if err != nil || media != "application/json" || charset != "" && charset != "utf-8" {
		return domain.ErrRequestMediaType
	}
	return nil
}

// unreadable is what an error while reading the body means.
func unreadable(err error) error {
	var large *http.MaxBytesError
	var slow interface{ Timeout() bool }
	switch {
	case errors.As(err, &large):
		return err
	case errors.As(err, &slow) && slow.Timeout():
		return domain.ErrRequestTimeout
	case errors.Is(err, io.ErrUnexpectedEOF):
		return domain.ErrRequestMalformed
	}
	return domain.ErrRequestMalformed
}

func decode(body []byte, target any) error {
	if start := bytes.TrimLeft(body, " \t\r\n"); len(start) == 0 || start[0] != '{' {
		return domain.ErrRequestMalformed
	}
	err := json.Unmarshal(body, target, json.RejectUnknownMembers(true))
	if err == nil {
		return nil
	}
	var meant *json.SemanticError
	if !errors.As(err, &meant) {
		return domain.ErrRequestMalformed
	}
	field := fieldOf(meant.JSONPointer)
	if errors.Is(err, json.ErrUnknownName) {
		return domain.ErrRequestUnknownField.At(field)
	}
	if refusal, found := domain.AsError(err); found {
		return refusal.At(field)
	}
	return domain.ErrRequestValidation.At(field)
}

// fieldOf is a JSON pointer as problems name a field: grants.0.role. A name that
// does not look like a field's is left out, because somebody may have sent a
// person's number where a name belongs.
func fieldOf(pointer jsontext.Pointer) string {
	var names []string
	for name := range pointer.Tokens() {
		names = append(names, safeName(name))
	}
	return strings.Join(names, ".")
}

// safeName is the name, if it looks like that of a field or is an index.
func safeName(name string) string {
	const longestName, longestIndex = 40, 4
	letters, others, digits := 0, 0, 0
	for _, r := range name {
		switch {
		case r >= 'a' && r <= 'z', r == '_':
			letters++
		case r >= '0' && r <= '9':
			digits++
		default:
			others++
		}
	}
	field := letters > 0 && others == 0 && digits <= 2 && len(name) <= longestName
	index := digits > 0 && letters == 0 && others == 0 && digits <= longestIndex
	if field || index {
		return name
	}
	return "?"
}
