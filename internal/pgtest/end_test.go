package pgtest_test

import (
	"bufio"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5"

	"guishu/internal/pgtest"
	"guishu/internal/waiting"
)

// TestDie is another test process, for the tests below.
func TestDie(t *testing.T) {
	how := os.Getenv("GUISHU_PGTEST_DIE")
	if how == "" {
		t.Skip("only as another process, which other tests start")
	}
	fmt.Println(pgtest.URL(t))
	switch how {
	case "not":
	case "panic":
		panic("in the middle of a test")
	default:
		select {}
	}
}

func TestAServerThatWasNamedIsUsedAndLeftClean(t *testing.T) {
	t.Parallel()
	private := pgtest.Private(t)
	tests := exec.Command(os.Args[0], "-test.run=^TestDie$")
	tests.Env = append(os.Environ(), "GUISHU_PGTEST_DIE=not", "GUISHU_TEST_DATABASE_URL="+private.URL("postgres"))
	output, err := tests.CombinedOutput()
	if err != nil {
		t.Fatalf("%v: %s", err, output)
	}
	address, _, _ := strings.Cut(string(output), "\n")
	config, err := pgx.ParseConfig(address)
	if err != nil || config.Host != private.Socket() || !strings.HasPrefix(config.Database, "guishu_test_") {
		t.Fatalf("another server was used: %q, %v", address, err)
	}
	conn, err := pgx.Connect(t.Context(), private.URL("postgres"))
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close(t.Context())
	var left int
	if err := conn.QueryRow(t.Context(), `SELECT count(*) FROM pg_database WHERE datname LIKE 'guishu_test_%'`).Scan(&left); err != nil || left != 0 {
		t.Errorf("%d databases are left, %v", left, err)
	}
}

func TestNoServerOutlivesItsTests(t *testing.T) {
	t.Parallel()
	for _, how := range []string{"kill", "panic"} {
		t.Run(how, func(t *testing.T) {
			t.Parallel()
			tests := exec.Command(os.Args[0], "-test.run=^TestDie$")
			folder := pgtest.Folder(t)
			if err := os.Chmod(folder, 0o777); err != nil {
				t.Fatal(err)
			}
			tests.Env = append(os.Environ(), "GUISHU_PGTEST_DIE="+how, "TMPDIR="+folder, "DATABASE_URL=", "GUISHU_TEST_DATABASE_URL=")
			stdout, err := tests.StdoutPipe()
			if err != nil {
				t.Fatal(err)
			}
			if err := tests.Start(); err != nil {
				t.Fatal(err)
			}
			line, err := bufio.NewReader(stdout).ReadString('\n')
			if err != nil {
				t.Fatal(err)
			}
			config, err := pgx.ParseConfig(strings.TrimSpace(line))
			if err != nil {
				t.Fatal(err)
			}
			if how == "kill" {
				if err := tests.Process.Kill(); err != nil {
					t.Fatal(err)
				}
			}
			if err := tests.Wait(); err == nil {
				t.Fatal("the other test process did not die")
			}
			waiting.Until(t, "the socket and the files to be removed", func() bool {
				_, err := os.Stat(config.Host)
				left, _ := filepath.Glob(filepath.Join(folder, "guishu-pgtest-[0-9]*"))
				return errors.Is(err, os.ErrNotExist) && len(left) == 0
			})
		})
	}
}
