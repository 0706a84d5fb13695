package exportload

import (
	"context"
	"errors"
	"fmt"
	"io"
	"iter"
	"maps"
	"os"
	"slices"

	"guishu/commands/ledger"
	"guishu/eventstore"
	"guishu/eventstore/esdb"
	"guishu/eventstore/sealing"
	"guishu/eventstore/transfer"
	"guishu/internal/app"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5/pgxpool"
)

// Stage is how far a load has come.
type Stage string

// The stages of a load, in their order.
const (
	Checking   Stage = "check"    // the file is read to its end, nothing is written
	Writing    Stage = "load"     // events go into the store
	Rebuilding Stage = "registry" // what must be unique is made from them
)

// Load says what is to be loaded, and where.
type Load struct {
	Config app.Config
	File   string // of events
	// Keys is the file of the keys of personal data. It may be empty where the
	// database has them already.
	Keys string
	// WithoutKeys gives up personal data whose keys are missing: for good.
	WithoutKeys bool
	Progress    func(stage Stage, done, total int64) // optional; a total of 0 is not known
}

// Report is what a load has come to.
type Report struct {
	Ledger     uuid.UUID           `json:"ledger"`
	Events     int64               `json:"events"`  // in the file, and now in the store
	Written    int64               `json:"written"` // by this run; the others were there already
	SHA256     string              `json:"sha256"`
	UniqueKeys int64               `json:"unique_keys"`
	GivenUp    int64               `json:"persons_given_up"` // whose personal data are unreadable
	Position   eventstore.Position `json:"position"`
}

var (
	// ErrOtherLedger says that the database belongs to another ledger than the file.
	ErrOtherLedger = errors.New("transfer/other-ledger: 数据库属于另一个账本,请用空数据库 / " +
		"the database belongs to another ledger than the file, give an empty one")
	// ErrKeysMissing says that personal data in the file would be unreadable.
	ErrKeysMissing = errors.New("transfer/keys-missing: 缺少个人信息的密钥:用 --keys 给出密钥文件(guishu keys export),或用 --without-keys 永久放弃这些个人信息 / " +
		"keys of personal data are missing: name their file with --keys (made by guishu keys export), or give these data up for good with --without-keys")
	// ErrCannotLoad says that the store does not take a whole ledger.
	ErrCannotLoad = errors.New("transfer/cannot-load: 该存储不能装入账本 / this store cannot take in a ledger")
	// ErrFileChanged says that the file was changed between being checked and being
	// loaded.
	ErrFileChanged = errors.New("transfer/file-changed: 文件在校验之后被改动 / the file was changed after it had been checked")
)

// Run checks the file, loads it and brings what lives beside the log in line with
// it. Nothing is written unless the file is whole. Cut off anywhere, it is finished
// by running it again; until then the ledger is not opened for anything else
// (ledger.ErrLoadUnfinished). Errors: *transfer.Error for the file,
// *eventstore.DivergedError for a store that holds something else, and those above.
func (l Load) Run(ctx context.Context) (_ Report, err error) {
	checked, persons, err := l.check(ctx)
	if err != nil {
		return Report{}, err
	}
	var missing []uuid.UUID
	l.Config.LedgerID, l.Config.Loading = checked.Ledger, true
	l.Config.Prepare = func(ctx context.Context, pool *pgxpool.Pool) (err error) {
		missing, err = l.prepareKeys(ctx, pool, checked.Ledger, persons)
		return err
	}
	a, err := app.Open(ctx, l.Config)
	if err != nil {
		return Report{}, err
	}
	defer func() { err = errors.Join(err, a.Close()) }()
	loader, ok := a.Store.(eventstore.Loader)
	if !ok {
		return Report{}, ErrCannotLoad
	}
	if err := a.Ledger.BeginLoading(ctx, checked.SHA256); err != nil {
		return Report{}, err
	}
	if err := a.Ring.GiveUp(ctx, missing, keysNotLoaded); err != nil {
		return Report{}, err
	}
	written, err := l.write(ctx, loader, checked)
	if err != nil {
		return Report{}, err
	}
	return l.finish(ctx, a, Report{
		Ledger: checked.Ledger, Events: checked.Events, SHA256: checked.SHA256, Written: written, GivenUp: int64(len(missing)),
	})
}

// keysNotLoaded is why persons count as erased whose keys were given up.
const keysNotLoaded = "keys-not-loaded"

// check reads the whole file and gives whose personal data are in it.
func (l Load) check(ctx context.Context) (transfer.Summary, []uuid.UUID, error) {
	file, err := os.Open(l.File)
	if err != nil {
		return transfer.Summary{}, nil, err
	}
	defer file.Close()
	reader, err := transfer.NewReader(interruptible{file, ctx})
	if err != nil {
		return transfer.Summary{}, nil, err
	}
	persons, count := make(map[uuid.UUID]struct{}), int64(0)
	var unfit error
	summary, err := transfer.Verify(reader, func(e eventstore.Loaded) {
		for subject := range sealing.SubjectsIn(e.Data) {
			persons[subject] = struct{}{}
		}
		count++
		if unfit == nil {
			unfit = l.unfit(e.Event, count)
		}
		l.tell(Checking, count, 0)
	})
	if err == nil {
		err = unfit
	}
	return summary, slices.Collect(maps.Keys(persons)), err
}

// unfit says that the store cannot take the file's nth event in: it is told before
// anything is written, as no part of a ledger is one.
func (l Load) unfit(e eventstore.Event, n int64) error {
	if l.Config.EventStoreDB == "" {
		return nil
	}
	if reason := esdb.Unloadable(e); reason != "" {
		return &transfer.Error{Code: transfer.NotForThisStore, Line: 1 + n, Reason: reason}
	}
	return nil
}

// interruptible is a file that ends with a context: checking one can take long.
type interruptible struct {
	io.Reader
	ctx context.Context
}

func (i interruptible) Read(to []byte) (int, error) {
	if err := i.ctx.Err(); err != nil {
		return 0, err
	}
	return i.Reader.Read(to)
}

// prepareKeys brings the keys in, if they were given, and gives those whose keys
// are not to be had. It refuses before anything is made in the database.
func (l Load) prepareKeys(ctx context.Context, pool *pgxpool.Pool, id uuid.UUID, persons []uuid.UUID) ([]uuid.UUID, error) {
	if l.Keys != "" {
		// Bringing keys in carries out the erasures among them: never in the database
		// of a ledger that lives.
		used, err := ledger.InUse(ctx, pool)
		if err != nil {
			return nil, err
		}
		if used {
			return nil, ledger.ErrKeysInUse
		}
		if _, err := restore(ctx, pool, l.Config.KEK, id, l.Keys); err != nil {
			return nil, err
		}
	}
	held, missing, err := sealing.Held(ctx, pool, persons)
	switch {
	case err != nil:
		return nil, err
	case held != uuid.Nil && held != id:
		return nil, ErrOtherLedger
	case len(missing) > 0 && !l.WithoutKeys:
		return nil, fmt.Errorf("%w: %d 人 / persons", ErrKeysMissing, len(missing))
	}
	return missing, nil
}

func restore(ctx context.Context, pool *pgxpool.Pool, kek sealing.KEKSource, ledger uuid.UUID, path string) (sealing.KeysSummary, error) {
	file, err := os.Open(path)
	if err != nil {
		return sealing.KeysSummary{}, err
	}
	defer file.Close()
	return sealing.Restore(ctx, pool, kek, ledger, file)
}

// write reads the file once more, and makes sure that it is the one that was
// checked.
func (l Load) write(ctx context.Context, loader eventstore.Loader, checked transfer.Summary) (int64, error) {
	file, err := os.Open(l.File)
	if err != nil {
		return 0, err
	}
	defer file.Close()
	reader, err := transfer.NewReader(file)
	if err != nil {
		return 0, err
	}
	return loader.Load(ctx, l.sameAs(checked, reader))
}

func (l Load) sameAs(checked transfer.Summary, reader *transfer.Reader) iter.Seq2[eventstore.Loaded, error] {
	return func(yield func(eventstore.Loaded, error) bool) {
		done := int64(0)
		for event, err := range reader.Events() {
			if !yield(event, err) || err != nil {
				return
			}
			done++
			l.tell(Writing, done, checked.Events)
		}
		if read, whole := reader.Summary(); !whole || read != checked {
			yield(eventstore.Loaded{}, ErrFileChanged)
		}
	}
}

// finish makes what lives beside the log. Reactions begin with the first event, as
// everything they do is done once only; but not where the keys are gone by which a
// command is known again.
func (l Load) finish(ctx context.Context, a *app.App, report Report) (Report, error) {
	var err error
	if report.Position, err = a.Store.LastPosition(ctx); err != nil {
		return report, err
	}
	if l.WithoutKeys {
		if err := a.Reactions.Skip(ctx, report.Position); err != nil {
			return report, err
		}
	}
	l.tell(Rebuilding, 0, 0)
	rebuilt, err := a.Ledger.FinishLoading(ctx, func(done int64) { l.tell(Rebuilding, done, 0) })
	report.UniqueKeys = rebuilt.Keys
	return report, err
}

func (l Load) tell(stage Stage, done, total int64) {
	if l.Progress != nil {
		l.Progress(stage, done, total)
	}
}

// LoadKeys brings a file of keys into an installation that has none.
func LoadKeys(ctx context.Context, config app.Config, path string) (summary sealing.KeysSummary, err error) {
	config.Loading, config.Maintenance = true, true
	config.Prepare = func(ctx context.Context, pool *pgxpool.Pool) error {
		summary, err = restore(ctx, pool, config.KEK, uuid.Nil, path)
		return err
	}
	a, err := app.Open(ctx, config)
	if err != nil {
		return sealing.KeysSummary{}, err
	}
	return summary, a.Close()
}

// Spool copies what comes from r into a file that only its owner can read, because
// a load reads its file twice. The caller removes it.
func Spool(r io.Reader) (path string, err error) {
	file, err := os.CreateTemp("", "guishu-load-*")
	if err != nil {
		return "", err
	}
	_, err = io.Copy(file, r)
	if err = errors.Join(err, file.Close()); err != nil {
		return "", errors.Join(err, os.Remove(file.Name()))
	}
	return file.Name(), nil
}
