package app

import (
	"context"
	_ "embed"
	"errors"
	"fmt"

	"guishu/eventstore"
	"guishu/eventstore/postgres/locks"
	"guishu/projections"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/pgxpool"
)

//go:embed origin.sql
var originSchema string

// kind is where a ledger's events are kept.
type kind string

// The kinds of stores.
const (
	inPostgreSQL   kind = "postgresql"
	inEventStoreDB kind = "eventstoredb"
)

// OriginError says that a database holds the read models, keys and sign-ins of
// another ledger than the one that was to be opened with it. Nothing was changed:
// to go on would mix the two.
type OriginError struct{ Chinese, English string }

func (e *OriginError) Error() string { return e.Chinese + " / " + e.English }

// The ways in which database and store do not belong together.
var (
	ErrKeptInEventStoreDB = &OriginError{
		"这个数据库属于一个存放在 EventStoreDB 的账本;请用 --store 指明它,或换一个空库",
		"this database belongs to a ledger that is kept in EventStoreDB: name it with --store, or take an empty database",
	}
	ErrKeptInPostgreSQL = &OriginError{
		"这个数据库自身已存有账本,不能再配 EventStoreDB;请换一个空库(迁移见 guishu export 与 load),或去掉 --store",
		"this database holds a ledger itself, which --store would mix with another: take an empty database (guishu export and load move a ledger), or leave --store out",
	}
	ErrOtherLedger = &OriginError{
		"--store 中的账本不是这个数据库所属的那个;请改用原来的 EventStoreDB,或换一个空库",
		"the ledger in --store is not the one that this database belongs to: name the EventStoreDB it was made with, or take an empty database",
	}
	ErrLedgerGone = &OriginError{
		"这个数据库所属的账本不在 --store 里了:地址有误,或 EventStoreDB 丢失了数据",
		"the ledger that this database belongs to is not in --store any more: the address is wrong, or the EventStoreDB has lost data",
	}
	ErrLedgerBehind = &OriginError{
		"账本比这个数据库已读到的还旧:它可能由旧备份恢复。请恢复较新的账本;若再没有更新的,用 guishu serve --accept-older-ledger 接受它:读模型将重建,并列出丢失的内容(见 docs/operating.md)",
		"the ledger is older than what this database has already read of it: it may have been brought back from an old backup. Bring back a newer one; " +
			"where there is none, accept it with guishu serve --accept-older-ledger: read models are built anew, and what is lost is listed (docs/operating.md)",
	}
	ErrKeysMissing = &OriginError{
		"--store 中已有账本,而这个数据库没有它的密钥;请使用原来的数据库,或先用 guishu keys load 装入密钥",
		"there is a ledger in --store, but this database has no keys for it: use the database it was made with, or load the keys first with guishu keys load",
	}
)

// origin is which ledger a database belongs to.
type origin struct {
	Store    kind
	Event    *uuid.UUID
	Stream   *string
	Revision *int64
}

// claim makes sure that the database belongs to a ledger of this kind, and if it
// belongs to none yet, that it is this one's from now on. Nothing is claimed when
// verify, where there is one, refuses.
func claim(ctx context.Context, pool *pgxpool.Pool, wanted kind, verify func(context.Context, pgx.Tx, origin) error) error {
	err := pgx.BeginFunc(ctx, pool, func(tx pgx.Tx) error {
		if err := locks.Origin.Take(ctx, tx); err != nil {
			return err
		}
		if _, err := tx.Exec(ctx, originSchema); err != nil {
			return err
		}
		rows, err := tx.Query(ctx, "SELECT store, event, stream, revision FROM origin.ledger")
		if err != nil {
			return err
		}
		o, err := pgx.CollectExactlyOneRow(rows, pgx.RowToStructByName[origin])
		if errors.Is(err, pgx.ErrNoRows) {
			o, err = adopt(ctx, tx, wanted)
		}
		switch {
		case err != nil:
			return err
		case o.Store == inEventStoreDB && wanted == inPostgreSQL:
			return ErrKeptInEventStoreDB
		case o.Store == inPostgreSQL && wanted == inEventStoreDB:
			return ErrKeptInPostgreSQL
		case verify == nil:
			return nil
		}
		return verify(ctx, tx, o)
	})
	var refused *OriginError
	if err != nil && !errors.As(err, &refused) {
		err = fmt.Errorf("find out which ledger the database belongs to: %w", err)
	}
	return err
}

// adopt claims a database that nobody has claimed. One that holds events, because
// an older program made it, keeps its ledger.
func adopt(ctx context.Context, tx pgx.Tx, wanted kind) (origin, error) {
	holds, err := hasRows(ctx, tx, "ledger.events")
	if err != nil {
		return origin{}, err
	}
	o := origin{Store: wanted}
	if holds {
		o.Store = inPostgreSQL
	}
	_, err = tx.Exec(ctx, "INSERT INTO origin.ledger (store) VALUES ($1)", o.Store)
	return o, err
}

// hasRows says whether a table is there and holds anything. The name is the
// program's own.
func hasRows(ctx context.Context, tx pgx.Tx, table string) (holds bool, err error) {
	if err := tx.QueryRow(ctx, "SELECT to_regclass($1) IS NOT NULL", table).Scan(&holds); err != nil || !holds {
		return false, err
	}
	err = tx.QueryRow(ctx, "SELECT EXISTS (SELECT FROM "+table+")").Scan(&holds)
	return holds, err
}

// verify makes sure that a store outside the database holds the ledger that the
// database belongs to, as far as the database has read it. types are those of the
// ledger's own events. Whoever is loading a ledger makes sure of the store's content
// and of the keys by itself.
func verify(ctx context.Context, tx pgx.Tx, store eventstore.Store, o origin, types []string, loading bool) error {
	if o.Event != nil {
		first, found, err := at(ctx, store, eventstore.Stream(*o.Stream), eventstore.Revision(*o.Revision))
		switch {
		case err != nil:
			return fmt.Errorf("read the ledger's first event: %w", err)
		case !found:
			return ErrLedgerGone
		case first.ID != *o.Event:
			return ErrOtherLedger
		}
		return notBehind(ctx, tx, store)
	}
	first, found, err := firstOf(ctx, store, types)
	if err != nil {
		return fmt.Errorf("read the ledger's first event: %w", err)
	}
	if found && !loading {
		keys, err := hasRows(ctx, tx, "keys.ledger")
		if err != nil {
			return err
		}
		if !keys {
			return ErrKeysMissing
		}
		if err := begun(ctx, tx, first); err != nil {
			return err
		}
	}
	return notBehind(ctx, tx, store)
}

func at(ctx context.Context, store eventstore.Store, stream eventstore.Stream, revision eventstore.Revision) (eventstore.Event, bool, error) {
	for event, err := range store.ReadStream(ctx, eventstore.StreamQuery{Stream: stream, From: revision, Limit: 1}) {
		return event, err == nil, err
	}
	return eventstore.Event{}, false, nil
}

func firstOf(ctx context.Context, store eventstore.Store, types []string) (eventstore.Event, bool, error) {
	for event, err := range store.ReadAll(ctx, eventstore.AllQuery{Filter: eventstore.Filter{Types: types}, Limit: 1}) {
		return event, err == nil, err
	}
	return eventstore.Event{}, false, nil
}

// notBehind fails when read models show more than the store holds, or came to an event
// that is not there any more. It is asked here, before anything else beside the ledger
// follows it.
func notBehind(ctx context.Context, tx pgx.Tx, store eventstore.Store) error {
	reached, mark, err := projections.Reached(ctx, tx)
	if err != nil || reached == 0 {
		return err
	}
	last, err := store.LastPosition(ctx)
	if err != nil {
		return fmt.Errorf("find the end of the ledger: %w", err)
	}
	if reached > last {
		return ErrLedgerBehind
	}
	if mark.Position == 0 {
		return nil
	}
	stands, err := eventstore.Stands(ctx, store, mark.Position, mark.Event)
	switch {
	case err != nil:
		return fmt.Errorf("look for what was read of the ledger: %w", err)
	case !stands:
		return ErrLedgerBehind
	}
	return nil
}

// begun notes the ledger's first event, by which it is known from now on.
func begun(ctx context.Context, db interface {
	Exec(ctx context.Context, sql string, arguments ...any) (pgconn.CommandTag, error)
}, first eventstore.Event) error {
	_, err := db.Exec(ctx, "UPDATE origin.ledger SET event = $1, stream = $2, revision = $3 WHERE event IS NULL",
		first.ID, string(first.Stream), int64(first.Revision))
	if err != nil {
		return fmt.Errorf("note the ledger's first event: %w", err)
	}
	return nil
}

// awaitBegin waits for the first event of a ledger that is empty, and notes it.
func awaitBegin(ctx context.Context, pool *pgxpool.Pool, store eventstore.Store, types []string) error {
	for delivery, err := range store.SubscribeAll(ctx, 0, eventstore.Filter{Types: types}) {
		if err != nil {
			return err
		}
		if delivery.Kind == eventstore.EventDelivered {
			return begun(ctx, pool, delivery.Event)
		}
	}
	return ctx.Err()
}
