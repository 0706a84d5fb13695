package api

import (
	"context"
	"net/http"
	"strings"
	"time"

	"guishu/commands"
	"guishu/domain"
	"guishu/domain/staff"
	"guishu/http/question"
)

// verb is a command as the ledger offers it.
type verb[C, A any] func(context.Context, commands.Call, C) (A, error)

// answered is what every command answers, or holds what it does.
type answered interface{ taken() commands.Answer }

// done is a command's answer and nothing else.
type done struct{ commands.Answer }

func (a done) taken() commands.Answer { return a.Answer }

// command makes the route of a verb. The body is the command; what the address names,
// such as {unit}, is the command's field of that name. It answers 201 when something
// was written and 200 when this very command had taken effect before.
func command[C any](a *API, area string, rt Route, run verb[C, commands.Answer]) {
	telling(a, area, rt, nil, plainly(run))
}

// plainly is a verb that answers that it was done.
func plainly[C any](run verb[C, commands.Answer]) verb[C, done] {
	return func(ctx context.Context, call commands.Call, c C) (done, error) {
		answer, err := run(ctx, call, c)
		return done{answer}, err
	}
}

// completion puts into a command what follows from what was sent.
type completion[C any] struct {
	in    []parameter // that it takes from the address, and no field of the command is for
	from  []string    // the fields that follow, which are not asked for
	apply func(r *http.Request, x *Exchange, c *C) error
}

// telling makes the route of a verb that answers more than that it was done.
func telling[C any, A answered](a *API, area string, rt Route, complete *completion[C], run verb[C, A]) {
	takes, gives := typeOf[C](), typeOf[A]()
	in, places := addressed(takes, rt.Path), placesIn(takes)
	known, hidden := in, names(in)
	if complete != nil {
		known, hidden = append(in[:len(in):len(in)], complete.in...), append(hidden, complete.from...)
	}
	op := a.document.operation(area, rt, known)
	optional := a.document.commands(op, takes, gives, hidden)
	a.document.add(op, rt)
	a.mount(rt, known, func(_ http.ResponseWriter, r *http.Request, x *Exchange) (int, any, error) {
		var c C
		if !optional || r.ContentLength != 0 {
			if err := a.readBody(r, &c); err != nil {
				return 0, nil, err
			}
		}
		if err := fill(&c, in, r); err != nil {
			return 0, nil, err
		}
		if complete != nil {
			if err := complete.apply(r, x, &c); err != nil {
				return 0, nil, err
			}
		}
		call, err := callOf(r, x)
		if err != nil {
			return 0, nil, err
		}
		answer, err := run(r.Context(), call, c)
		a.Given(rt.Name, outcomeOf(answer.taken(), err))
		if err != nil {
			return 0, nil, places.locate(err)
		}
		if answer.taken().Repeated {
			return http.StatusOK, answer, nil
		}
		return http.StatusCreated, answer, nil
	})
}

func names(in []parameter) []string {
	all := make([]string, len(in))
	for i, p := range in {
		all[i] = p.name
	}
	return all
}

// agree sets a field of a command to what follows from the address. The body may
// repeat it, but not say otherwise.
func agree[T comparable](field *T, name string, value T) error {
	var none T
	if *field != none && *field != value {
		return domain.ErrRequestValidation.At(name)
	}
	*field = value
	return nil
}

func outcomeOf(answer commands.Answer, err error) string {
	switch {
	case err != nil:
		refusal, _ := refusalOf(err)
		return refusal.Code.Name()
	case answer.Repeated:
		return "repeated"
	}
	return "written"
}

// callOf says who asks, under which key and, for history, when it happened and with
// which migration batch.
func callOf(r *http.Request, x *Exchange) (commands.Call, error) {
	call := commands.Call{Actor: x.Identity.Staff, Correlation: x.Request}
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

// given is the route of a command.
func given(path, name, chinese, english string) Route {
	return Route{Method: http.MethodPost, Path: path, Name: name, Title: question.Say(chinese, english)}
}

func (rt Route) needing(permission staff.Permission) Route {
	rt.Needs = permission
	return rt
}
