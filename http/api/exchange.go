package api

import (
	"context"
	"strconv"
	"strings"
	"time"

	"guishu/domain/staff"
	"guishu/http/auth"
	"guishu/http/question"

	"github.com/google/uuid"
)

// Exchange is one request with its answer: what the log and the metrics say of it,
// and who asks. It travels in the request's context.
type Exchange struct {
	Request  uuid.UUID
	Started  time.Time
	Language question.Language

	Route     string // the address's template; empty where no route fits
	Identity  auth.Identity
	Principal staff.Principal

	Code    string // of the refusal, if any
	Failure error  // what the log is to say of it
	Status  int
	Bytes   int

	name string // text of Request, made when first needed
}

type exchangeKey struct{}

// WithExchange is ctx with an exchange in it.
func WithExchange(ctx context.Context, x *Exchange) context.Context {
	return context.WithValue(ctx, exchangeKey{}, x)
}

// ExchangeOf is the exchange that a handler's context belongs to.
func ExchangeOf(ctx context.Context) *Exchange {
	x, _ := ctx.Value(exchangeKey{}).(*Exchange)
	return x
}

// ID is the request's id as people see it.
func (x *Exchange) ID() string {
	if x.name == "" {
		x.name = x.Request.String()
	}
	return x.name
}

// Preferred reads an Accept-Language header: English when it is wanted more than
// Chinese, else Chinese.
func Preferred(header string) question.Language {
	if header == "" {
		return question.Chinese
	}
	best := map[question.Language]float64{}
	for part := range strings.SplitSeq(header, ",") {
		name, parameters, _ := strings.Cut(strings.TrimSpace(part), ";")
		quality := 1.0
		if q, found := strings.CutPrefix(strings.TrimSpace(parameters), "q="); found {
			if parsed, err := strconv.ParseFloat(q, 64); err == nil {
				quality = parsed
			}
		}
		primary, _, _ := strings.Cut(strings.ToLower(name), "-")
		switch primary {
		case "zh":
			best[question.Chinese] = max(best[question.Chinese], quality)
		case "en":
			best[question.English] = max(best[question.English], quality)
		}
	}
	if best[question.English] > best[question.Chinese] {
		return question.English
	}
	return question.Chinese
}
