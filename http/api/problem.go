package api

import (
	"context"
	"errors"
	"net/http"
	"strconv"
	"strings"

	"guishu/domain"
	"guishu/http/question"

	"github.com/go-json-experiment/json"
	"github.com/jackc/pgx/v5/pgconn"
)

// Problem is how every refusal is answered (RFC 9457). It never repeats a value
// that was sent.
type Problem struct {
	Type      string            `json:"type" doc:"urn:guishu:error: 加上代码。 urn:guishu:error: and the code."`
	Title     string            `json:"title" doc:"哪一类问题。 What sort of problem it is, for people."`
	Status    int               `json:"status" doc:"HTTP 状态码。 The HTTP status."`
	Detail    string            `json:"detail" doc:"该怎么办，中文或英文。 What to do, for people, in Chinese or English."`
	Code      string            `json:"code" doc:"稳定的代码，供程序判断。 The stable code, for programs." example:"claim/already-owned"`
	Errors    []FieldProblem    `json:"errors,omitempty" doc:"有误的字段。 The fields at fault."`
	Params    map[string]string `json:"params,omitempty" doc:"其他事实，例如上限或原因。 Further facts, such as a limit or a reason."`
	RequestID string            `json:"request_id" doc:"此次请求在服务器日志中的编号。 Names this request in the server's log."`
}

// FieldProblem is one field at fault.
type FieldProblem struct {
	Field  string `json:"field" doc:"字段名，或路径，例如 grants.0.role。 Where it stands: a field's name, or a path such as grants.0.role."`
	Code   string `json:"code"`
	Detail string `json:"detail"`
}

// problemType begins the type of every problem.
const problemType = "urn:guishu:error:"

const problemMedia = "application/problem+json"

// statusOf is the status a code is answered with: that of its kind, but for a few
// that HTTP has a status of its own for.
func statusOf(code domain.Code) int {
	switch code {
	case domain.ErrRequestTooLarge:
		return http.StatusRequestEntityTooLarge
	case domain.ErrRequestMediaType:
		return http.StatusUnsupportedMediaType
	case domain.ErrRequestMethod:
		return http.StatusMethodNotAllowed
	case domain.ErrServerInternal:
		return http.StatusInternalServerError
	}
	switch code.Kind() {
	case domain.Invalid:
		return http.StatusBadRequest
	case domain.Unauthenticated:
		return http.StatusUnauthorized
	case domain.Denied:
		return http.StatusForbidden
	case domain.NotFound:
		return http.StatusNotFound
	case domain.Conflict:
		return http.StatusConflict
	case domain.Unprocessable:
		return http.StatusUnprocessableEntity
	case domain.Limit:
		return http.StatusTooManyRequests
	case domain.Unavailable:
		return http.StatusServiceUnavailable
	}
	return http.StatusInternalServerError
}

// titleOf says what sort of problem a status is.
func titleOf(status int, in question.Language) string {
	switch status {
	case http.StatusUnauthorized:
		return in.Of("需要登录", "Sign-in needed")
	case http.StatusForbidden:
		return in.Of("没有权限", "Not allowed")
	case http.StatusNotFound:
		return in.Of("未找到", "Not found")
	case http.StatusMethodNotAllowed:
		return in.Of("方法不支持", "Method not supported")
	case http.StatusConflict:
		return in.Of("状态冲突", "Conflict")
	case http.StatusUnprocessableEntity:
		return in.Of("业务规则不允许", "Refused by a rule")
	case http.StatusTooManyRequests, http.StatusRequestEntityTooLarge:
		return in.Of("超出限制", "Limit exceeded")
	case http.StatusServiceUnavailable:
		return in.Of("暂时不可用", "Unavailable at the moment")
	case http.StatusInternalServerError:
		return in.Of("系统内部错误", "Internal error")
	}
	return in.Of("请求不正确", "Invalid request")
}

// refusalOf is what an error means to the caller: the refusal in it, or that the
// server failed, in which case known is false and the error is for the log.
func refusalOf(err error) (refusal *domain.Error, known bool) {
	var large *http.MaxBytesError
	switch {
	case errors.As(err, &large):
		return domain.ErrRequestTooLarge.With("limit", strconv.FormatInt(large.Limit, 10)), true
	case errors.Is(err, domain.ErrLedgerOutcomeUnknown): // also when the time is over
		return &domain.Error{Code: domain.ErrLedgerOutcomeUnknown}, true
	case errors.Is(err, context.DeadlineExceeded), errors.Is(err, context.Canceled):
		return &domain.Error{Code: domain.ErrRequestTimeout}, true
	}
	if refusal, found := domain.AsError(err); found && refusal.Kind() != 0 {
		return refusal, true
	}
	return &domain.Error{Code: domain.ErrServerInternal}, false
}

// newProblem is the refusal as it is answered.
func newProblem(refusal *domain.Error, in question.Language, request string) *Problem {
	status := statusOf(refusal.Code)
	p := &Problem{
		Type: problemType + refusal.Code.Name(), Title: titleOf(status, in), Status: status,
		Detail: sentence(refusal, in), Code: refusal.Code.Name(), Params: refusal.Params, RequestID: request,
	}
	fields := []string{refusal.Field}
	if several := refusal.Params["fields"]; several != "" {
		fields = strings.Split(several, ",")
	}
	for _, field := range fields {
		if field != "" {
			p.add(&domain.Error{Code: refusal.Code, Field: field, Params: refusal.Params}, in)
		}
	}
	return p
}

func (p *Problem) add(refusal *domain.Error, in question.Language) {
	p.Errors = append(p.Errors, FieldProblem{Field: refusal.Field, Code: refusal.Code.Name(), Detail: sentence(refusal, in)})
}

func sentence(refusal *domain.Error, in question.Language) string {
	return in.Of(refusal.MessageZH(), refusal.Message())
}

// Refuse answers a request with what err means, and keeps the code for the log.
func (a *API) Refuse(w http.ResponseWriter, r *http.Request, err error) {
	x := ExchangeOf(r.Context())
	p := problemFor(x, err)
	header := w.Header()
	x.explain(header, p)
	header.Set("Content-Type", problemMedia)
	w.WriteHeader(p.Status)
	if r.Method != http.MethodHead {
		_ = json.MarshalWrite(w, p) // the client may have gone
		_, _ = w.Write(newline)
	}
}

// problemFor is the problem an error is answered with.
func problemFor(x *Exchange, err error) *Problem {
	refusal, known := refusalOf(err)
	x.Code = refusal.Code.Name()
	if !known || refusal.Kind() == domain.Unavailable {
		x.Failure = err
	}
	return newProblem(refusal, x.Language, x.ID())
}

// explain sets the headers that go with a problem.
func (x *Exchange) explain(header http.Header, p *Problem) {
	header.Set("Content-Language", x.Language.Tag())
	header.Set("Vary", "Accept-Language, Cookie")
	switch p.Status {
	case http.StatusUnauthorized:
		header.Set("WWW-Authenticate", `Bearer realm="guishu"`)
	case http.StatusServiceUnavailable:
		header.Set("Retry-After", "1")
	case http.StatusTooManyRequests:
		if wait := p.Params["retry_after"]; wait != "" {
			header.Set("Retry-After", wait)
		}
	}
}

// Loggable is an error's text without what PostgreSQL may have put into it of the
// values that it was given.
func Loggable(err error) string {
	var refused *pgconn.PgError
	if errors.As(err, &refused) {
		return strings.Join([]string{"PostgreSQL", refused.Code, refused.SchemaName, refused.TableName, refused.ConstraintName}, " ")
	}
	return err.Error()
}
