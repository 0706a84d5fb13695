package api

import (
	"context"
	"net/http"
	"slices"
	"strings"
	"time"

	"guishu/commands/ledger"
	"guishu/domain"
)

// answered is what every command answers, or holds what it does.
type answered interface{ taken() ledger.Answer }

// done is a command's answer and nothing else.
type done struct{ ledger.Answer }

func (d done) taken() ledger.Answer { return d.Answer }

// carried carries out a command whose body is B.
type carried[B any, A answered] func(ctx context.Context, call ledger.Call, body B) (A, error)

// verbOf is what a command says of itself.
func verbOf[C ledger.Body]() ledger.Verb {
	var c C
	return c.Verb()
}

// command makes the route of a command. The body is the command; what the address
// names, such as {unit}, is the command's field of that name.
func command[C ledger.Command](a *API, area, path string) {
	give(a, area, path, verbOf[C](), doing[C](a), completion[C]{})
}

// written makes the route of a command whose body is written in the API's own words.
func written[B any, C ledger.Command](a *API, area, path string, command func(B) C) {
	give(a, area, path, verbOf[C](), func(ctx context.Context, call ledger.Call, body B) (done, error) {
		return doing[C](a)(ctx, call, command(body))
	}, completion[B]{})
}

// telling makes the route of a command that answers more than that it was done.
func telling[C ledger.Body, A answered](a *API, area, path string, run carried[C, A]) {
	give(a, area, path, verbOf[C](), run, completion[C]{})
}

// doing has the ledger carry out a command.
func doing[C ledger.Command](a *API) carried[C, done] {
	return func(ctx context.Context, call ledger.Call, c C) (done, error) {
		answer, err := a.Ledger.Do(ctx, call, c)
		return done{answer}, err
	}
}

// completion puts into a body what follows from the address; the zero completion
// nothing.
type completion[B any] struct {
	in    []parameter // what it takes from the address, which is for no field of the body
	from  []string    // the fields that follow, which nobody is asked for
	apply func(r *http.Request, x *Exchange, body *B) error
}

// give makes the route of a verb. It answers 201 when something was written and 200
// when this very command had taken effect before.
func give[B any, A answered](a *API, area, path string, verb ledger.Verb, run carried[B, A], complete completion[B]) {
	rt := Route{Method: http.MethodPost, Path: path, Name: verb.Name, Title: verb.Title, Does: verb.Does, Needs: verb.Needs, Refuses: verb.Refuses}
	in, places := addressed(typeOf[B](), path), placesIn(typeOf[B]())
	known := slices.Concat(in, complete.in)
	op := a.document.operation(area, rt, known)
	optional := a.document.commands(op, typeOf[B](), typeOf[A](), append(names(in), complete.from...))
	a.document.add(op, rt)
	a.mount(rt, known, func(_ http.ResponseWriter, r *http.Request, x *Exchange) (int, any, error) {
		var body B
		if !optional || r.ContentLength != 0 {
			if err := a.readBody(r, &body); err != nil {
				return 0, nil, err
			}
		}
		if err := fill(&body, in, r); err != nil {
			return 0, nil, err
		}
		if complete.apply != nil {
			if err := complete.apply(r, x, &body); err != nil {
				return 0, nil, err
			}
		}
		call, err := callOf(r, x)
		if err != nil {
			return 0, nil, err
		}
		answer, err := run(r.Context(), call, body)
		a.Given(verb.Name, outcomeOf(answer.taken(), err))
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

// callOf says who asks, under which key and, for history, when it happened and with
// which migration batch.
func callOf(r *http.Request, x *Exchange) (ledger.Call, error) {
	call := ledger.Call{Actor: x.Identity.Staff, Correlation: x.Request}
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
