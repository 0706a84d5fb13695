package endtoend

import (
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"guishu/eventstore/memory"
	"guishu/internal/esdbtest"
	"guishu/internal/pgtest"
)

// guide is docs/operating.md with the commands of each section, in their order.
type guide struct {
	t      *testing.T
	steps  map[string][]string // by the section's title
	folder string              // for backups
}

func readGuide(t *testing.T) *guide {
	t.Helper()
	g := &guide{t: t, steps: map[string][]string{}, folder: filepath.Join(pgtest.Folder(t), "backups")}
	if err := os.Mkdir(g.folder, 0o755); err != nil {
		t.Fatal(err)
	}
	parts := strings.Split(readFile(t, filepath.Join("..", "..", "docs", "operating.md")), "\n## ")
	for _, part := range parts[1:] {
		title, text, _ := strings.Cut(part, "\n")
		for _, block := range strings.Split(text, "```sh\n")[1:] {
			commands, _, _ := strings.Cut(block, "```")
			g.steps[title] = append(g.steps[title], strings.Split(strings.TrimSpace(commands), "\n")...)
		}
	}
	return g
}

// take gives the next step of a section, which must be this command, with its places.
func (g *guide) take(title, command string) []string {
	g.t.Helper()
	steps := g.steps[title]
	if len(steps) == 0 || !strings.HasPrefix(steps[0], "guishu "+command) {
		g.t.Fatalf("the next step of %q is not %q: %q", title, command, steps)
	}
	g.steps[title] = steps[1:]
	words := strings.Fields(strings.ReplaceAll(steps[0], "/backups", g.folder))[1:]
	return words
}

// runs wants a step to succeed.
func (i *installation) runs(code int, words []string) string {
	i.t.Helper()
	printed, ended := i.run(words[0], words[1:]...)
	if ended != code {
		i.t.Fatalf("guishu %s: %d, %s", strings.Join(words, " "), ended, printed)
	}
	return printed
}

// The steps of docs/operating.md to back up and to restore, as they stand there.
func TestTheGuideToOperating(t *testing.T) {
	t.Parallel()
	for name, onEventStoreDB := range map[string]bool{"postgres": false, "eventstoredb": true} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			g := readGuide(t)
			home := install(t)
			server := esdbtest.Serve(t, memory.New())
			if onEventStoreDB {
				home.more = []string{"GUISHU_STORE=" + server.Address()}
				home.database = pgtest.Durable(t)
			}
			p := home.start()
			f := establish(p)
			manager := f.employ("manager", "RELATIONSHIP_MANAGER", f.north)
			first := command("/v1/customers", fields{"party": "PERSON", "home_unit": f.north, "fields": f.somebody()})
			f.send(manager, first).is(t, http.StatusCreated)
			home.runs(0, g.take("Back up", "backup"))
			later := command("/v1/customers", fields{"party": "PERSON", "home_unit": f.north, "fields": f.somebody()})
			made := f.send(manager, later).is(t, http.StatusCreated).answer(t)
			p.get(manager, fmt.Sprintf("/v1/customers/%s?min_position=%d", made.ID, made.Position)).is(t, http.StatusOK)
			f.stop()

			away := install(t)
			bringKEK(t, home, away)
			away.runs(0, g.take("Restore", "restore"))
			restored := away.start(g.take("Restore", "serve")[1:]...)
			again := restored.send(restored.signIn(manager.login, password), first).answer(t)
			if !again.Repeated {
				t.Errorf("what was done before the backup is answered with %+v", again)
			}
			restored.stop()
			away.runs(0, g.take("Restore", "replay"))
		})
	}
}

// bringKEK gives an installation the KEK of another.
func bringKEK(t *testing.T, from, to *installation) {
	t.Helper()
	kek, err := os.ReadFile(filepath.Join(from.folder, "kek"))
	if err == nil {
		err = os.WriteFile(filepath.Join(to.folder, "kek"), kek, 0o600)
	}
	if err != nil {
		t.Fatal(err)
	}
}
