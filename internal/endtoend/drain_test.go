package endtoend

import (
	"fmt"
	"io"
	"net"
	"net/http"
	"regexp"
	"strings"
	"syscall"
	"testing"

	"github.com/google/uuid"

	"guishu/internal/waiting"
)

// inFlight is what the metrics say of requests under way.
var inFlight = regexp.MustCompile(`(?m)^guishu_http_requests_in_flight (\d+)$`)

// A program that is told to stop answers the requests that are under way: also one
// that waits for the read models to show what another one is just writing.
func TestRequestsUnderWayAreAnsweredWhileStopping(t *testing.T) {
	t.Parallel()
	f := establish(install(t).start())
	next := last(t, f.connect()) + 1
	body, typing := io.Pipe()
	t.Cleanup(func() { typing.Close() })
	writing, err := http.NewRequestWithContext(within(t), http.MethodPost, f.address+"/v1/units/"+f.north+"/name", body)
	if err != nil {
		t.Fatal(err)
	}
	writing.Header.Set("Content-Type", "application/json")
	writing.Header.Set("Idempotency-Key", uuid.NewString())
	writing.AddCookie(&http.Cookie{Name: "guishu_session", Value: f.admin.session})
	written, read := make(chan int, 1), make(chan reply, 1)
	go func() {
		answer, err := f.http.Do(writing)
		if err != nil {
			written <- 0
			return
		}
		answer.Body.Close()
		written <- answer.StatusCode
	}()
	go func() {
		answer, _ := f.try(f.admin, request{method: http.MethodGet, path: fmt.Sprintf("/v1/units/%s?min_position=%d", f.north, next)})
		read <- answer
	}()
	waiting.Until(t, "both requests to be under way", func() bool {
		found := inFlight.FindStringSubmatch(f.get(f.admin, "/metrics").body)
		return found != nil && found[1] == "3"
	})
	if err := f.process.Signal(syscall.SIGTERM); err != nil {
		t.Fatal(err)
	}
	waiting.Until(t, "no new requests to be taken", func() bool {
		conn, err := net.Dial("tcp", strings.TrimPrefix(f.address, "http://"))
		if err == nil {
			conn.Close()
		}
		return err != nil
	})
	if _, err := io.WriteString(typing, `{"name":"改名支局"}`); err != nil {
		t.Fatal(err)
	}
	typing.Close()
	if status := <-written; status != http.StatusCreated {
		t.Errorf("the command was answered with %d", status)
	}
	if answer := <-read; answer.status != http.StatusOK || !strings.Contains(answer.body, "改名支局") {
		t.Errorf("the reader was answered with %d %s", answer.status, answer.body)
	}
	if code := f.stop(); code != 0 {
		t.Errorf("exit code %d after SIGTERM", code)
	}
}
