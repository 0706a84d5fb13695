package http

import (
	"context"
	"encoding"
	"errors"
	"fmt"
	"net/http"
	"reflect"
	"strconv"
	"strings"
	"time"

	"guishu/commands/ledger"
	"guishu/domain"

	"github.com/danielgtaylor/huma/v2"
	"github.com/go-json-experiment/json"
)

// verb is a command as the ledger offers it.
type verb[C, A any] func(context.Context, ledger.Call, C) (A, error)

// do is a command as the ledger does it.
func do[C ledger.Command](s *Server) verb[C, ledger.Answer] {
	return func(ctx context.Context, call ledger.Call, c C) (ledger.Answer, error) {
		return s.Ledger.Do(ctx, call, c)
	}
}

// answered is what every command answers, or holds what it does.
type answered interface{ taken() ledger.Answer }

// command routes a verb. The body is the command; what the address names, such as
// {unit}, is the command's field of that name. It answers 201 when something was
// written and 200 when this very command had taken effect before.
func command[C any](s *Server, area string, rt route, run verb[C, ledger.Answer]) {
	commandGiving(s, area, rt, func(ctx context.Context, call ledger.Call, c C) (plainAnswer, error) {
		answer, err := run(ctx, call, c)
		return plainAnswer{answer}, err
	})
}

// plainAnswer is a command's answer and nothing else.
type plainAnswer struct{ ledger.Answer }

func (a plainAnswer) taken() ledger.Answer { return a.Answer }

// commandGiving routes a verb that answers more than that it was done.
func commandGiving[C any, A answered](s *Server, area string, rt route, run verb[C, A]) {
	taken, fields := addressed(reflect.TypeFor[C](), rt.path), placesIn(reflect.TypeFor[C]())
	op := rt.operation(area)
	s.describeCommand(op, reflect.TypeFor[C](), reflect.TypeFor[A](), taken)
	optional := op.RequestBody == nil || !op.RequestBody.Required
	s.handle(op, func(w http.ResponseWriter, r *http.Request) error {
		var c C
		if !optional || r.ContentLength != 0 {
			if err := s.readBody(r, &c); err != nil {
				return err
			}
		}
		if err := fill(reflect.ValueOf(&c).Elem(), taken, r); err != nil {
			return err
		}
		call, err := callOf(r)
		if err != nil {
			return err
		}
		answer, err := run(r.Context(), call, c)
		s.metrics.commands.WithLabelValues(rt.name, outcomeOf(answer.taken(), err)).Inc()
		if err != nil {
			return fields.locate(err)
		}
		status := http.StatusCreated
		if answer.taken().Repeated {
			status = http.StatusOK
		}
		return s.write(w, status, answer)
	})
}

func outcomeOf(answer ledger.Answer, err error) string {
	switch {
	case err != nil:
		refusal, _ := refusalOf(err)
		return refusal.Code.Name()
	case answer.Repeated:
		return "repeated"
	}
	return "written"
}

// callOf says who asks, under which key and, for history, when it happened and
// with which migration batch.
func callOf(r *http.Request) (ledger.Call, error) {
	x := exchangeOf(r.Context())
	call := ledger.Call{Actor: x.identity.Staff, Correlation: x.request}
	var err error
	if call.Key, err = idempotencyKey(r.Header); err != nil {
		return call, err
	}
	if text := r.Header.Get(batchHeader); text != "" {
		if call.Batch, err = domain.ParseBatchID(text); err != nil {
			return call, domain.ErrRequestIDFormat.At(batchHeader)
		}
	}
	if text := r.Header.Get(effectiveHeader); text != "" {
		if call.EffectiveAt, err = time.Parse(time.RFC3339, text); err != nil || call.EffectiveAt.IsZero() {
			return call, domain.ErrRequestTimeFormat.At(effectiveHeader)
		}
	}
	return call, nil
}

// The headers of a command.
const (
	keyHeader       = "Idempotency-Key"
	batchHeader     = "Migration-Batch"
	effectiveHeader = "Effective-At"
)

// idempotencyKey is the request's key: 8 to 128 visible characters.
func idempotencyKey(header http.Header) (string, error) {
	key := strings.Trim(header.Get(keyHeader), `"`)
	visible := !strings.ContainsFunc(key, func(r rune) bool { return r <= ' ' || r > '~' })
	if len(key) < 8 || len(key) > 128 || !visible {
		return "", domain.ErrIdempotencyKeyRequired.At(keyHeader)
	}
	return key, nil
}

// taking is a command's field that the address names.
type taking struct {
	name  string
	index int
}

// addressed finds the fields that an address names. An address that names none of
// the command's is a mistake of ours.
func addressed(command reflect.Type, path string) []taking {
	var taken []taking
	for _, name := range pathParameters(path) {
		index := -1
		for i := range command.NumField() {
			if jsonName(command.Field(i)) == name {
				index = i
			}
		}
		if index < 0 {
			panic(fmt.Sprintf("http: %s names %q, which %s lacks", path, name, command))
		}
		taken = append(taken, taking{name: name, index: index})
	}
	return taken
}

func jsonName(field reflect.StructField) string {
	name, _, _ := strings.Cut(field.Tag.Get("json"), ",")
	return name
}

// fill sets the fields that the address names. The body may repeat one, but not
// say otherwise.
func fill(command reflect.Value, taken []taking, r *http.Request) error {
	for _, t := range taken {
		field := command.Field(t.index)
		given := reflect.New(field.Type()).Elem()
		if err := parse(given, r.PathValue(t.name)); err != nil {
			if refusal, found := domain.AsError(err); found {
				return refusal.At(t.name)
			}
			return domain.ErrRequestIDFormat.At(t.name)
		}
		if !field.IsZero() && !field.Equal(given) {
			return domain.ErrRequestValidation.At(t.name)
		}
		field.Set(given)
	}
	return nil
}

var errParameter = errors.New("http: a path parameter cannot be read")

func parse(into reflect.Value, text string) error {
	if reader, ok := into.Addr().Interface().(encoding.TextUnmarshaler); ok {
		if err := reader.UnmarshalText([]byte(text)); err != nil {
			return err
		}
		if into.IsZero() {
			return domain.ErrRequestIDFormat
		}
		return nil
	}
	if into.Kind() == reflect.String {
		into.SetString(text)
		return nil
	}
	return errParameter
}

// write answers with JSON.
func (s *Server) write(w http.ResponseWriter, status int, answer any) error {
	buffer := s.buffers.get()
	defer s.buffers.put(buffer)
	if err := json.MarshalWrite(buffer, answer); err != nil {
		return fmt.Errorf("write an answer: %w", err)
	}
	header := w.Header()
	header["Content-Type"] = jsonMedia
	header.Set("Content-Length", strconv.Itoa(buffer.Len()))
	w.WriteHeader(status)
	_, _ = w.Write(buffer.Bytes()) // the client may have gone
	return nil
}

var jsonMedia = []string{"application/json"}

// action routes what is no command of the ledger but changes something all the
// same, such as signing in. A nil answer is 204.
func action[I, O any](s *Server, area string, rt route, run func(w http.ResponseWriter, r *http.Request, in I) (O, error)) {
	op := rt.operation(area)
	takes, gives := reflect.TypeFor[I](), reflect.TypeFor[O]()
	if takes != reflect.TypeFor[none]() {
		s.describeBody(op, takes, nil)
	}
	status := http.StatusOK
	if gives == reflect.TypeFor[none]() {
		status = http.StatusNoContent
	}
	s.describeAnswer(op, status, gives)
	s.handle(op, func(w http.ResponseWriter, r *http.Request) error {
		var in I
		if op.RequestBody != nil {
			if err := s.readBody(r, &in); err != nil {
				return err
			}
		}
		answer, err := run(w, r, in)
		if err != nil {
			return err
		}
		if status == http.StatusNoContent {
			w.WriteHeader(status)
			return nil
		}
		return s.write(w, status, answer)
	})
}

// none is no body.
type none struct{}

// parameter reads an id from the address.
func parameter[ID any](r *http.Request, name string, read func(string) (ID, error)) (ID, error) {
	id, err := read(r.PathValue(name))
	if err != nil {
		return id, domain.ErrRequestIDFormat.At(name)
	}
	return id, nil
}

var _ huma.Adapter = adapter{}
