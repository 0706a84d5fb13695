package privatepg

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os/exec"
	"runtime"
	"syscall"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
)

// postmaster is one run of PostgreSQL, from its start to the end of its last process.
type postmaster struct {
	pid     int
	command *exec.Cmd
	output  *tail
	gone    chan struct{} // closed when all of it has ended
	err     error         // how it ended; read after gone
}

// launch starts PostgreSQL and waits until it answers.
func (c *Cluster) launch(ctx context.Context) (*postmaster, error) {
	running, err := c.execute()
	if err != nil {
		return nil, fmt.Errorf("start PostgreSQL: %w", err)
	}
	if err := c.awaitAnswer(ctx, running); err != nil {
		return nil, errors.Join(err, running.stop(true))
	}
	return running, nil
}

// execute starts the program. Where the system can do it, PostgreSQL is told to
// shut down when Guishu ends, however it ends.
func (c *Cluster) execute() (*postmaster, error) {
	arguments := []string{"-D", c.files}
	for _, s := range c.settings {
		arguments = append(arguments, "-c", s.name+"="+s.value)
	}
	running := &postmaster{gone: make(chan struct{}), output: &tail{}}
	running.command = exec.Command(c.programs.path("postgres"), arguments...)
	running.command.Dir = "/"
	running.command.Env = environment()
	running.command.Stderr = io.MultiWriter(c.output, running.output)
	running.command.Stdout = running.command.Stderr
	running.command.SysProcAttr = c.account.attributes()
	// After the first process has ended the others get this long to go: they do so
	// by themselves, and evict ends those that cannot.
	running.command.WaitDelay = 10 * time.Second
	signal := syscall.SIGINT
	if c.quick {
		signal = syscall.SIGQUIT
	}
	dieWithParent(running.command.SysProcAttr, signal)

	started := make(chan error, 1)
	go func() {
		// The kernel takes the thread that started the child for its parent, so this
		// one must last as long as the child. It is not unlocked: nothing runs on it
		// afterwards.
		runtime.LockOSThread()
		err := running.command.Start()
		started <- err
		if err != nil {
			return
		}
		running.err = running.command.Wait()
		close(running.gone)
	}()
	if err := <-started; err != nil {
		return nil, err
	}
	running.pid = running.command.Process.Pid
	return running, nil
}

// awaitAnswer returns when PostgreSQL takes connections: after a crash that may
// take as long as its recovery.
func (c *Cluster) awaitAnswer(ctx context.Context, running *postmaster) error {
	ticker := time.NewTicker(20 * time.Millisecond)
	defer ticker.Stop()
	for {
		err := c.ping(ctx)
		if err == nil {
			return nil
		}
		var refusal *pgconn.PgError
		if errors.As(err, &refusal) && refusal.Code[:2] == "28" {
			return fmt.Errorf("PostgreSQL refuses the user guishu runs as: %w", err)
		}
		select {
		case <-running.gone:
			return fmt.Errorf("PostgreSQL ended while starting: %s", running.reason())
		case <-ctx.Done():
			return fmt.Errorf("wait for PostgreSQL to start: %w (%s)", ctx.Err(), running.output.line())
		case <-ticker.C:
		}
	}
}

func (c *Cluster) ping(ctx context.Context) error {
	conn, err := pgx.Connect(ctx, c.URL("postgres"))
	if err != nil {
		return err
	}
	return conn.Close(ctx)
}

// stop ends PostgreSQL and waits until it is gone: with a checkpoint, so that the
// next start needs no recovery, or at once. When it does not obey it is pressed
// harder; the ledger survives each way.
func (p *postmaster) stop(atOnce bool) error {
	steps := []struct {
		signal  syscall.Signal
		patient time.Duration
	}{{syscall.SIGINT, 90 * time.Second}, {syscall.SIGQUIT, 15 * time.Second}, {syscall.SIGKILL, 30 * time.Second}}
	if atOnce {
		steps = steps[1:]
	}
	for i, step := range steps {
		p.command.Process.Signal(step.signal) // an error means that it has ended
		select {
		case <-p.gone:
			if i > 0 && !atOnce {
				return fmt.Errorf("PostgreSQL did not stop cleanly and was ended by %v; its next start recovers", step.signal)
			}
			return nil
		case <-time.After(step.patient):
		}
	}
	return fmt.Errorf("PostgreSQL (process %d) does not end", p.pid)
}

// reason says how it ended and the last thing it said.
func (p *postmaster) reason() string {
	how := "ended"
	if p.err != nil {
		how = p.err.Error()
	}
	if said := p.output.line(); said != "" {
		return how + ": " + said
	}
	return how
}
