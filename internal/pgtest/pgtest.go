// Package pgtest gives tests a real PostgreSQL: a database of their own for each,
// on a server that needs no set-up. The server starts with the first test that
// asks for one, belongs to this test process alone and ends with it, however the
// process ends. It works as root and as an ordinary user.
//
// A server named by GUISHU_TEST_DATABASE_URL or DATABASE_URL is used instead; the
// databases are then made there and dropped after each test.
package pgtest

import (
	"context"
	"crypto/rand"
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"guishu/eventstore/postgres/schema"
	"guishu/internal/privatepg"
)

// New gives the test a pool on a fresh database. Both end with the test.
func New(t testing.TB) *pgxpool.Pool {
	t.Helper()
	return connect(t, URL(t))
}

// URL gives the test the address of a fresh database, dropped after the test. The
// server is fast and would lose everything in a crash of the machine; a killed
// program it survives.
func URL(t testing.TB) string {
	t.Helper()
	server, err := fast()
	return fresh(t, server, err)
}

// Roles gives the test the addresses of a fresh database for the role that the program
// works as, schema.Server, and for the owner of everything; nothing is made in it yet.
func Roles(t testing.TB) (server, owner string) {
	t.Helper()
	here, err := fast()
	owner = fresh(t, here, err)
	if here.own == nil {
		t.Skip("on a server that is not the test's own the program's role may have no way in")
	}
	database, err := pgx.ParseConfig(owner)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := here.orders.Exec(context.Background(), makeServer); err != nil {
		t.Fatalf("make the program's role: %v", err)
	}
	return here.own.ServerURL(database.Database), owner
}

// makeServer makes the role, which all databases of the server share, where there is none.
const makeServer = `DO $$ BEGIN
	CREATE ROLE ` + schema.Server + ` LOGIN;
EXCEPTION WHEN duplicate_object OR unique_violation THEN NULL; END $$`

// Durable is [URL] on a server that keeps every promise, as in production: for
// benchmarks and for tests of crashes.
func Durable(t testing.TB) string {
	t.Helper()
	server, err := durable()
	return fresh(t, server, err)
}

// Folder is a temporary folder that the account PostgreSQL runs as can enter, also
// when the tests run as root: for a data folder. t.TempDir is closed to it.
func Folder(t testing.TB) string {
	t.Helper()
	folder := t.TempDir()
	for _, closed := range []string{folder, filepath.Dir(folder)} {
		if err := os.Chmod(closed, 0o755); err != nil {
			t.Fatal(err)
		}
	}
	return folder
}

func connect(t testing.TB, address string) *pgxpool.Pool {
	t.Helper()
	pool, err := pgxpool.New(context.Background(), address)
	if err != nil {
		t.Fatalf("connect to the test's database: %v", err)
	}
	t.Cleanup(pool.Close)
	return pool
}

// server makes databases for tests.
type server struct {
	address  string        // of a database to give orders from
	orders   *pgxpool.Pool // on that database
	own      *private      // nil where the server was there already
	strategy string        // how a database is copied, as part of the order
}

// The servers of this test process are the only state that tests share: starting
// one for each test would cost each of them a second.
var (
	fast    = sync.OnceValues(func() (*server, error) { return start(false) })
	durable = sync.OnceValues(func() (*server, error) { return start(true) })
)

func start(durable bool) (*server, error) {
	for _, name := range []string{"GUISHU_TEST_DATABASE_URL", "DATABASE_URL"} {
		if address := os.Getenv(name); address != "" {
			return connectServer(address, nil)
		}
	}
	own, err := startPrivate(durable)
	if err != nil {
		return nil, err
	}
	server, err := connectServer(own.URL("postgres"), own)
	if err == nil && !durable && own.Major() >= 15 {
		// Ten times as fast as the default where nothing waits for the disk.
		server.strategy = ` STRATEGY file_copy`
	}
	return server, err
}

func connectServer(address string, own *private) (*server, error) {
	orders, err := pgxpool.New(context.Background(), address)
	if err != nil {
		return nil, fmt.Errorf("connect to the server for tests: %w", err)
	}
	return &server{address: address, orders: orders, own: own}, nil
}

// fresh makes a database for the test and drops it afterwards.
func fresh(t testing.TB, server *server, err error) string {
	t.Helper()
	if err != nil {
		t.Fatalf("no PostgreSQL for tests: %v", err)
	}
	name := "guishu_test_" + strings.ToLower(rand.Text()[:12])
	identifier := pgx.Identifier{name}.Sanitize()
	if _, err := server.orders.Exec(context.Background(), `CREATE DATABASE `+identifier+` TEMPLATE template0`+server.strategy); err != nil {
		t.Fatalf("make a database for the test: %v", err)
	}
	t.Cleanup(func() {
		if _, err := server.orders.Exec(context.Background(), `DROP DATABASE IF EXISTS `+identifier+` WITH (FORCE)`); err != nil {
			t.Errorf("drop the test's database: %v", err)
		}
	})
	address, err := withDatabase(server.address, name)
	if err != nil {
		t.Fatalf("the address of the test's database: %v", err)
	}
	return address
}

// withDatabase is a server's address with another database in it.
func withDatabase(address, name string) (string, error) {
	parsed, err := url.Parse(address)
	if err != nil || parsed.Scheme == "" {
		return "", fmt.Errorf("the server's address must have the form postgres://user@host/database")
	}
	parsed.Path = "/" + name
	return parsed.String(), nil
}

// Kill ends the first process of a cluster as a crash would. The cluster starts
// PostgreSQL again by itself.
func Kill(t testing.TB, private *privatepg.Cluster) {
	t.Helper()
	process, err := os.FindProcess(private.Process())
	if err == nil {
		err = process.Kill()
	}
	if err != nil {
		t.Fatalf("kill PostgreSQL: %v", err)
	}
}

// Private gives the test a durable cluster of its own, for tests that kill it.
func Private(t testing.TB) *privatepg.Cluster {
	t.Helper()
	own, err := startPrivate(true)
	if err != nil {
		t.Fatalf("no PostgreSQL for tests: %v", err)
	}
	t.Cleanup(func() {
		if err := own.end(); err != nil {
			t.Errorf("stop the test's PostgreSQL: %v", err)
		}
	})
	return own.Cluster
}
