package projections

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"strconv"

	"github.com/jackc/pgx/v5/pgconn"
)

// statement is one SQL statement with its parameters in binary form.
type statement struct {
	sql    string
	params [][]byte
	oids   []uint32
	row    func(values [][]byte) error // each row of the result, may be nil
}

// session runs statements on one connection, all of a call in one round trip,
// preparing each text once.
type session struct {
	conn     *pgconn.PgConn
	prepared map[string]string // text → name
	names    int
}

func newSession(conn *pgconn.PgConn) *session {
	return &session{conn: conn, prepared: make(map[string]string)}
}

// run sends all statements and then reads all results. After an error the
// transaction they belong to, if any, is to be rolled back.
func (s *session) run(ctx context.Context, statements ...statement) error {
	pipeline := s.conn.StartPipeline(ctx)
	fresh := make(map[string]string)
	var order []int // the statement each result belongs to; -1 for a preparation
	for i, st := range statements {
		name, known := s.prepared[st.sql]
		if !known {
			name, known = fresh[st.sql]
		}
		if !known {
			// A name is used once: after an error it is unknown which of the
			// fresh ones the server has.
			s.names++
			name = "read_" + strconv.Itoa(s.names)
			fresh[st.sql] = name
			pipeline.SendPrepare(name, st.sql, st.oids)
			order = append(order, -1)
		}
		pipeline.SendQueryPrepared(name, st.params, binaryFormat, binaryFormat)
		order = append(order, i)
	}
	err := s.results(pipeline, statements, order)
	if closed := pipeline.Close(); err == nil {
		err = closed
	}
	if err != nil {
		return err
	}
	for sql, name := range fresh {
		s.prepared[sql] = name
	}
	return nil
}

var binaryFormat = []int16{1}

func (s *session) results(pipeline *pgconn.Pipeline, statements []statement, order []int) error {
	if err := pipeline.Sync(); err != nil {
		return err
	}
	for _, i := range order {
		result, err := pipeline.GetResults()
		if err != nil {
			return err
		}
		reader, isResult := result.(*pgconn.ResultReader)
		if !isResult {
			continue
		}
		st := statements[i]
		for reader.NextRow() {
			if st.row == nil {
				continue
			}
			if err := st.row(reader.Values()); err != nil {
				_, _ = reader.Close()
				return err
			}
		}
		if _, err := reader.Close(); err != nil {
			return err
		}
	}
	result, err := pipeline.GetResults()
	if err != nil {
		return err
	}
	if _, end := result.(*pgconn.PipelineSync); !end {
		return fmt.Errorf("a pipeline ended with %T", result)
	}
	return nil
}

// plain is a statement without parameters.
func plain(sql string) statement { return statement{sql: sql} }

// arrayParam is a one-dimensional array whose elements are already in binary
// form, each with its length.
func arrayParam(oid uint32, count int, elements []byte) []byte {
	b := make([]byte, 0, 20+len(elements))
	b = binary.BigEndian.AppendUint32(b, 1) // dimensions
	b = binary.BigEndian.AppendUint32(b, 1) // may hold NULL
	b = binary.BigEndian.AppendUint32(b, oid)
	b = binary.BigEndian.AppendUint32(b, uint32(count))
	b = binary.BigEndian.AppendUint32(b, 1) // first index
	return append(b, elements...)
}

// transient says that trying again may help: the connection or the server, not
// the statement, is at fault.
func (s *session) transient(ctx context.Context, err error) bool {
	var refused *pgconn.PgError
	if !errors.As(err, &refused) {
		return s.conn.IsClosed() || ctx.Err() != nil
	}
	switch refused.Code[:2] {
	case "08", "40", "53", "55", "57", "58":
		return true
	}
	return false
}
