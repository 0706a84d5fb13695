package load_test

import (
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"

	"guishu/internal/bench/load"
)

const (
	one = "0192f0c4-5b1e-7d3a-9c55-000000000001"
	two = "0192f0c4-5b1e-7d3a-9c55-000000000002"
)

// order asks a handler over some connections for a moment.
func order(t *testing.T, connections int, handler http.HandlerFunc) (load.Order, string) {
	t.Helper()
	server := httptest.NewServer(handler)
	t.Cleanup(server.Close)
	o := load.Order{Address: strings.TrimPrefix(server.URL, "http://"), Seconds: 0.1, First: 7, Subjects: []string{one, two}}
	for i := range connections {
		body := `{"subject":"` + load.Subject + `"}`
		o.Clients = append(o.Clients, load.Client{Offset: i, Request: fmt.Sprintf(
			"POST /x HTTP/1.1\r\nHost: h\r\nKey: c%d-%s\r\nContent-Length: %d\r\n\r\n%s", i, load.Number, len(body)-len(load.Subject)+36, body)})
	}
	return o, server.URL
}

func TestEveryRequestIsAnotherOneAndEveryGoodAnswerCounts(t *testing.T) {
	t.Parallel()
	var mu sync.Mutex
	keys, subjects := map[string]int{}, map[string]int{}
	o, _ := order(t, 3, func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		mu.Lock()
		defer mu.Unlock()
		keys[r.Header.Get("Key")]++
		subjects[string(body)]++
		w.WriteHeader(http.StatusCreated)
		_, _ = io.WriteString(w, "hello")
	})
	outcome, err := load.Run(o)
	if err != nil {
		t.Fatal(err)
	}
	if outcome.Answered != len(keys) || outcome.Answered == 0 || outcome.Refused != 0 || outcome.Bytes != 5 {
		t.Errorf("%+v, %d keys", outcome, len(keys))
	}
	for key, times := range keys {
		if times != 1 {
			t.Errorf("%s was asked %d times", key, times)
		}
	}
	if keys["c0-00000007"] != 1 || outcome.Next <= 7 {
		t.Errorf("numbers do not begin with the first one: next %d", outcome.Next)
	}
	if len(subjects) != 2 || subjects[`{"subject":"`+one+`"}`] == 0 {
		t.Errorf("subjects: %v", subjects)
	}
	if outcome.P50 <= 0 || outcome.P99 < outcome.P50 || outcome.PerSecond() <= 0 {
		t.Errorf("%+v", outcome)
	}
}

func TestRefusalsAreNotCountedAndLongAnswersAreRead(t *testing.T) {
	t.Parallel()
	var asked sync.Map
	long := strings.Repeat("x", 200_000)
	o, _ := order(t, 1, func(w http.ResponseWriter, r *http.Request) {
		_, again := asked.LoadOrStore("asked", true)
		if !again {
			http.Error(w, "not now", http.StatusConflict)
			return
		}
		for range 3 { // too long to be buffered: it goes out in chunks
			_, _ = io.WriteString(w, long)
		}
	})
	outcome, err := load.Run(o)
	if err != nil {
		t.Fatal(err)
	}
	if outcome.Refused != 1 || outcome.Answered == 0 || !strings.Contains(outcome.Refusal, "not now") || outcome.Bytes < 600_000 {
		t.Errorf("refused %d, answered %d, %d bytes: %s", outcome.Refused, outcome.Answered, outcome.Bytes, outcome.Refusal)
	}
}

func TestOrdersComeInLinesAndGoWrongLoudly(t *testing.T) {
	t.Parallel()
	if err := load.Serve(strings.NewReader(""), io.Discard); err != nil {
		t.Errorf("no orders: %v", err)
	}
	for name, text := range map[string]string{
		"no JSON":     "{",
		"no server":   `{"Address":"127.0.0.1:1","Clients":[{"Request":"GET / HTTP/1.1\r\n\r\n"}]}`,
		"no subjects": `{"Address":"127.0.0.1:1","Clients":[{"Request":"{subject}"}]}`,
	} {
		if err := load.Serve(strings.NewReader(text), io.Discard); err == nil {
			t.Errorf("%s: no error", name)
		}
	}
}
