// Package locks names every advisory lock that the program takes in PostgreSQL,
// whichever room takes it: they are numbers of one space for a whole database, and
// two rooms with one number would wait for each other, or believe that the other's
// work is their own.
//
// A number stays as it is, because two versions of the program may run on one
// database at once and keep out of each other's way by it.
package locks

import (
	"context"
	"fmt"
	"hash/fnv"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
)

// Lock is one advisory lock. The zero Lock is none.
type Lock struct {
	number int64
	text   string // what PostgreSQL makes the number of, where that is how it came about
}

// The locks by which two processes never make the same schema at the same time.
var (
	LedgerSchema   = Lock{number: 0x67756973687501}
	ReadSchema     = Lock{number: 0x6775697368750001}
	ReactionSchema = Lock{number: 0x6775697368750002}
	AuthSchema     = Lock{number: 0x6775697368750003}
	IDSchema       = Lock{number: 0x6775697368750007}
	ParkingSchema  = Lock{number: 0x6775697368750009}
	// RegistrySchema is the one whose number another version may not know: up to
	// 664ef50 it is that of ReadSchema. Where such a version starts on an empty
	// database beside this one, both may create the registry at once, and one of them
	// fails to start. Without the lock of ReadSchema in common, both could begin a
	// build of one read model, which lasts.
	RegistrySchema = Lock{number: 0x677569736875000a}
	KeySchema      = Lock{text: "guishu keys"}
	DemoSchema     = Lock{text: "guishu demo"}
)

// Origin is held while a database is claimed for a ledger.
var Origin = Lock{number: 0x6775697368750008}

// All are the locks that there is one of.
func All() []Lock {
	return []Lock{LedgerSchema, ReadSchema, ReactionSchema, AuthSchema, IDSchema, ParkingSchema, RegistrySchema, KeySchema, DemoSchema, Origin}
}

// Consumer is held by the process that carries a consumer of events on.
func Consumer(name string) Lock { return Lock{number: hashed("guishu reaction " + name)} }

// ReadModel is held by the process that carries a version of a read model on.
func ReadModel(name string, version int) Lock {
	return Lock{number: hashed(fmt.Sprintf("guishu.read/%s@%d", name, version))}
}

// Import is held while the files of a mapping are brought in.
func Import(mapping string) Lock { return Lock{text: "guishu import " + mapping} }

func hashed(text string) int64 {
	h := fnv.New64a()
	h.Write([]byte(text))
	return int64(h.Sum64())
}

// Session is a connection, a pool's or one by itself.
type Session interface {
	Exec(ctx context.Context, sql string, arguments ...any) (pgconn.CommandTag, error)
	QueryRow(ctx context.Context, sql string, arguments ...any) pgx.Row
}

// Take waits for the lock and holds it until the transaction ends: by itself, where its
// client says nothing for five minutes.
func (l Lock) Take(ctx context.Context, tx pgx.Tx) error {
	key, argument := l.key()
	_, err := tx.Exec(ctx, `
		SELECT CASE WHEN current_setting('idle_in_transaction_session_timeout') = '0'
				THEN set_config('idle_in_transaction_session_timeout', '5min', true) END,
			pg_advisory_xact_lock(`+key+`)`, argument)
	return err
}

// Try holds the lock until the transaction ends, unless somebody else has it.
func (l Lock) Try(ctx context.Context, tx pgx.Tx) (taken bool, err error) {
	key, argument := l.key()
	err = tx.QueryRow(ctx, "SELECT pg_try_advisory_xact_lock("+key+")", argument).Scan(&taken)
	return taken, err
}

// Seize holds the lock until it is released or the session ends, unless somebody
// else has it.
func (l Lock) Seize(ctx context.Context, session Session) (taken bool, err error) {
	key, argument := l.key()
	err = session.QueryRow(ctx, "SELECT pg_try_advisory_lock("+key+")", argument).Scan(&taken)
	return taken, err
}

// Release lets a lock go that the session seized.
func (l Lock) Release(ctx context.Context, session Session) error {
	key, argument := l.key()
	_, err := session.Exec(ctx, "SELECT pg_advisory_unlock("+key+")", argument)
	return err
}

// Number is the lock's number in this database.
func (l Lock) Number(ctx context.Context, session Session) (number int64, err error) {
	key, argument := l.key()
	err = session.QueryRow(ctx, "SELECT "+key, argument).Scan(&number)
	return number, err
}

// key is the number as SQL, with its argument.
func (l Lock) key() (string, any) {
	if l.text != "" {
		return "hashtextextended($1::text, 0)", l.text
	}
	return "$1::bigint", l.number
}
