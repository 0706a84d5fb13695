package postgres

import (
	"context"
	"encoding/binary"
	"fmt"
	"net"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/pgproto3"
	"github.com/jackc/pgx/v5/pgtype"
)

// The statements of the writer, by the name they are prepared under.
const (
	statementAppend   = "append"
	statementAsk      = "ask"
	statementBegin    = "begin"
	statementLock     = "lock"
	statementNews     = "news"
	statementCommit   = "commit"
	statementRollback = "rollback"
)

var statements = map[string]string{
	// The compare-and-set of the head and the insert in one statement: no head,
	// no rows. Nothing is inserted when somebody else has moved the head since.
	// The arrays are of one length and unnest in step within the select list: in
	// FROM each would first be put into a store of rows, which costs a batch of
	// eight events an eighth more.
	statementAppend: `
		WITH moved AS (
			UPDATE ledger.head
			SET position = position + cardinality($4::text[]), tip = $3::bigint
			WHERE position = $1::bigint AND tip = $2::bigint
			RETURNING pg_notify('ledger', '')
		)
		INSERT INTO ledger.events (position, revision, recorded_at, id, dedupe, stream, type, data, metadata, is_binary)
		SELECT generate_series($1::bigint + 1, $1::bigint + cardinality($4::text[])), unnest($5::bigint[]), clock_timestamp(),
			unnest($6::uuid[]), unnest($7::uuid[]), unnest($4::text[]), unnest($8::text[]),
			unnest($9::bytea[]), unnest($10::bytea[]), unnest($11::boolean[])
		FROM moved`,

	// What the database knows about some ids and streams, with a sum of what stands
	// behind a position.
	statementAsk: `
		SELECT dedupe, stream, revision, position, CASE WHEN position > $3::bigint THEN sha256(data || metadata) END
		FROM ledger.events
		WHERE dedupe = ANY ($1::uuid[])
		UNION ALL
		SELECT NULL, s.stream, coalesce((
			SELECT e.revision FROM ledger.events e WHERE e.stream = s.stream ORDER BY e.revision DESC LIMIT 1), -1), 0, NULL
		FROM unnest($2::text[]) AS s (stream)`,

	statementBegin: `BEGIN`,
	statementLock:  `SELECT position, tip FROM ledger.head FOR UPDATE`,

	// Which streams others have moved since, as far as it is worth knowing.
	statementNews: `
		SELECT stream, max(revision)
		FROM ledger.events
		WHERE position > $1::bigint AND position <= $1::bigint + 2000
		GROUP BY stream`,

	statementCommit:   `COMMIT`,
	statementRollback: `ROLLBACK`,
}

// link is the writer's connection, spoken to in the wire protocol so that one
// goroutine can send the next batch while another one reads the outcome of the
// last.
type link struct {
	net        net.Conn
	frontend   *pgproto3.Frontend // for receiving
	out        []byte             // what the next flush sends
	unsendable error
}

// reply is what the server said up to one Sync.
type reply struct {
	tag    string          // of the last command that completed
	rows   [][][]byte      // of all commands, in binary
	err    *pgconn.PgError // an error that left the connection usable
	status byte            // of the transaction: I, T or E
}

func newLink(ctx context.Context, connection *pgx.Conn) (*link, error) {
	for name, sql := range statements {
		if _, err := connection.PgConn().Prepare(ctx, name, sql, nil); err != nil {
			return nil, fmt.Errorf("preparing %s: %w", name, err)
		}
	}
	if err := connection.PgConn().SyncConn(ctx); err != nil {
		return nil, err
	}
	hijacked, err := connection.PgConn().Hijack()
	if err != nil {
		return nil, err
	}
	return &link{net: hijacked.Conn, frontend: pgproto3.NewFrontend(hijacked.Conn, hijacked.Conn)}, nil
}

// execute queues one prepared statement. Nothing goes out before flush.
func (l *link) execute(statement string, parameters ...[]byte) {
	l.encode(&pgproto3.Bind{
		PreparedStatement:    statement,
		ParameterFormatCodes: []int16{pgtype.BinaryFormatCode},
		Parameters:           parameters,
		ResultFormatCodes:    []int16{pgtype.BinaryFormatCode},
	})
	l.encode(&pgproto3.Execute{})
}

func (l *link) encode(message pgproto3.FrontendMessage) {
	out, err := message.Encode(l.out)
	if err != nil {
		l.unsendable = err
		return
	}
	l.out = out
}

// sync ends what makes one reply and, outside a transaction, one commit.
func (l *link) sync() { l.encode(&pgproto3.Sync{}) }

// keptOutput bounds the buffer kept from one batch to the next.
const keptOutput = 1 << 20

func (l *link) flush() error {
	if l.unsendable != nil {
		return l.unsendable
	}
	_, err := l.net.Write(l.out)
	l.out = l.out[:0]
	if cap(l.out) > keptOutput {
		l.out = nil
	}
	return err
}

// receive reads up to the next Sync's answer. A fatal error of the server is an
// error of the connection: what it was doing may or may not have taken effect.
func (l *link) receive() (reply, error) {
	var r reply
	for {
		message, err := l.frontend.Receive()
		if err != nil {
			return r, err
		}
		switch message := message.(type) {
		case *pgproto3.CommandComplete:
			r.tag = string(message.CommandTag)
		case *pgproto3.DataRow:
			r.rows = append(r.rows, copyRow(message.Values))
		case *pgproto3.ErrorResponse:
			failure := pgconn.ErrorResponseToPgError(message)
			if failure.SeverityUnlocalized == "FATAL" || failure.SeverityUnlocalized == "PANIC" {
				return r, failure
			}
			r.err = failure
		case *pgproto3.ReadyForQuery:
			r.status = message.TxStatus
			return r, nil
		}
	}
}

func (l *link) close() {
	// Best effort and never for long: the server may be gone.
	_ = l.net.SetWriteDeadline(time.Now().Add(time.Second))
	l.encode(&pgproto3.Terminate{})
	_ = l.flush()
	_ = l.net.Close()
}

func copyRow(values [][]byte) [][]byte {
	row := make([][]byte, len(values))
	for i, value := range values {
		if value != nil {
			row[i] = append([]byte{}, value...)
		}
	}
	return row
}

func int8Parameter(value int64) []byte {
	return binary.BigEndian.AppendUint64(nil, uint64(value))
}

func int8Value(value []byte) int64 { return int64(binary.BigEndian.Uint64(value)) }

// array builds a one-dimensional array in PostgreSQL's binary format. Its bytes
// are reused from batch to batch.
type array struct{ bytes []byte }

const arrayHeader = 20

func (a *array) begin(element uint32) {
	a.bytes = append(a.bytes[:0], make([]byte, arrayHeader)...)
	binary.BigEndian.PutUint32(a.bytes[0:], 1) // dimensions
	binary.BigEndian.PutUint32(a.bytes[4:], 0) // no nulls
	binary.BigEndian.PutUint32(a.bytes[8:], element)
	binary.BigEndian.PutUint32(a.bytes[16:], 1) // lower bound
}

func (a *array) end(length int) []byte {
	binary.BigEndian.PutUint32(a.bytes[12:], uint32(length))
	return a.bytes
}

func (a *array) add(value []byte) {
	a.bytes = binary.BigEndian.AppendUint32(a.bytes, uint32(len(value)))
	a.bytes = append(a.bytes, value...)
}

func (a *array) addString(value string) {
	a.bytes = binary.BigEndian.AppendUint32(a.bytes, uint32(len(value)))
	a.bytes = append(a.bytes, value...)
}

func (a *array) addInt8(value int64) {
	a.bytes = binary.BigEndian.AppendUint32(a.bytes, 8)
	a.bytes = binary.BigEndian.AppendUint64(a.bytes, uint64(value))
}

func (a *array) addBool(value bool) {
	a.bytes = append(a.bytes, 0, 0, 0, 1, 0)
	if value {
		a.bytes[len(a.bytes)-1] = 1
	}
}

func (a *array) addUUID(value uuid.UUID) { a.add(value[:]) }

// columns are the arrays of one batch.
type columns struct {
	streams, revisions, ids, dedupes, types, data, metadata, binary array

	length int
}

func (c *columns) begin() {
	c.length = 0
	c.streams.begin(pgtype.TextOID)
	c.revisions.begin(pgtype.Int8OID)
	c.ids.begin(pgtype.UUIDOID)
	c.dedupes.begin(pgtype.UUIDOID)
	c.types.begin(pgtype.TextOID)
	c.data.begin(pgtype.ByteaOID)
	c.metadata.begin(pgtype.ByteaOID)
	c.binary.begin(pgtype.BoolOID)
}

func (c *columns) add(p *pending) {
	for i, event := range p.Events {
		c.streams.addString(string(p.Stream))
		c.revisions.addInt8(int64(p.base) + 1 + int64(i))
		c.ids.addUUID(event.ID)
		c.dedupes.addUUID(p.dedupes[i])
		c.types.addString(event.Type)
		c.data.add(event.Data)
		c.metadata.add(event.Metadata)
		c.binary.addBool(event.Binary)
	}
	c.length += len(p.Events)
}

func (c *columns) parameters(head head, newTip int64) [][]byte {
	return [][]byte{
		int8Parameter(int64(head.position)), int8Parameter(head.tip), int8Parameter(newTip),
		c.streams.end(c.length), c.revisions.end(c.length), c.ids.end(c.length), c.dedupes.end(c.length),
		c.types.end(c.length), c.data.end(c.length), c.metadata.end(c.length),
		c.binary.end(c.length),
	}
}
