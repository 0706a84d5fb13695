// Package demo invents a small bank with a wealth firm and loads it through the
// real commands: units, staff, customers, claims, attachments, products, payments
// and what follows from them. Nobody in it exists.
//
// The content is the same every time: ids follow from fixed keys in a ledger with
// a fixed id. What "today" is, is kept with the ledger: older facts come as
// approved history, dated back from the day the demo was begun, and the latest
// ones are entered live.
package demo

import (
	"context"
	"fmt"
	"sync"
	"sync/atomic"
	"time"

	"guishu/commands"
	"guishu/commands/ledger"
	"guishu/domain"
	"guishu/domain/migration"

	"github.com/google/uuid"
	"golang.org/x/sync/errgroup"
)

// LedgerID is the id of every demo's ledger, so that all ids in it are the same
// every time.
var LedgerID = uuid.MustParse("0de30000-6775-8973-8875-000000000001")

// Begun is when a demo was begun; its dates are counted from there.
type Begun struct {
	On   domain.Date
	Zone *time.Location
}

// Progress is told how many stories are told, of how many.
type Progress func(done, total int64)

// Load brings the firm into the ledger. It goes on where an earlier run was cut
// off, and changes nothing where everything is there.
func Load(ctx context.Context, l *ledger.Ledger, begun Begun, progress Progress) (Highlights, error) {
	f := &firm{
		ledger: l, begun: begun, progress: progress, total: customers + 6,
		units: map[string]domain.UnitID{}, staff: map[string]domain.StaffID{}, products: map[string]domain.ProductID{},
		candidates: map[string]candidate{},
	}
	for _, chapter := range []func(context.Context) error{
		f.found, f.hire, f.rule, f.launch, f.tellAll, f.conclude,
	} {
		if err := chapter(ctx); err != nil {
			return Highlights{}, err
		}
		f.told()
	}
	return f.highlights(), nil
}

// Close is what can only come last, because the stories cannot be told again
// after it: the advisor whose customers were handed over leaves (B-27, B-28), and
// the batch ends under which the firm's history came.
func Close(ctx context.Context, l *ledger.Ledger, begunOn domain.Date, shown Highlights) error {
	_, err := l.Do(ctx, ledger.Call{Actor: shown.Superior, Key: "demo/departure"}, commands.RecordDeparture{
		Staff: shown.Leaver, On: begunOn, Reason: "个人原因离职,客户已交接",
	})
	if err != nil {
		return fmt.Errorf("demo/departure: %w", err)
	}
	_, err = l.Do(ctx, ledger.Call{Actor: shown.Proposer, Key: "demo/history/close"}, commands.CloseMigration{
		Batch: shown.Batch, Imported: customers,
	})
	if err != nil {
		return fmt.Errorf("demo/history/close: %w", err)
	}
	return nil
}

// atOnce is how many stories are told at the same time. The store takes what
// comes together into one transaction.
const atOnce = 24

// firm is the firm while it is made.
type firm struct {
	ledger   *ledger.Ledger
	begun    Begun
	progress Progress
	done     atomic.Int64
	total    int64

	mu       sync.Mutex // guards the maps while stories are told
	units    map[string]domain.UnitID
	staff    map[string]domain.StaffID
	products map[string]domain.ProductID
	batch    domain.BatchID
	// candidates are what is worth a look, by what it shows.
	candidates map[string]candidate
}

func (f *firm) told() {
	done := f.done.Add(1)
	if f.progress != nil {
		f.progress(done, f.total)
	}
}

// day is so many days after the demo was begun, before it where negative.
func (f *firm) day(n int) domain.Date { return f.begun.On.AddDays(n) }

// at is that day at an hour of the morning.
func (f *firm) at(n, hour int) time.Time {
	d := f.day(n)
	return time.Date(d.Year(), d.Month(), d.Day(), hour, 0, 0, 0, f.begun.Zone)
}

// each tells stories at the same time, a bounded number of them.
func each[T any](ctx context.Context, things []T, tell func(context.Context, T) error) error {
	group, ctx := errgroup.WithContext(ctx)
	group.SetLimit(atOnce)
	for _, thing := range things {
		group.Go(func() error {
			if ctx.Err() != nil {
				return ctx.Err()
			}
			return tell(ctx, thing)
		})
	}
	return group.Wait()
}

// rule publishes the rules, and has the batch approved under which history may
// come (B-01, B-31).
func (f *firm) rule(ctx context.Context) error {
	t := f.story(ctx, "policy")
	do(t, "director", commands.PublishPolicy{
		EffectiveOn: longAgo, Rules: rulesOf2013(), Note: "《客户信息管理系统—CRM管理办法》施行",
	})
	do(t, "director", commands.PublishPolicy{
		EffectiveOn: f.day(30), Rules: rulesToCome(), Note: "沟通有效期由30天延长至45天",
	})
	if t.err != nil {
		return t.err
	}
	t = f.story(ctx, "history")
	f.batch = domain.BatchID(do(t, "ops1", commands.ProposeMigration{
		Name: "旧系统历史数据迁移(演示)", Sources: []migration.Source{{Name: "旧系统导出.xlsx", SHA256: paper("旧系统导出.xlsx"), Rows: customers}},
	}))
	do(t, "migration", commands.ApproveMigration{Batch: f.batch, Note: "已抽查核对,时间可作为优先依据"})
	return t.err
}

// tellAll tells every customer's story.
func (f *firm) tellAll(ctx context.Context) error {
	cast := make([]int, customers)
	for i := range cast {
		cast[i] = i
	}
	return each(ctx, cast, func(ctx context.Context, i int) error {
		defer f.told()
		if i < bankCustomers {
			return f.tellBank(ctx, i)
		}
		return f.tellWealth(ctx, i-bankCustomers)
	})
}

// conclude closes the products that have matured or are fully subscribed.
func (f *firm) conclude(ctx context.Context) error {
	t := f.story(ctx, "conclude")
	do(t, "ops1", commands.CloseSubscription{Product: f.products["HT2401"], Reason: "产品已到期"})
	do(t, "ops1", commands.CloseSubscription{Product: f.products["HT2502"], Reason: "募集结束"})
	return t.err
}
