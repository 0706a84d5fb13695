package demo_test

import (
	"bufio"
	"context"
	"fmt"
	"os"
	"os/exec"
	"strings"
	"testing"

	"guishu/internal/app"
	"guishu/internal/demo"
	"guishu/internal/pgtest"
)

// loaderURL tells a test process that it is to load the demo and nothing else.
const loaderURL = "GUISHU_DEMO_LOADER_URL"

func TestMain(m *testing.M) {
	if url := os.Getenv(loaderURL); url != "" {
		if err := load(url); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		return
	}
	os.Exit(m.Run())
}

// load prints every step of the progress until it is killed.
func load(url string) error {
	ctx, stop := context.WithCancel(context.Background())
	defer stop()
	a, err := app.Open(ctx, config(url, os.Getenv("GUISHU_DEMO_LOADER_KEK")))
	if err != nil {
		return err
	}
	go func() { _ = a.Run(ctx) }()
	_, err = demo.Prepare(ctx, a, func(done, _ int64) { fmt.Println(done) })
	return err
}

// killed loads in a process of its own and kills it when it has come to a step.
func killed(t *testing.T, url, kek, step string) {
	t.Helper()
	loader := exec.CommandContext(t.Context(), os.Args[0])
	loader.Env = append(os.Environ(), loaderURL+"="+url, "GUISHU_DEMO_LOADER_KEK="+kek)
	var complaint strings.Builder
	loader.Stderr = &complaint
	out, err := loader.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := loader.Start(); err != nil {
		t.Fatal(err)
	}
	reached := false
	for lines := bufio.NewScanner(out); lines.Scan(); {
		if lines.Text() == step {
			reached = true
			if err := loader.Process.Kill(); err != nil {
				t.Fatal(err)
			}
			break
		}
	}
	_ = loader.Wait() // it was killed
	if !reached {
		t.Fatalf("the loader ended before step %s: %s", step, complaint.String())
	}
}

// goesOn kills the loader several times on one database; what comes of it is the
// same as of a run that nothing cut off.
func goesOn(t *testing.T, whole *app.App) {
	t.Parallel()
	url, kek := pgtest.URL(t), t.TempDir()
	for _, step := range []string{"1", "4", "60", "150", "290", "306"} {
		killed(t, url, kek, step)
	}
	a := open(t, url, kek)
	if _, err := demo.Prepare(t.Context(), a, nil); err != nil {
		t.Fatal(err)
	}
	same(t, read(t, a), read(t, whole))
	agrees(t, a)
}
