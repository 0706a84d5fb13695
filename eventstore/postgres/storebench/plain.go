package storebench

import (
	"context"
	"errors"
	"fmt"
	"io"
	"time"

	"github.com/jackc/pgx/v5"

	"guishu/eventstore"
)

// plainTable has the shape and the indexes of ledger.events; its positions come
// from an identity column, so they may have holes and be out of order.
const plainTable = `
CREATE SCHEMA IF NOT EXISTS storebench;
CREATE TABLE IF NOT EXISTS storebench.events (
	position    bigint                   NOT NULL GENERATED ALWAYS AS IDENTITY,
	revision    bigint                   NOT NULL,
	recorded_at timestamp with time zone NOT NULL,
	id          uuid                     NOT NULL,
	dedupe      uuid                     NOT NULL,
	stream      text COLLATE "C"         NOT NULL,
	type        text COLLATE "C"         NOT NULL,
	data        bytea                    NOT NULL,
	metadata    bytea                    NOT NULL,
	is_binary   boolean                  NOT NULL DEFAULT false,
	PRIMARY KEY (position),
	UNIQUE (stream, revision),
	UNIQUE (dedupe),
	CHECK (position > 0 AND revision >= 0)
)`

const plainInsert = `
INSERT INTO storebench.events (revision, recorded_at, id, dedupe, stream, type, data, metadata)
VALUES ($1, clock_timestamp(), $2, $2, $3, $4, $5, $6)`

// Plain is a number of clients that insert single rows, each over a connection
// of its own. Connections stay open between measurements: the server's work of
// starting and ending them must not fall into somebody else's turn.
type Plain struct {
	connections []*pgx.Conn
	appenders   []appendOne
}

// OpenPlain makes the table and connects the clients.
func OpenPlain(ctx context.Context, config *pgx.ConnConfig, clients int) (*Plain, error) {
	p := &Plain{}
	for i := range clients {
		connection, err := pgx.ConnectConfig(ctx, config)
		if err != nil {
			return nil, errors.Join(fmt.Errorf("connection %d: %w", i+1, err), p.Close(ctx))
		}
		p.connections = append(p.connections, connection)
		if i == 0 {
			if _, err := connection.Exec(ctx, plainTable); err != nil {
				return nil, errors.Join(err, p.Close(ctx))
			}
		}
		if _, err := connection.Prepare(ctx, "insert", plainInsert); err != nil {
			return nil, errors.Join(err, p.Close(ctx))
		}
		p.appenders = append(p.appenders, func(ctx context.Context, a eventstore.Append) error {
			event := a.Events[0]
			_, err := connection.Exec(ctx, "insert", int64(a.Expected)+1, event.ID, string(a.Stream), event.Type, event.Data, event.Metadata)
			return err
		})
	}
	return p, nil
}

// Measure does what MeasureAppend does with a prepared single-row INSERT and its
// commit.
func (p *Plain) Measure(ctx context.Context, duration time.Duration) (Result, error) {
	return measure(ctx, len(p.appenders), duration, p.appenders)
}

// Close removes the table and disconnects.
func (p *Plain) Close(ctx context.Context) error {
	var failures []error
	for i, connection := range p.connections {
		if i == 0 {
			_, err := connection.Exec(ctx, `DROP SCHEMA IF EXISTS storebench CASCADE`)
			failures = append(failures, err)
		}
		failures = append(failures, connection.Close(ctx))
	}
	return errors.Join(failures...)
}

// CopyFormat is a format of COPY.
type CopyFormat string

// The formats that COPY's rows are measured in.
const (
	CopyText   CopyFormat = "text"
	CopyBinary CopyFormat = "binary"
)

// MeasureCopy copies all events out of the ledger in order and drops them.
func MeasureCopy(ctx context.Context, config *pgx.ConnConfig, format CopyFormat) (Result, error) {
	if format != CopyText && format != CopyBinary {
		return Result{}, errors.New("unknown format of COPY")
	}
	connection, err := pgx.ConnectConfig(ctx, config)
	if err != nil {
		return Result{}, err
	}
	defer connection.Close(ctx)
	begin := time.Now()
	tag, err := connection.PgConn().CopyTo(ctx, io.Discard, `
		COPY (
			SELECT position, revision, recorded_at, id, stream, type, data, metadata
			FROM ledger.events ORDER BY position
		) TO STDOUT (FORMAT `+string(format)+`)`)
	return Result{Clients: 1, Events: int(tag.RowsAffected()), Elapsed: time.Since(begin)}, err
}
