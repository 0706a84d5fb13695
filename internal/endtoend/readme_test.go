package endtoend

import (
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"syscall"
	"testing"

	"guishu/internal/pgtest"
	"guishu/internal/waiting"
)

// promised are the two commands of a README: the lines of its first shell block,
// without what is said about them.
func promised(t *testing.T, text string) []string {
	t.Helper()
	_, block, _ := strings.Cut(text, "```sh\n")
	block, _, _ = strings.Cut(block, "```")
	var commands []string
	for line := range strings.Lines(block) {
		command, _, _ := strings.Cut(line, " # ")
		commands = append(commands, strings.TrimSpace(command))
	}
	if len(commands) != 2 {
		t.Fatalf("the README promises two commands and shows %q", commands)
	}
	return commands
}

func readFile(t *testing.T, path string) string {
	t.Helper()
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// Both READMEs say what each library is for that the program itself requires.
func TestTheReadmesNameEveryLibrary(t *testing.T) {
	t.Parallel()
	required, _, _ := strings.Cut(readFile(t, filepath.Join("..", "..", "go.mod")), ")")
	modules := regexp.MustCompile(`(?m)^\t(\S+) v`).FindAllStringSubmatch(required, -1)
	if len(modules) < 20 {
		t.Fatalf("only %d libraries were found in go.mod", len(modules))
	}
	for _, name := range []string{"README.md", "README.zh.md"} {
		text := readFile(t, filepath.Join("..", "..", name))
		for _, module := range modules {
			path := strings.TrimSuffix(strings.TrimPrefix(module[1], "github.com/"), "/googleapis/rpc")
			if !strings.Contains(text, "`"+path+"`") {
				t.Errorf("%s does not say what %s is for", name, path)
			}
		}
	}
}

var (
	demoAddress  = regexp.MustCompile(`http://127\.0\.0\.1:\d+`)
	demoPassword = regexp.MustCompile(`the password is always +(\S+)\s+(\S+)`)
)

// On a fresh clone the first command ends with the main job running and something
// to look at; the second is what .ci/run calls. Both languages say the same.
func TestTheTwoCommandsOfTheReadmeOnAFreshClone(t *testing.T) {
	t.Parallel()
	repository := filepath.Join("..", "..")
	if _, err := os.Stat(filepath.Join(repository, ".git")); err != nil {
		t.Skip("these sources are no git clone, so there is nothing to clone from")
	}
	home := pgtest.Folder(t)
	clone := filepath.Join(home, "clone")
	// These sources may belong to another user, which git minds unless its settings say
	// otherwise: those of a file reach both processes of a clone.
	settings := filepath.Join(home, "gitconfig")
	if err := os.WriteFile(settings, []byte("[safe]\n\tdirectory = *\n"), 0o644); err != nil {
		t.Fatal(err)
	}
	cloning := exec.Command("git", "clone", "--quiet", "--no-hardlinks", repository, clone)
	cloning.Env = append(os.Environ(), "GIT_CONFIG_GLOBAL="+settings)
	if said, err := cloning.CombinedOutput(); err != nil {
		t.Fatalf("clone: %v: %s", err, said)
	}
	commands := promised(t, readFile(t, filepath.Join(clone, "README.md")))
	if other := promised(t, readFile(t, filepath.Join(clone, "README.zh.md"))); other[0] != commands[0] || other[1] != commands[1] {
		t.Errorf("the READMEs promise %q and %q", commands, other)
	}
	if !strings.Contains(readFile(t, filepath.Join(clone, ".ci", "run")), "\n"+commands[1]+" ") {
		t.Errorf(".ci/run does not call %q", commands[1])
	}

	// A fresh clone is compiled first, which may take long and says nothing meanwhile.
	compiling := exec.Command("go", "build", "-buildvcs=false", "-o", os.DevNull, "./cmd/guishu")
	compiling.Dir = clone
	if said, err := compiling.CombinedOutput(); err != nil {
		t.Fatalf("compile: %v: %s", err, said)
	}
	demo := exec.Command("/bin/sh", "-c", "exec "+commands[0])
	demo.Dir = clone
	demo.Env = append((&installation{t: t}).environment(), "GUISHU_DATA="+filepath.Join(home, "ledger"), "GUISHU_LISTEN=127.0.0.1:0", "GOFLAGS="+os.Getenv("GOFLAGS")+" -buildvcs=false")
	printed := newOutput()
	demo.Stdout, demo.Stderr = printed, printed
	demo.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	if err := demo.Start(); err != nil {
		t.Fatal(err)
	}
	ended := make(chan error, 1)
	go func() { ended <- demo.Wait() }()
	t.Cleanup(func() { _ = syscall.Kill(-demo.Process.Pid, syscall.SIGKILL) }) // an error means that it has ended
	awaitPage(t, printed, ended)

	text := printed.String()
	address, signIn := demoAddress.FindString(text), demoPassword.FindStringSubmatch(text)
	if address == "" || signIn == nil {
		t.Fatalf("the demo prints no address or no sign-ins:\n%s", text)
	}
	p := &program{installation: &installation{t: t}, address: address, http: &http.Client{Timeout: waiting.Patience}}
	who := p.signIn(signIn[2], signIn[1])
	var list page[named]
	p.get(who, "/v1/units").is(t, http.StatusOK).read(t, &list)
	if len(list.Items) == 0 {
		t.Error("the demo has no units")
	}
	p.get(person{}, "/docs").is(t, http.StatusOK)

	// Ctrl-C in a terminal reaches every process of the group.
	if err := syscall.Kill(-demo.Process.Pid, syscall.SIGINT); err != nil {
		t.Fatal(err)
	}
	waiting.For(t, "the demo to stop", ended)
	(&installation{t: t, folder: filepath.Join(home, "ledger-demo")}).awaitPostgreSQLGone()
}

// awaitPage waits until the demo has printed all that there is to look at.
func awaitPage(t *testing.T, printed *output, ended <-chan error) {
	t.Helper()
	waiting.Progress(t, "the demo to come up", func() (lines int, up bool) {
		select {
		case err := <-ended:
			t.Fatalf("the demo ended: %v\n%s", err, printed)
		default:
		}
		text := printed.String()
		return strings.Count(text, "\n"), strings.Contains(text, "Ctrl-C")
	})
}
