package endtoend

import (
	"bytes"
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"

	"github.com/go-json-experiment/json"
	"github.com/google/uuid"
)

// fields is a JSON object as somebody sends it.
type fields = map[string]any

// person is somebody who asks, with what lets them in. The zero person is a
// stranger.
type person struct {
	login   string
	id      string // of the member of staff
	token   string // an API token
	session string // the cookie of a session
}

// reply is an answer that was read to its end.
type reply struct {
	status int
	header http.Header
	body   string
}

// request is one request as it is sent.
type request struct {
	method, path string
	body         string
	key          string   // Idempotency-Key
	headers      []string // names and values in turn; an empty value removes one
}

// try sends a request; an error means that nobody knows what became of it.
func (p *program) try(who person, r request) (reply, error) {
	sent, err := http.NewRequest(r.method, p.address+r.path, strings.NewReader(r.body))
	if err != nil {
		return reply{}, err
	}
	if r.body != "" {
		sent.Header.Set("Content-Type", "application/json")
	}
	if r.key != "" {
		sent.Header.Set("Idempotency-Key", r.key)
	}
	switch {
	case who.token != "":
		sent.Header.Set("Authorization", "Bearer "+who.token)
	case who.session != "":
		sent.AddCookie(&http.Cookie{Name: "guishu_session", Value: who.session})
	}
	for i := 0; i+1 < len(r.headers); i += 2 {
		sent.Header.Del(r.headers[i])
		if r.headers[i+1] != "" {
			sent.Header.Set(r.headers[i], r.headers[i+1])
		}
	}
	answer, err := p.http.Do(sent)
	if err != nil {
		return reply{}, err
	}
	defer answer.Body.Close()
	var content bytes.Buffer
	if _, err := io.Copy(&content, answer.Body); err != nil {
		return reply{}, err
	}
	return reply{status: answer.StatusCode, header: answer.Header, body: content.String()}, nil
}

// send sends a request that must be answered.
func (p *program) send(who person, r request) reply {
	p.t.Helper()
	answer, err := p.try(who, r)
	if err != nil {
		p.t.Fatalf("%s %s: %v", r.method, r.path, err)
	}
	return answer
}

func (p *program) get(who person, path string) reply {
	p.t.Helper()
	return p.send(who, request{method: http.MethodGet, path: path})
}

// post sends a body under a fresh idempotency key.
func (p *program) post(who person, path string, body fields, headers ...string) reply {
	p.t.Helper()
	return p.send(who, command(path, body, headers...))
}

// command is a command under a fresh idempotency key.
func command(path string, body fields, headers ...string) request {
	text := ""
	if body != nil {
		text = written(body)
	}
	return request{method: http.MethodPost, path: path, body: text, key: uuid.NewString(), headers: headers}
}

func written(body fields) string {
	text, err := json.Marshal(body, json.Deterministic(true))
	if err != nil {
		panic(fmt.Sprintf("a test's body cannot be written: %v", err))
	}
	return string(text)
}

// done sends a command that must take effect now, and gives its answer.
func (p *program) done(who person, path string, body fields) answer {
	p.t.Helper()
	return p.post(who, path, body).done(p.t)
}

// answer is what a command gives back.
type answer struct {
	ID       string `json:"id"`
	Stream   string `json:"stream"`
	Revision int64  `json:"revision"`
	Position int64  `json:"position"`
	Repeated bool   `json:"repeated"`
}

func (r reply) done(t testing.TB) answer {
	t.Helper()
	if r.status != http.StatusCreated {
		t.Fatalf("status %d, want 201: %s", r.status, r.body)
	}
	return r.answer(t)
}

func (r reply) answer(t testing.TB) answer {
	t.Helper()
	var a answer
	r.read(t, &a)
	return a
}

// is fails unless the status is as wanted.
func (r reply) is(t testing.TB, status int) reply {
	t.Helper()
	if r.status != status {
		t.Fatalf("status %d, want %d: %s", r.status, status, r.body)
	}
	return r
}

func (r reply) read(t testing.TB, into any) {
	t.Helper()
	if err := json.Unmarshal([]byte(r.body), into); err != nil {
		t.Fatalf("%v in %s", err, r.body)
	}
}

// problem is a refusal as programs read it.
type problem struct {
	Type   string `json:"type"`
	Title  string `json:"title"`
	Status int    `json:"status"`
	Detail string `json:"detail"`
	Code   string `json:"code"`
	Errors []struct {
		Field  string `json:"field"`
		Code   string `json:"code"`
		Detail string `json:"detail"`
	} `json:"errors"`
	RequestID string `json:"request_id"`
}

// code is the stable code of a refusal, empty for any other answer.
func (r reply) code() string {
	var p problem
	if r.header.Get("Content-Type") != "application/problem+json" || json.Unmarshal([]byte(r.body), &p) != nil {
		return ""
	}
	return p.Code
}

// refused fails unless the answer is a whole problem with that status and code.
func (r reply) refused(t testing.TB, status int, code string) problem {
	t.Helper()
	var p problem
	if r.status != status || r.code() != code {
		t.Fatalf("status %d and code %q, want %d and %s: %s", r.status, r.code(), status, code, r.body)
	}
	r.read(t, &p)
	if p.Type != "urn:guishu:error:"+code || p.Status != status || p.Title == "" || p.Detail == "" || p.RequestID == "" {
		t.Fatalf("the problem is not whole: %s", r.body)
	}
	return p
}
