package demo_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"guishu/internal/app"
)

// toursWork runs every command of the tours, in both languages, in the order they
// stand in. The tours must give the same commands.
func toursWork(t *testing.T, a *app.App) {
	if _, err := exec.LookPath("curl"); err != nil {
		t.Log("curl is not on this machine: the tours cannot be walked")
		return
	}
	english, chinese := commandsOf(t, "tour.md"), commandsOf(t, "导览.md")
	if !slices.Equal(english, chinese) {
		t.Fatal("the tours give different commands")
	}
	if len(english) < 15 {
		t.Fatalf("only %d commands were found", len(english))
	}
	site, cookies, met := web(t, a), t.TempDir(), map[string]bool{}
	for _, command := range english {
		command = strings.ReplaceAll(command, "http://127.0.0.1:8787", site.URL)
		command = strings.ReplaceAll(command, "/tmp/", cookies+"/")
		out, err := exec.CommandContext(t.Context(), "sh", "-c", command+` -w '\n%{http_code}'`).Output()
		body, status := string(out), ""
		if cut := strings.LastIndex(body, "\n"); cut >= 0 {
			body, status = body[:cut], body[cut+1:]
		}
		want := regexp.MustCompile(`^20[01]$`)
		if strings.Contains(command, "beimen-head.cookies '") && strings.Contains(command, "/v1/customers/") {
			want = regexp.MustCompile(`^404$`) // out of scope, which is what it shows
		}
		for part, want := range shown {
			if strings.Contains(command, part) {
				if !strings.Contains(body, want) {
					t.Errorf("%s\ndoes not show %s: %s", command, want, body)
				}
				met[part] = true
			}
		}
		nothing := strings.HasPrefix(body, `{"items":[]`) && !strings.Contains(command, "?payment=") // decided a moment later
		if err != nil || !want.MatchString(status) || nothing {
			t.Errorf("%s\n%v %s %s", command, err, status, body)
		}
	}
	for part := range shown {
		if !met[part] {
			t.Errorf("no command of the tours has %s", part)
		}
	}
}

// shown is what the tours say that commands show, by a part of them.
var shown = map[string]string{
	"50e0df26-82cc-8880-9236-b0ad4cedfdba/timeline": "ownership.claim-superseded",
	"customer=891bf8de-efb8-8bd8-a695-637ed54ccf03": `"ground":"T1"`,
	"customer=58eed5ec-2237-8305-abc4-7fc0e5a4d750": `"ground":"E2"`,
	"customer=ed846f40-d33c-8e91-a81d-f773222cdd41": `"countered":true`,
	"/ownership'":         `"kind":"ADJUSTED"`,
	"&known_at=":          `"owners":[]`,
	"f2a5cc61-3ef1-82c5-": "customer.erased",
	"referrals/5074bce4-30c5-813f-9fc1-f4806c3e692e'": `"status":"ACCEPTED"`,
}

// commandsOf are the curl commands of a page, each on one line.
func commandsOf(t *testing.T, page string) []string {
	t.Helper()
	text, err := os.ReadFile(filepath.Join("..", "..", "docs", page))
	if err != nil {
		t.Fatal(err)
	}
	var commands []string
	for line := range strings.Lines(strings.ReplaceAll(string(text), "\\\n", "")) {
		if strings.HasPrefix(line, "curl ") {
			commands = append(commands, strings.TrimSpace(line))
		}
	}
	return commands
}
