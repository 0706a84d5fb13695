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
	PRIMARY KEY (position),
	UNIQUE (stream, revision),
	UNIQUE (dedupe),
	CHECK (position > 0 AND revision >= 0)
)`

const plainInsert = `
INSERT INTO storebench.events (revision, recorded_at, id, dedupe, stream, type, data, metadata)
VALUES ($1, clock_timestamp(), $2, $2, $3, $4, $5, $6)`

// PreparePlain makes the table for MeasureInsert.
func PreparePlain(ctx context.Context, config *pgx.ConnConfig) error {
	connection, err := pgx.ConnectConfig(ctx, config)
	if err != nil {
		return err
	}
	defer connection.Close(ctx)
	_, err = connection.Exec(ctx, plainTable)
	return err
}

// DropPlain removes what PreparePlain has made.
func DropPlain(ctx context.Context, config *pgx.ConnConfig) error {
	connection, err := pgx.ConnectConfig(ctx, config)
	if err != nil {
		return err
	}
	defer connection.Close(ctx)
	_, err = connection.Exec(ctx, `DROP SCHEMA IF EXISTS storebench CASCADE`)
	return err
}

// MeasureInsert does what MeasureAppend does with a prepared single-row INSERT
// and its commit, over as many connections as clients.
func MeasureInsert(ctx context.Context, config *pgx.ConnConfig, clients int, duration time.Duration) (Result, error) {
	appenders := make([]appendOne, clients)
	for i := range appenders {
		connection, err := pgx.ConnectConfig(ctx, config)
		if err != nil {
			return Result{}, fmt.Errorf("connection %d: %w", i+1, err)
		}
		defer connection.Close(ctx)
		if _, err := connection.Prepare(ctx, "insert", plainInsert); err != nil {
			return Result{}, err
		}
		appenders[i] = func(ctx context.Context, a eventstore.Append) error {
			event := a.Events[0]
			_, err := connection.Exec(ctx, "insert", int64(a.Expected)+1, event.ID, string(a.Stream), event.Type, event.Data, event.Metadata)
			return err
		}
	}
	return measure(ctx, clients, duration, appenders)
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
