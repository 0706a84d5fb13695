package bench

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"time"

	"guishu/domain"
	"guishu/eventstore"
	"guishu/eventstore/sealing"
	"guishu/http/auth"
	"guishu/internal/app"
	"guishu/internal/invented"
	"guishu/internal/privatepg"

	"github.com/jackc/pgx/v5"
)

// millionEvents is how many events the ledger has that serve is started on.
const millionEvents = 1_000_000

// start measures how soon serve answers on a ledger of a million events whose
// read models are current, and how much memory it takes.
func (r *run) start(ctx context.Context) ([]Row, error) {
	folder := filepath.Join(r.Data, "million")
	token, err := r.million(ctx, folder)
	if err != nil {
		return nil, fmt.Errorf("prepare a ledger of a million events: %w", err)
	}
	var seconds, memory, first samples
	for range max(3, r.turns()/2) {
		r.calm(ctx)
		began, err := r.startOnce(ctx, folder, token)
		if err != nil {
			return nil, err
		}
		r.tell("  first answer %.2f s after PostgreSQL was up (%.2f s after the start), %.0f MiB, at most %.0f MiB",
			began.afterPostgres.Seconds(), began.afterStart.Seconds(), began.resident, began.peak)
		seconds, first, memory = append(seconds, began.afterPostgres.Seconds()), append(first, began.afterStart.Seconds()), append(memory, began.peak)
	}
	const work = "serve 在百万事件账本上启动 start of serve on 1 M events"
	return []Row{{
		Name: "start", Work: work + ",s",
		Measured: fmt.Sprintf("%.2f s", seconds.median()), Beside: "PostgreSQL up",
		Ratio: seconds.median(), Spread: seconds.spread(), Gate: AtMost(2),
		Note: fmt.Sprintf("the first answer is a list of 50 customers, by a token; %.2f s after the program was started, PostgreSQL's own start included", first.median()),
	}, {
		Name: "start-memory", Work: work + ",MiB",
		Measured: fmt.Sprintf("%.0f MiB", memory.median()), Beside: "resident at most",
		Ratio: memory.median(), Spread: memory.spread(), Gate: AtMost(512),
		Note: "the most that was resident up to 200 lists after the start; PostgreSQL has its own",
	}}, nil
}

// million makes the ledger in a folder unless it is there, lets its read models
// catch up and gives a token of somebody who sees an outlet's customers.
func (r *run) million(ctx context.Context, folder string) (token string, err error) {
	if err := os.MkdirAll(folder, 0o711); err != nil {
		return "", err
	}
	last, err := r.beginMillion(ctx, folder)
	if err != nil {
		return "", err
	}
	err = r.onFolder(ctx, folder, func(a *app.App) error {
		switch {
		case last == 0:
			if err := r.tellMillion(ctx, a); err != nil {
				return err
			}
		case last < millionEvents:
			return fmt.Errorf("%s holds another ledger", folder)
		}
		if err := r.bringOn(ctx, a); err != nil {
			return err
		}
		who, err := someHead(ctx, a)
		if err != nil {
			return err
		}
		_, token, err = a.Auth.CreateToken(ctx, who, "bench", time.Now().Add(24*time.Hour), auth.Limits{})
		return err
	})
	return token, err
}

// onFolder does something with the product assembled on a data folder.
func (r *run) onFolder(ctx context.Context, folder string, work func(*app.App) error) (err error) {
	a, err := app.Open(ctx, app.Config{
		Database: privatepg.Settings{Options: privatepg.Options{DataDir: folder, BinDir: r.BinDir, Log: r.log}},
		KEK:      sealing.KEKSource{Folder: folder, Environment: func(string) string { return "" }}, Log: r.log,
	})
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, a.Close()) }()
	return work(a)
}

// beginMillion gives the ledger's end. On an empty one, the reactions have begun
// to listen afterwards.
func (r *run) beginMillion(ctx context.Context, folder string) (last eventstore.Position, err error) {
	err = r.onFolder(ctx, folder, func(a *app.App) error {
		if last, err = a.Store.LastPosition(ctx); err != nil || last > 0 {
			return err
		}
		return r.running(ctx, a, func(ctx context.Context) error {
			return until(ctx, func() (bool, error) {
				positions, err := a.Reactions.Positions(ctx)
				return len(positions) > 0, err
			})
		})
	})
	return last, err
}

// tellMillion fills an empty ledger and marks the events as those that reactions
// have answered: the story tells what came of each.
func (r *run) tellMillion(ctx context.Context, a *app.App) error {
	if err := r.tellStory(ctx, a, invented.New(200), millionEvents); err != nil {
		return err
	}
	_, err := a.Pool.Exec(ctx, `UPDATE reaction.consumer SET position = (SELECT position FROM ledger.head)`)
	return err
}

// bringOn runs the product until every read model is of this program's version
// and shows the whole ledger, and reactions have answered it: what was kept may
// come from an earlier one.
func (r *run) bringOn(ctx context.Context, a *app.App) error {
	return r.running(ctx, a, func(ctx context.Context) error {
		return until(ctx, func() (bool, error) {
			statuses, err := a.Models.Status(ctx)
			if err != nil {
				return false, err
			}
			current := true
			for _, status := range statuses {
				if status.Failure != "" {
					return false, fmt.Errorf("read model %s: %s", status.Model, status.Failure)
				}
				current = current && status.Serving == status.Version && status.Lag == 0
			}
			if !current {
				return false, nil
			}
			positions, err := a.Reactions.Positions(ctx)
			for _, position := range positions {
				current = current && position >= statuses[0].Head
			}
			return current, err
		})
	})
}

// running does something while the product runs, once for each App: reactions
// cannot be started again. It ends when the product does.
func (r *run) running(ctx context.Context, a *app.App, work func(context.Context) error) error {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	ended := make(chan error, 1)
	go func() {
		defer cancel() // the work waits for what only a running product does
		ended <- a.Run(ctx)
	}()
	err := work(ctx)
	cancel()
	return errors.Join(<-ended, err)
}

// until looks again and again until something is so.
func until(ctx context.Context, so func() (bool, error)) error {
	tick := time.NewTicker(50 * time.Millisecond)
	defer tick.Stop()
	for {
		if is, err := so(); err != nil || is {
			return err
		}
		select {
		case <-tick.C:
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}

// someHead is the head of an outlet with customers.
func someHead(ctx context.Context, a *app.App) (domain.StaffID, error) {
	var id [16]byte
	err := a.Pool.QueryRow(ctx, `SELECT staff FROM read.staff_grants WHERE role = $1 ORDER BY staff LIMIT 1`, string(domain.RoleOutletHead)).Scan(&id)
	return domain.StaffID(id), err
}

// started is what one start of serve came to.
type started struct {
	afterPostgres, afterStart time.Duration
	resident, peak            float64 // MiB
}

// startOnce starts serve, waits for its first answer, asks a little more and
// stops it.
func (r *run) startOnce(ctx context.Context, folder, token string) (s started, err error) {
	address, err := freeAddress()
	if err != nil {
		return s, err
	}
	output, err := os.Create(filepath.Join(r.folder, "serve.log"))
	if err != nil {
		return s, err
	}
	defer output.Close()
	ctx, cancel := context.WithTimeout(ctx, 2*time.Minute)
	defer cancel()
	command := exec.CommandContext(ctx, r.Program, "serve", "--data", folder, "--listen", address)
	command.Stdout, command.Stderr = output, output
	if r.BinDir != "" {
		command.Args = append(command.Args, "--postgres-bin", r.BinDir)
	}
	began := time.Now()
	if err := command.Start(); err != nil {
		return s, err
	}
	defer func() {
		err = errors.Join(err, command.Process.Signal(syscall.SIGTERM), command.Wait())
	}()
	up := make(chan time.Time, 1)
	go func() { up <- whenUp(ctx, folder) }()
	if err := untilAnswer(ctx, address, token); err != nil {
		text, _ := os.ReadFile(output.Name())
		return s, fmt.Errorf("serve gave no answer: %w: %s", err, lastLine(text))
	}
	answered := time.Now()
	s.afterStart, s.afterPostgres = answered.Sub(began), answered.Sub(<-up)
	for range 200 {
		if err := ask(ctx, address, token); err != nil {
			return s, err
		}
	}
	s.resident, s.peak, err = residentMemory(command.Process.Pid)
	return s, err
}

func freeAddress() (string, error) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return "", err
	}
	return listener.Addr().String(), listener.Close()
}

// pause is how long to wait between two looks at a program that starts.
const pause = 2 * time.Millisecond

// whenUp is when PostgreSQL first let anybody in.
func whenUp(ctx context.Context, folder string) time.Time {
	for ctx.Err() == nil {
		if url, err := privatepg.JoinAsOwner(folder, "guishu"); err == nil {
			if connection, err := pgx.Connect(ctx, url); err == nil {
				up := time.Now()
				_ = connection.Close(ctx)
				return up
			}
		}
		time.Sleep(pause)
	}
	return time.Now()
}

func untilAnswer(ctx context.Context, address, token string) error {
	for {
		err := ask(ctx, address, token)
		if err == nil || ctx.Err() != nil || errors.Is(err, errNoRows) {
			return err
		}
		time.Sleep(pause)
	}
}

var errNoRows = errors.New("the list is empty")

// ask asks for a list of customers.
func ask(ctx context.Context, address, token string) error {
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, "http://"+address+"/v1/customers?limit=50", nil)
	if err != nil {
		return err
	}
	request.Header.Set("Authorization", "Bearer "+token)
	answer, err := http.DefaultClient.Do(request)
	if err != nil {
		return err
	}
	defer answer.Body.Close()
	body, err := io.ReadAll(answer.Body)
	if err != nil {
		return err
	}
	if answer.StatusCode != http.StatusOK {
		return fmt.Errorf("status %d", answer.StatusCode)
	}
	if !strings.Contains(string(body), `"home"`) {
		return errNoRows
	}
	return nil
}

// residentMemory is how much of a process is in memory now, and was at most, in
// MiB.
func residentMemory(process int) (now, most float64, err error) {
	status := fmt.Sprintf("/proc/%d/status", process)
	var kilobytes, peak int64
	if _, err := fmt.Sscanf(field(status, "VmRSS"), "%d kB", &kilobytes); err != nil {
		return 0, 0, fmt.Errorf("read the memory of serve: %w", err)
	}
	if _, err := fmt.Sscanf(field(status, "VmHWM"), "%d kB", &peak); err != nil {
		return 0, 0, fmt.Errorf("read the memory of serve: %w", err)
	}
	return float64(kilobytes) / 1024, float64(peak) / 1024, nil
}
