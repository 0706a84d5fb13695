package privatepg_test

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"strconv"
	"syscall"
	"testing"

	"github.com/jackc/pgx/v5"

	"guishu/internal/pgtest"
	"guishu/internal/privatepg"
)

// play is what this test binary does when a test starts it as another process.
func play(role string) int {
	ctx := context.Background()
	argument := os.Getenv("GUISHU_CLUSTER_TEST_ARGUMENT")
	if err := playRole(ctx, role, argument); err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	return 0
}

func playRole(ctx context.Context, role, argument string) error {
	if role == "connect" {
		conn, err := pgx.Connect(ctx, argument)
		if err != nil {
			return err
		}
		return conn.Close(ctx)
	}
	c, err := privatepg.Start(ctx, privatepg.Options{DataDir: argument})
	if err != nil {
		return err
	}
	if role != "start-wait" {
		if err := writeFact(ctx, c.URL("postgres")); err != nil {
			return err
		}
	}
	if role == "start-write-wait" || role == "start-wait" {
		fmt.Println(c.Process())
		select {} // until killed
	}
	return c.Stop()
}

// asOther prepares a run of this test binary as an ordinary user that has nothing
// to do with the cluster. The binary is copied to where that user can run it.
func asOther(t *testing.T, role, argument string) *exec.Cmd {
	t.Helper()
	other, err := user.Lookup("nobody")
	if err != nil {
		t.Fatal(err)
	}
	uid, err := strconv.Atoi(other.Uid)
	if err != nil {
		t.Fatal(err)
	}
	gid, err := strconv.Atoi(other.Gid)
	if err != nil {
		t.Fatal(err)
	}
	binary, err := os.ReadFile(os.Args[0])
	if err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(pgtest.Folder(t), "other.test")
	if err := os.WriteFile(path, binary, 0o755); err != nil {
		t.Fatal(err)
	}
	command := exec.Command(path)
	command.Dir = "/"
	command.Env = []string{"PATH=" + os.Getenv("PATH"), "GUISHU_CLUSTER_TEST_ROLE=" + role, "GUISHU_CLUSTER_TEST_ARGUMENT=" + argument}
	command.SysProcAttr = &syscall.SysProcAttr{Credential: &syscall.Credential{Uid: uint32(uid), Gid: uint32(gid)}}
	return command
}
