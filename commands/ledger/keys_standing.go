package ledger

import (
	"context"
	"errors"
	"fmt"

	"github.com/jackc/pgx/v5/pgxpool"
)

// ErrLoadUnfinished says that a ledger was being loaded and that this was cut
// off. Loading the same file again goes on with it.
var ErrLoadUnfinished = errors.New("ledger/load-unfinished: 装入账本的过程被中断,请用同一文件再次运行 guishu load / " +
	"a ledger was being loaded here and that was cut off: run guishu load with the same file again")

// ErrKeysInUse says that the database has already kept what is unique in a
// ledger, so that another one cannot be loaded beside it.
var ErrKeysInUse = errors.New("ledger/database-in-use: 该数据库已用于一个账本,请用空数据库 / " +
	"this database has served a ledger already, give an empty one")

// standing says whether the reservations are those that follow from the
// log.
type standing struct {
	Complete bool
	Loading  *string // the file that is being loaded
}

func (r *Keys) standing(ctx context.Context) (s standing, err error) {
	err = r.pool.QueryRow(ctx, "SELECT complete, loading FROM registry.standing").Scan(&s.Complete, &s.Loading)
	return s, err
}

func (r *Keys) completed(ctx context.Context) error {
	_, err := r.pool.Exec(ctx, "UPDATE registry.standing SET complete = true, loading = NULL WHERE NOT complete OR loading IS NOT NULL")
	return err
}

// beginLoading notes that a file is being loaded. It is an error when something
// else is, or when reservations were made for another ledger.
func (r *Keys) beginLoading(ctx context.Context, file string, empty bool) error {
	s, err := r.standing(ctx)
	if err != nil {
		return err
	}
	switch {
	case s.Loading != nil && *s.Loading == file:
		return nil
	case !empty && s.Loading != nil:
		return ErrLoadUnfinished
	case !empty:
		return ErrKeysInUse
	}
	var reserved bool
	if err := r.pool.QueryRow(ctx, "SELECT EXISTS (SELECT FROM registry.reservation)").Scan(&reserved); err != nil {
		return err
	}
	if reserved {
		return ErrKeysInUse
	}
	_, err = r.pool.Exec(ctx, "UPDATE registry.standing SET complete = false, loading = $1", file)
	return err
}

// InUse says whether a database has kept what is unique in a ledger, for whoever
// must know before a ledger is opened on it.
func InUse(ctx context.Context, pool *pgxpool.Pool) (used bool, err error) {
	var standing bool
	err = pool.QueryRow(ctx, "SELECT to_regclass('registry.reservation') IS NOT NULL, to_regclass('registry.standing') IS NOT NULL").
		Scan(&used, &standing)
	if err == nil && used {
		err = pool.QueryRow(ctx, "SELECT EXISTS (SELECT FROM registry.reservation)").Scan(&used)
	}
	if err == nil && used && standing { // keys older than this table are complete
		err = pool.QueryRow(ctx, "SELECT complete AND loading IS NULL FROM registry.standing").Scan(&used)
	}
	if err != nil {
		return false, fmt.Errorf("find out whether the database is in use: %w", err)
	}
	return used, nil
}

// BeginLoading notes that a ledger is being loaded from a file with this sum, so
// that nobody takes what is there of it for a ledger: until FinishLoading, opening
// is ErrLoadUnfinished unless the configuration says Loading. Errors:
// ErrKeysInUse when there is a ledger already, ErrLoadUnfinished when another
// file was being loaded.
func (l *Ledger) BeginLoading(ctx context.Context, file string) error {
	last, err := l.store.LastPosition(ctx)
	if err != nil {
		return Unavailable("find the end of the ledger", err)
	}
	return l.keys.beginLoading(ctx, file, last == 0)
}

// FinishLoading brings what lives beside the log in line with a log that was
// loaded: it carries out every erasure, and makes the keys.
func (l *Ledger) FinishLoading(ctx context.Context, progress func(done int64)) (Rebuilt, error) {
	if err := l.carryOutErasures(ctx); err != nil {
		return Rebuilt{}, err
	}
	return l.RebuildKeys(ctx, progress)
}

// checkKeys makes sure that the keys fit the log before any command is
// taken: those that are new beside a log are made from it.
func (l *Ledger) checkKeys(ctx context.Context) error {
	s, err := l.keys.standing(ctx)
	if err != nil {
		return fmt.Errorf("open the unique keys: %w", err)
	}
	if s.Complete && s.Loading == nil {
		return nil
	}
	last, err := l.store.LastPosition(ctx)
	if err != nil {
		return Unavailable("find the end of the ledger", err)
	}
	switch {
	case last == 0:
		return l.keys.completed(ctx)
	case s.Loading != nil:
		return ErrLoadUnfinished
	}
	l.log.Info("the unique keys are made from the log")
	_, err = l.RebuildKeys(ctx, nil)
	return err
}
