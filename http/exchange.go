package http

import (
	"context"
	"net/http"
	"time"

	"guishu/domain/staff"
	"guishu/http/auth"

	"github.com/google/uuid"
)

// exchange is one request with its answer: what the log and the metrics say of
// it, and who asks. It travels in the request's context.
type exchange struct {
	request   uuid.UUID
	name      string // text of request, made when first needed
	started   time.Time
	language  language
	operation *operation // nil where no route fits

	identity  auth.Identity
	principal staff.Principal

	code    string // of the refusal, if any
	failure error  // what the log is to say of it
	status  int
	bytes   int
}

type exchangeKey struct{}

// exchangeOf is the exchange that a handler's context belongs to.
func exchangeOf(ctx context.Context) *exchange {
	x, _ := ctx.Value(exchangeKey{}).(*exchange)
	return x
}

// id is the request's id as people see it.
func (x *exchange) id() string {
	if x.name == "" {
		x.name = x.request.String()
	}
	return x.name
}

// recorder notes what is answered.
type recorder struct {
	http.ResponseWriter
	exchange *exchange
}

// WriteHeader notes the status.
func (w *recorder) WriteHeader(status int) {
	if w.exchange.status == 0 {
		w.exchange.status = status
	}
	w.ResponseWriter.WriteHeader(status)
}

// Write notes how much is answered.
func (w *recorder) Write(b []byte) (int, error) {
	if w.exchange.status == 0 {
		w.exchange.status = http.StatusOK
	}
	n, err := w.ResponseWriter.Write(b)
	w.exchange.bytes += n
	return n, err
}

// Unwrap is for http.ResponseController.
func (w *recorder) Unwrap() http.ResponseWriter { return w.ResponseWriter }
