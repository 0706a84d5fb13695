package api

import (
	"fmt"
	"maps"
	"net/http"
	"reflect"
	"slices"
	"strconv"
	"strings"

	"guishu/domain"

	"github.com/danielgtaylor/huma/v2"
)

// document is the OpenAPI document in the making.
type document struct {
	*huma.OpenAPI
	shapes     *schemas
	operations []*huma.Operation
	problems   map[string]*huma.Response // by their codes
}

func newDocument(version, cookie string) *document {
	if version == "" {
		version = "0"
	}
	shapes := newSchemas()
	return &document{shapes: shapes, problems: map[string]*huma.Response{}, OpenAPI: &huma.OpenAPI{
		OpenAPI: "3.1.0",
		Info: &huma.Info{
			Title: "归属 Guishu", Version: version,
			Description: "客户归属账本。命令追加事件，列表由事件计算得出；错误按 RFC 9457 返回，代码稳定。\n\n" +
				"A ledger of customer ownership. Commands append events; everything read is computed from events. Refusals are problems (RFC 9457) with stable codes.",
		},
		Servers: []*huma.Server{{URL: "/", Description: "本服务器 This server"}},
		Components: &huma.Components{
			Schemas: shapes,
			SecuritySchemes: map[string]*huma.SecurityScheme{
				"session": {Type: "apiKey", In: "cookie", Name: cookie, Description: "登录后的会话，见 POST /v1/session。 A session, from POST /v1/session."},
				"token":   {Type: "http", Scheme: "bearer", Description: "API 令牌，见 POST /v1/me/tokens。 An API token, from POST /v1/me/tokens."},
			},
		},
	}}
}

// Document is the OpenAPI document as it is served. It is asked for once, when all
// routes are made.
func (a *API) Document() ([]byte, error) {
	a.document.share()
	return a.document.MarshalJSON()
}

// operation begins the description of a route.
func (d *document) operation(area string, rt Route, in []parameter) *huma.Operation {
	op := &huma.Operation{
		Method: rt.Method, Path: rt.Path, OperationID: rt.Name, Tags: []string{area},
		Summary: rt.Title.Chinese + " " + rt.Title.English, Description: rt.Does.Chinese + " " + rt.Does.English,
		Responses: map[string]*huma.Response{}, Security: []map[string][]string{},
	}
	if rt.Entrance != ForAnybody {
		op.Security = append(op.Security, map[string][]string{"session": {}})
		if !rt.InPerson {
			op.Security = append(op.Security, map[string][]string{"token": {}})
		}
	}
	if rt.Needs != "" {
		op.Description += "\n\n需要权限 Needs the permission `" + string(rt.Needs) + "`."
	}
	for _, p := range in {
		shape := &huma.Schema{Type: huma.TypeString, Format: "uuid"}
		if p.field.Type != nil {
			shape = huma.SchemaFromField(d.shapes, p.field, "")
		}
		describe(shape, p.name)
		said := shape.Description
		shape.Description = ""
		op.Parameters = append(op.Parameters, &huma.Param{Name: p.name, In: p.in, Required: p.in == inPath, Description: said, Schema: shape})
	}
	if !slices.ContainsFunc(d.Tags, func(t *huma.Tag) bool { return t.Name == area }) {
		d.Tags = append(d.Tags, &huma.Tag{Name: area})
	}
	return op
}

// gives describes an answer.
func (d *document) gives(op *huma.Operation, status int, media string, of reflect.Type) {
	response := &huma.Response{Description: http.StatusText(status)}
	switch {
	case status == http.StatusNoContent:
	case of == nil:
		response.Content = map[string]*huma.MediaType{media: {Schema: &huma.Schema{Type: huma.TypeString}}}
	default:
		response.Content = map[string]*huma.MediaType{media: {Schema: d.shapes.Schema(of, true, "")}}
	}
	op.Responses[strconv.Itoa(status)] = response
}

// takes describes a JSON body without the fields that follow from the address. A body
// without any field is none; one whose fields may all be missing may be missing too.
func (d *document) takes(op *huma.Operation, of reflect.Type, hidden []string) (optional bool) {
	reference := d.shapes.Schema(of, true, "")
	object := d.shapes.SchemaFromRef(reference.Ref)
	for _, name := range hidden {
		delete(object.Properties, name)
		object.Required = slices.DeleteFunc(object.Required, func(required string) bool { return required == name })
	}
	if len(object.Properties) == 0 {
		delete(d.shapes.named, schemaName(of))
		return true
	}
	op.RequestBody = &huma.RequestBody{
		Required: len(object.Required) > 0, Content: map[string]*huma.MediaType{jsonMedia[0]: {Schema: reference}},
	}
	return !op.RequestBody.Required
}

// commands describes a command's headers, body and answers, and says whether the body
// may be missing.
func (d *document) commands(op *huma.Operation, takes, gives reflect.Type, hidden []string) (optional bool) {
	header := func(name string, required bool, said, format string) {
		op.Parameters = append(op.Parameters, &huma.Param{
			Name: name, In: "header", Required: required, Description: said, Schema: &huma.Schema{Type: huma.TypeString, Format: format},
		})
	}
	header(keyHeader, true, "每个命令用新的；重试用同一个（A-76）。 A fresh one for each command, the same for a retry (A-76).", "")
	header(effectiveHeader, false, "发生的时间；仅用于迁移批次（B-31）。 When it happened; only with a migration batch (B-31).", "date-time")
	header(batchHeader, false, "所属的已批准迁移批次（B-31）。 The approved migration batch it comes with (B-31).", "uuid")
	if embedded := gives.Field(0); gives == typeOf[done]() {
		gives = embedded.Type
	}
	d.gives(op, http.StatusCreated, jsonMedia[0], gives)
	d.gives(op, http.StatusOK, jsonMedia[0], gives)
	return d.takes(op, takes, hidden)
}

// add puts an operation into the document, with what it may be refused with.
func (d *document) add(op *huma.Operation, rt Route) {
	for status, codes := range refusals(op, rt) {
		op.Responses[strconv.Itoa(status)] = d.refusal(codes)
	}
	d.AddOperation(op)
	d.operations = append(d.operations, op)
}

// share puts what several operations may be refused with into one place.
func (d *document) share() {
	uses, named := map[*huma.Response]int{}, map[*huma.Response]*huma.Response{}
	for _, op := range d.operations {
		for _, response := range op.Responses {
			uses[response]++
		}
	}
	d.Components.Responses = map[string]*huma.Response{}
	numbers := map[int]int{}
	for _, op := range d.operations {
		for _, key := range slices.Sorted(maps.Keys(op.Responses)) {
			response := op.Responses[key]
			if uses[response] < 2 {
				continue
			}
			if named[response] == nil {
				status, _ := strconv.Atoi(key)
				numbers[status]++
				name := strings.ReplaceAll(http.StatusText(status), " ", "") + strconv.Itoa(numbers[status])
				d.Components.Responses[name] = response
				named[response] = &huma.Response{Ref: "#/components/responses/" + name}
			}
			op.Responses[key] = named[response]
		}
	}
}

// refusal describes the problems of one status, by their codes.
func (d *document) refusal(codes []domain.Code) *huma.Response {
	code := &huma.Schema{Type: huma.TypeString}
	response := &huma.Response{}
	key := fmt.Sprint(codes)
	if known := d.problems[key]; known != nil {
		return known
	}
	d.problems[key] = response
	for _, c := range codes {
		entry := c.Entry()
		code.Enum = append(code.Enum, entry.Name)
		response.Description += "- `" + entry.Name + "` " + entry.Chinese + " / " + entry.English + "\n"
	}
	response.Content = map[string]*huma.MediaType{problemMedia: {Schema: &huma.Schema{AllOf: []*huma.Schema{
		d.shapes.Schema(typeOf[Problem](), true, ""),
		{Type: huma.TypeObject, Properties: map[string]*huma.Schema{"code": code}, Required: []string{"code"}},
	}}}}
	return response
}
