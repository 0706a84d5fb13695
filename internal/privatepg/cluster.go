// Package privatepg runs the PostgreSQL that Guishu uses when nobody gave it one:
// a private cluster in Guishu's data folder, made and started by Guishu itself,
// without any set-up, for an ordinary user as for root.
//
// Who can reach it: nobody over the network (it listens on no address); on the
// machine only through a socket in a folder that is closed to everybody but the
// account PostgreSQL runs as, and root. Behind that door PostgreSQL asks the
// kernel who is calling (peer authentication) and lets in only the user Guishu
// runs as and the account that owns the files anyway. There is no password to
// leak.
//
// There are two roles. [Role] owns the cluster and the ledger's tables; Guishu is
// connected as it only while it makes a database ready, and works as [schema.Server],
// which can add events and not change them (S-15). Both are let in as the same user of
// the machine: who is that user, or root, has every right.
package privatepg

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/url"
	"os"
	"path/filepath"
	"sync"
	"time"

	"github.com/jackc/pgx/v5"

	"guishu/eventstore/postgres/schema"
)

// Role is the role that owns the cluster and the ledger's tables.
const Role = "guishu"

// port is only a part of the socket's name: the cluster listens on no address.
const port = "5432"

// Options says where a cluster lives and how it runs. Only DataDir is needed.
type Options struct {
	DataDir string // the folder that holds the cluster, its log and its lock; made when missing
	BinDir  string // the folder of PostgreSQL's programs; empty: look for them
	RunAs   string // the account PostgreSQL runs as when the caller is root; empty: the owner of the files, else postgres, else nobody

	// Settings override PostgreSQL settings, by name.
	Settings map[string]string

	// Log receives what happens to the cluster; nil discards it. PostgreSQL's own
	// log is a file in the data folder.
	Log *slog.Logger

	// Disposable gives up durability for speed: for tests only.
	Disposable bool
}

// Cluster is a running private PostgreSQL. It is restarted when it dies, until
// Stop is called.
type Cluster struct {
	programs Programs
	account  account
	files    string // PostgreSQL's own data folder
	socket   string // the folder of the socket
	settings []setting
	lock     *os.File
	output   *limitedFile
	log      *slog.Logger
	quick    bool // stop without a checkpoint: the files are thrown away

	stopping chan struct{}
	stopOnce sync.Once
	finished chan struct{}
	stopErr  error

	mutex   sync.Mutex
	current *postmaster
}

// Start makes the cluster in the data folder when there is none, starts it and
// returns when it answers. A PostgreSQL left behind by a killed Guishu is stopped
// cleanly first. ctx bounds the start only.
//
// It fails with [ErrInUse] when another Guishu runs on the folder, with
// [ErrNoPrograms] when PostgreSQL is not installed and with [VersionError] when
// the files need another version of it.
func Start(ctx context.Context, options Options) (_ *Cluster, err error) {
	ready, err := prepare(ctx, options)
	if err != nil {
		return nil, err
	}
	c := &Cluster{
		programs: ready.programs, account: ready.account, files: ready.folder.files(), lock: ready.folder.lock,
		log: options.logger(), quick: options.Disposable,
		stopping: make(chan struct{}), finished: make(chan struct{}),
	}
	first, err := c.begin(ctx, ready.folder, options)
	if err != nil {
		c.release()
		return nil, err
	}
	c.setCurrent(first)
	go c.supervise(first)
	return c, nil
}

// Prepare makes the cluster in the data folder when there is none and does not
// start it.
func Prepare(ctx context.Context, options Options) error {
	ready, err := prepare(ctx, options)
	if err != nil {
		return err
	}
	return ready.folder.lock.Close()
}

// prepared is a locked data folder with a complete cluster in it.
type prepared struct {
	folder   dataFolder
	programs Programs
	account  account
}

func prepare(ctx context.Context, options Options) (_ prepared, err error) {
	folder, err := openDataFolder(options.DataDir)
	if err != nil {
		return prepared{}, err
	}
	defer func() {
		if err != nil {
			folder.lock.Close()
		}
	}()
	account, err := chooseAccount(options.RunAs, folder.files())
	if err != nil {
		return prepared{}, err
	}
	programs, err := programsFor(options.BinDir, folder.files())
	if err != nil {
		return prepared{}, err
	}
	if err := folder.giveTo(account); err != nil {
		return prepared{}, err
	}
	if err := folder.initialise(ctx, programs, account, options.Disposable, options.logger()); err != nil {
		return prepared{}, err
	}
	return prepared{folder: folder, programs: programs, account: account}, nil
}

func (o Options) logger() *slog.Logger {
	if o.Log == nil {
		return slog.New(slog.DiscardHandler)
	}
	return o.Log
}

// begin clears the way, writes the settings and starts PostgreSQL for the first time.
func (c *Cluster) begin(ctx context.Context, folder dataFolder, options Options) (*postmaster, error) {
	var err error
	if c.socket, err = socketFolder(folder.path, c.account); err != nil {
		return nil, err
	}
	if err := evict(ctx, c.files, c.socket, c.log); err != nil {
		return nil, err
	}
	if err := writeAccess(c.files, c.account); err != nil {
		return nil, err
	}
	if c.settings, err = writeSettings(c.files, c.account, c.socket, options); err != nil {
		return nil, err
	}
	if c.output, err = openLimitedFile(filepath.Join(folder.path, "postgres.log")); err != nil {
		return nil, err
	}
	return c.launch(ctx)
}

// release gives up everything but the data.
func (c *Cluster) release() error {
	var failures []error
	if c.output != nil {
		failures = append(failures, c.output.Close())
	}
	if c.socket != "" {
		failures = append(failures, removeSocket(c.socket))
	}
	return errors.Join(append(failures, c.lock.Close())...)
}

// URL is the address of a database in the cluster for its owner, for pgx and libpq
// alike. It stays the same over restarts of PostgreSQL.
func (c *Cluster) URL(database string) string { return c.as(Role, database) }

// ServerURL is the address of a database that [Cluster.Restrict] made ready, for the
// program's work.
func (c *Cluster) ServerURL(database string) string { return c.as(schema.Server, database) }

func (c *Cluster) as(role, database string) string { return address(c.socket, port, role, database) }

// address is that of a database behind a socket in the folder.
func address(socket, port, role, database string) string {
	query := url.Values{"host": {socket}, "port": {port}}
	return (&url.URL{Scheme: "postgres", User: url.User(role), Host: "", Path: "/" + database, RawQuery: query.Encode()}).String()
}

// Restrict makes a database ready for a program that can only add to the ledger, also
// one whose tables an older version left to the role that it worked as itself. Nobody is
// connected as the owner when it returns.
func (c *Cluster) Restrict(ctx context.Context, database string) error {
	conn, err := pgx.Connect(ctx, c.URL(database))
	if err != nil {
		return fmt.Errorf("connect to the private cluster: %w", err)
	}
	defer conn.Close(context.WithoutCancel(ctx))
	if err := schema.Prepare(ctx, conn, schema.Server); err != nil {
		return fmt.Errorf("make the database %s ready: %w", database, err)
	}
	return nil
}

// EnsureDatabase makes a database when the cluster has none of that name.
func (c *Cluster) EnsureDatabase(ctx context.Context, name string) error {
	conn, err := pgx.Connect(ctx, c.URL("postgres"))
	if err != nil {
		return fmt.Errorf("connect to the private cluster: %w", err)
	}
	defer conn.Close(ctx)
	var there bool
	if err := conn.QueryRow(ctx, `SELECT EXISTS (SELECT FROM pg_database WHERE datname = $1)`, name).Scan(&there); err != nil {
		return fmt.Errorf("look for the database %s: %w", name, err)
	}
	if there {
		return nil
	}
	if _, err := conn.Exec(ctx, `CREATE DATABASE `+pgx.Identifier{name}.Sanitize()); err != nil {
		return fmt.Errorf("create the database %s: %w", name, err)
	}
	return nil
}

// Process is the process id of PostgreSQL's first process, 0 while there is none.
func (c *Cluster) Process() int {
	c.mutex.Lock()
	defer c.mutex.Unlock()
	if c.current == nil {
		return 0
	}
	return c.current.pid
}

// Socket is the folder of the socket.
func (c *Cluster) Socket() string { return c.socket }

// Version is PostgreSQL's version, such as "15.18".
func (c *Cluster) Version() string { return c.programs.Version }

// Major is PostgreSQL's major version, such as 15.
func (c *Cluster) Major() int { return c.programs.Major }

// Stop shuts PostgreSQL down cleanly, waits until all of it is gone and gives the
// data folder free. Calling it again waits for the same end.
func (c *Cluster) Stop() error {
	c.stopOnce.Do(func() { close(c.stopping) })
	<-c.finished
	return c.stopErr
}

// supervise owns the running PostgreSQL: it starts it again when it dies and
// stops it when Stop is called.
func (c *Cluster) supervise(running *postmaster) {
	defer close(c.finished)
	for running != nil {
		select {
		case <-c.stopping:
			c.stopErr = running.stop(c.quick)
			running = nil
		case <-running.gone:
			c.setCurrent(nil)
			c.log.Error("PostgreSQL ended by itself and is started again", "reason", running.reason())
			running = c.relaunch()
			c.setCurrent(running)
		}
	}
	c.setCurrent(nil)
	c.stopErr = errors.Join(c.stopErr, c.release())
}

// relaunch tries until PostgreSQL runs again, waiting longer after each failure;
// nil means that Stop was called meanwhile.
func (c *Cluster) relaunch() *postmaster {
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	go func() {
		select {
		case <-c.stopping:
			cancel()
		case <-ctx.Done():
		}
	}()
	for wait := 100 * time.Millisecond; ; wait = min(2*wait, 10*time.Second) {
		err := evict(ctx, c.files, c.socket, c.log)
		if err == nil {
			var running *postmaster
			if running, err = c.launch(ctx); err == nil {
				c.log.Info("PostgreSQL runs again", "process", running.pid)
				return running
			}
		}
		if ctx.Err() != nil {
			return nil
		}
		c.log.Error("PostgreSQL does not start", "error", err, "next_try_in", wait)
		select {
		case <-ctx.Done():
			return nil
		case <-time.After(wait):
		}
	}
}

func (c *Cluster) setCurrent(running *postmaster) {
	c.mutex.Lock()
	defer c.mutex.Unlock()
	c.current = running
}
