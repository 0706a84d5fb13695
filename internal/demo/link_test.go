package demo_test

import (
	"bytes"
	"io"
	"log/slog"
	"net/http"
	"net/http/cookiejar"
	"net/http/httptest"
	"os/exec"
	"strings"
	"testing"

	door "guishu/http"
	"guishu/internal/app"
	"guishu/internal/demo"

	"github.com/go-json-experiment/json"
)

// web serves the demo on a port of its own.
func web(t *testing.T, a *app.App) *httptest.Server {
	t.Helper()
	server, err := door.New(door.Config{
		Ledger: a.Ledger, Auth: a.Auth, Read: a.Pool, Models: a.Models, Store: a.Store, Decoder: a.Codec, Lookups: a.Lookups,
		Location: a.Location, Log: slog.New(slog.DiscardHandler), Version: "test",
	})
	if err != nil {
		t.Fatal(err)
	}
	listening := httptest.NewServer(server)
	t.Cleanup(listening.Close)
	return listening
}

// visitor is a browser that somebody signed in with.
func visitor(t *testing.T, address, login string) *http.Client {
	t.Helper()
	jar, err := cookiejar.New(nil)
	if err != nil {
		t.Fatal(err)
	}
	client := &http.Client{Jar: jar}
	body, err := json.Marshal(map[string]string{"login": login, "password": demo.Password})
	if err != nil {
		t.Fatal(err)
	}
	answer, err := client.Post(address+"/v1/session", "application/json", bytes.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	answer.Body.Close()
	if answer.StatusCode != http.StatusOK {
		t.Fatalf("%s cannot sign in: %s", login, answer.Status)
	}
	return client
}

func get(t *testing.T, client *http.Client, address string) string {
	t.Helper()
	answer, err := client.Get(address)
	if err != nil {
		t.Fatal(err)
	}
	defer answer.Body.Close()
	body, err := io.ReadAll(answer.Body)
	if err != nil {
		t.Fatal(err)
	}
	if answer.StatusCode != http.StatusOK {
		t.Errorf("%s: %s %s", address, answer.Status, body)
	}
	return string(body)
}

func showsSomething(t *testing.T, a *app.App, record demo.Record) {
	site := web(t, a)
	reader := visitor(t, site.URL, demo.Reader)
	wants := []string{
		`"openapi":"3.1`, `"label":"获批的申请"`, `"status":"PENDING"`, `"follows_handler":false`, `"kind":"ESTABLISHED"`,
		`海棠财富临江分公司`, `customer.erased`,
	}
	links := record.Shown.Links(record.BegunOn)
	if len(links) != len(wants) {
		t.Fatalf("%d links, %d expectations", len(links), len(wants))
	}
	for i, link := range links {
		client := reader
		if link.Open {
			client = http.DefaultClient
		}
		if body := get(t, client, site.URL+link.Path); !strings.Contains(body, wants[i]) {
			t.Errorf("%s lacks %s: %s", link.Path, wants[i], body)
		}
	}
	for _, s := range demo.SignIns {
		if body := get(t, visitor(t, site.URL, s.Login), site.URL+"/v1/me"); strings.Contains(body, `"roles":[]`) {
			t.Errorf("%s has no role", s.Login)
		}
	}
	commandsWork(t, site.URL, record)
}

// commandsWork runs the commands as they are printed.
func commandsWork(t *testing.T, address string, record demo.Record) {
	if _, err := exec.LookPath("curl"); err != nil {
		t.Log("curl is not on this machine: the commands' links were read without it")
		return
	}
	var page bytes.Buffer
	if err := record.Shown.Print(&page, address, record.BegunOn, 2248); err != nil {
		t.Fatal(err)
	}
	ran := 0
	for line := range strings.Lines(page.String()) {
		command, is := strings.CutPrefix(strings.TrimSpace(line), "curl ")
		if !is {
			continue
		}
		// Not the visitor's own cookies.
		command = strings.ReplaceAll(command, "/tmp/guishu-demo.cookies", t.TempDir()+"/../cookies")
		out, err := exec.CommandContext(t.Context(), "sh", "-c", "curl --fail-with-body "+command).CombinedOutput()
		if err != nil || len(out) == 0 {
			t.Errorf("%s: %v: %s", command, err, out)
		}
		ran++
	}
	if want := 1 + len(record.Shown.Links(record.BegunOn)); ran != want {
		t.Errorf("%d commands were printed, want %d", ran, want)
	}
}
