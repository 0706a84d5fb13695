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
	site, cookies := web(t, a), t.TempDir()
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
		nothing := strings.HasPrefix(body, `{"items":[]`) && !strings.Contains(command, "?payment=") // decided a moment later
		if err != nil || !want.MatchString(status) || nothing {
			t.Errorf("%s\n%v %s %s", command, err, status, body)
		}
	}
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
