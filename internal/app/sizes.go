package app

import (
	"context"
	"fmt"

	"github.com/jackc/pgx/v5"
)

// A PostgreSQL grants so many connections and no more; who asks for another one is
// refused. So this program opens fewer than there are, and leaves a place for commands
// that run beside it, such as an export or a replay (L-08).
const (
	// mostPooled bounds the pool that read models, registry and sign-ins share, where the
	// server grants plenty. More at once make each of them slower.
	mostPooled = 48
	// mostReads bounds the connections by which the event store in PostgreSQL is read.
	mostReads = 8
	// single is how many connections a server needs beside these two: the event store's
	// writer and its listener, the leases of reactions, the process of read models and
	// its listener, that of sign-ins, and four for what comes and goes.
	single = 10
	// beside is what is left to commands beside a server, at least; one needs seven.
	beside = 8
)

// sizes is how many connections are opened at most.
type sizes struct{ pool, reads int32 }

// sizesOf gives sizes for what the server grants to this user in this database, or for
// what was set, which counts all connections of a server, and is 0 where nothing was.
func sizesOf(granted, set int, tool bool) sizes {
	if tool {
		return sizes{pool: 4, reads: 2}
	}
	left := granted - max(beside, granted/8) - single
	if set > 0 {
		left = set - single
	}
	reads := max(2, min(mostReads, left/4))
	return sizes{pool: int32(max(4, min(mostPooled, left-reads))), reads: int32(reads)}
}

// grants asks how many connections the server grants to this user in this database.
func grants(ctx context.Context, config *pgx.ConnConfig) (granted int, err error) {
	connection, err := pgx.ConnectConfig(ctx, config)
	if err != nil {
		return 0, fmt.Errorf("connect to the database: %w", err)
	}
	defer connection.Close(context.WithoutCancel(ctx))
	err = connection.QueryRow(ctx, `
		SELECT least(
			current_setting('max_connections')::int - current_setting('superuser_reserved_connections')::int
				- coalesce(current_setting('reserved_connections', true)::int, 0), -- since PostgreSQL 16
			(SELECT nullif(rolconnlimit, -1) FROM pg_roles WHERE rolname = current_user),
			(SELECT nullif(datconnlimit, -1) FROM pg_database WHERE datname = current_database()))`).Scan(&granted)
	if err != nil {
		return 0, fmt.Errorf("ask how many connections the database grants: %w", err)
	}
	return granted, nil
}
