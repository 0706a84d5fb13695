package http

import (
	"io"
	"net/http"
	"reflect"
	"slices"
	"strconv"

	"guishu/commands/ledger"
	"guishu/http/auth"

	"github.com/danielgtaylor/huma/v2"
	"github.com/go-json-experiment/json"
)

// describe begins the OpenAPI document.
func (s *Server) describe() {
	registry := huma.NewMapRegistry("#/components/schemas/", huma.DefaultSchemaNamer)
	format := huma.Format{
		Marshal:   s.marshal,
		Unmarshal: func(data []byte, v any) error { return decode(data, v) },
	}
	s.oapi = &huma.OpenAPI{
		OpenAPI: "3.1.0",
		Info: &huma.Info{
			Title: "归属 Guishu", Version: s.Version,
			Description: "客户归属账本。命令追加事件，列表由事件计算得出；错误按 RFC 9457 返回，代码稳定。\n\n" +
				"A ledger of customer ownership. Commands append events; everything read is computed from events. Refusals are problems (RFC 9457) with stable codes.",
		},
		Components: &huma.Components{
			Schemas: registry,
			SecuritySchemes: map[string]*huma.SecurityScheme{
				"session": {Type: "apiKey", In: "cookie", Name: auth.SessionCookie, Description: "POST /v1/session"},
				"token":   {Type: "http", Scheme: "bearer", Description: "POST /v1/me/tokens"},
			},
		},
	}
	if s.oapi.Info.Version == "" {
		s.oapi.Info.Version = "0"
	}
	s.api = huma.NewAPI(huma.Config{
		OpenAPI: s.oapi, DefaultFormat: "application/json",
		Formats:      map[string]huma.Format{"application/json": format, "json": format},
		Transformers: []huma.Transformer{s.explainProblem},
	}, adapter{s})
}

// marshal writes in one piece.
func (s *Server) marshal(w io.Writer, v any) error {
	buffer := s.buffers.get()
	defer s.buffers.put(buffer)
	if err := json.MarshalWrite(buffer, v); err != nil {
		return err
	}
	_, err := w.Write(buffer.Bytes())
	return err
}

func (s *Server) schema(of reflect.Type) *huma.Schema {
	return s.oapi.Components.Schemas.Schema(of, true, of.Name())
}

func (s *Server) problemResponse() *huma.Response {
	return &huma.Response{
		Description: "A problem (RFC 9457).",
		Content:     map[string]*huma.MediaType{problemMedia: {Schema: s.schema(reflect.TypeFor[Problem]())}},
	}
}

func (s *Server) describeAnswer(op *huma.Operation, status int, of reflect.Type) {
	response := &huma.Response{Description: http.StatusText(status)}
	if status != http.StatusNoContent {
		response.Content = map[string]*huma.MediaType{"application/json": {Schema: s.schema(of)}}
	}
	op.Responses[strconv.Itoa(status)] = response
}

// describeBody describes a JSON body without the fields that the address names.
// A body without any field is none; one whose fields may all be missing may be
// missing too.
func (s *Server) describeBody(op *huma.Operation, of reflect.Type, taken []taking) {
	reference := s.schema(of)
	object := reference
	if reference.Ref != "" {
		object = s.oapi.Components.Schemas.SchemaFromRef(reference.Ref)
	}
	for _, t := range taken {
		delete(object.Properties, t.name)
		object.Required = slices.DeleteFunc(object.Required, func(name string) bool { return name == t.name })
	}
	if len(object.Properties) == 0 {
		return
	}
	op.RequestBody = &huma.RequestBody{Required: len(object.Required) > 0, Content: map[string]*huma.MediaType{"application/json": {Schema: reference}}}
}

// describeCommand describes a command's headers, body and answers.
func (s *Server) describeCommand(op *huma.Operation, of, gives reflect.Type, taken []taking) {
	text := func(description, format string) *huma.Schema {
		return &huma.Schema{Type: huma.TypeString, Description: description, Format: format}
	}
	op.Parameters = append(op.Parameters,
		&huma.Param{Name: keyHeader, In: "header", Required: true, Schema: text("A fresh one for each command, the same for a retry (A-76).", "")},
		&huma.Param{Name: effectiveHeader, In: "header", Schema: text("When it happened; only with a migration batch (B-31).", "date-time")},
		&huma.Param{Name: batchHeader, In: "header", Schema: text("The approved migration batch it comes with (B-31).", "uuid")},
	)
	s.describeBody(op, of, taken)
	if gives == reflect.TypeFor[plainAnswer]() {
		gives = reflect.TypeFor[ledger.Answer]()
	}
	s.describeAnswer(op, http.StatusCreated, gives)
	s.describeAnswer(op, http.StatusOK, gives)
}

// document is the OpenAPI document as it is served.
func (s *Server) document() ([]byte, error) { return s.oapi.MarshalJSON() }
