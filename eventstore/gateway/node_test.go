package gateway_test

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"guishu/eventstore/gateway"
	"guishu/internal/waiting"
)

// The Node clients, of EventStoreDB and of its successor, use the gateway as their
// programs would: testdata/node/checks.mjs says how, a line a check.
func TestNodeClients(t *testing.T) {
	t.Parallel()
	clients := nodeClients(t)
	for _, name := range []string{"@eventstore/db-client", "@kurrent/kurrentdb-client"} {
		t.Run(filepath.Base(name), func(t *testing.T) {
			t.Parallel()
			s := serve(t, open)
			checks := runChecks(t, clients, name, "esdb://"+s.address+"?tls=false")
			if len(checks) != len(namesOfChecks(t)) {
				t.Errorf("%d checks were made, want %d", len(checks), len(namesOfChecks(t)))
			}
			for _, check := range checks {
				if failure, failed := strings.CutPrefix(check, "not ok "); failed {
					t.Error(strings.ReplaceAll(failure, " | ", "\n"))
				}
			}
		})
	}
}

// A check that fails is seen: without permission to write, hardly one succeeds.
func TestNodeChecksCanFail(t *testing.T) {
	t.Parallel()
	clients := nodeClients(t)
	s := serve(t, open, func(c *gateway.Config) { c.Writable = false })
	checks := runChecks(t, clients, "@eventstore/db-client", "esdb://"+s.address+"?tls=false", "append")
	if len(checks) != 1 || !strings.HasPrefix(checks[0], "not ok append: ") {
		t.Errorf("an append that is not allowed gave %q", checks)
	}
}

// runChecks gives the lines that the checks print.
func runChecks(t *testing.T, clients string, arguments ...string) []string {
	t.Helper()
	script, err := filepath.Abs("testdata/node/checks.mjs")
	if err != nil {
		t.Fatal(err)
	}
	watch := waiting.Over(t)
	defer watch.Await("the next check of the Node client")()
	node := exec.CommandContext(watch.Context(), "node", append([]string{script}, arguments...)...)
	node.Dir = clients
	var output, errorOutput printed
	output.heard, errorOutput.heard = watch.Alive, watch.Alive
	node.Stdout, node.Stderr = &output, &errorOutput
	err = node.Run()
	if exit := (*exec.ExitError)(nil); err != nil && !errors.As(err, &exit) {
		t.Fatal(err)
	}
	lines := regexp.MustCompile(`(?m)^(not )?ok .*$`).FindAllString(output.String(), -1)
	if len(lines) == 0 {
		t.Fatalf("node gave up (%v):\n%s%s", err, output.String(), errorOutput.String())
	}
	return lines
}

// printed is what a program printed, each piece of which is heard.
type printed struct {
	bytes.Buffer
	heard func()
}

// Write implements io.Writer.
func (p *printed) Write(text []byte) (int, error) {
	p.heard()
	return p.Buffer.Write(text)
}

// namesOfChecks are those that the script defines.
func namesOfChecks(t *testing.T) []string {
	t.Helper()
	script, err := os.ReadFile("testdata/node/checks.mjs")
	if err != nil {
		t.Fatal(err)
	}
	return regexp.MustCompile(`(?m)^  async "[^"]+"`).FindAllString(string(script), -1)
}

// nodeClients gives a folder into which the clients are installed, as testdata/node
// locks them. It is kept from run to run in the user's cache. Where there is no
// Node, or the registry is out of reach, the test is skipped for that reason.
func nodeClients(t *testing.T) string {
	t.Helper()
	for _, program := range []string{"node", "npm"} {
		if _, err := exec.LookPath(program); err != nil {
			t.Skipf("there is no %s here, which runs the Node clients", program)
		}
	}
	cache, err := os.UserCacheDir()
	if err != nil {
		t.Skipf("there is no folder to keep the Node clients in: %v", err)
	}
	lock, err := os.ReadFile("testdata/node/package-lock.json")
	if err != nil {
		t.Fatal(err)
	}
	sum := sha256.Sum256(lock)
	folder := filepath.Join(cache, "guishu-test", "node-clients-"+hex.EncodeToString(sum[:8]))
	if _, err := os.Stat(folder); err == nil {
		return folder
	}
	installClients(t, folder)
	return folder
}

// installClients installs beside the folder and moves it into place whole, so that
// whoever finds it finds all of it.
func installClients(t *testing.T, folder string) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(folder), 0o755); err != nil {
		t.Fatal(err)
	}
	building, err := os.MkdirTemp(filepath.Dir(folder), "installing-")
	if err != nil {
		t.Fatal(err)
	}
	defer os.RemoveAll(building)
	if err := os.CopyFS(building, os.DirFS("testdata/node")); err != nil {
		t.Fatal(err)
	}
	npm := exec.CommandContext(t.Context(), "npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund", "--fetch-retries=1", "--fetch-timeout=30000")
	npm.Dir = building
	output, err := npm.CombinedOutput()
	switch {
	case err != nil && outOfReach.Match(output):
		t.Skipf("the npm registry is out of reach (%s), so there is no Node client to test with", outOfReach.Find(output))
	case err != nil:
		t.Fatalf("npm ci: %v\n%s", err, output)
	}
	if err := os.Rename(building, folder); err != nil {
		if _, other := os.Stat(folder); other != nil {
			t.Fatal(err)
		}
	}
}

// outOfReach is how npm says that it could not reach its registry.
var outOfReach = regexp.MustCompile(`\b(ENOTFOUND|EAI_AGAIN|ECONNREFUSED|ECONNRESET|ENETUNREACH|EHOSTUNREACH|ETIMEDOUT|ERR_SOCKET_TIMEOUT|EPROTO|E50\d)\b`)

// The lock names packages and what they must hash to, and no registry: everyone has
// the one they use.
func TestNodeLockNamesNoRegistry(t *testing.T) {
	t.Parallel()
	lock, err := os.ReadFile("testdata/node/package-lock.json")
	if err != nil {
		t.Fatal(err)
	}
	if bytes.Contains(lock, []byte(`"resolved"`)) || !bytes.Contains(lock, []byte(`"integrity"`)) {
		t.Error("the lock was made without omit-lockfile-registry-resolved")
	}
}
