package bench

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"runtime"
	"time"

	"guishu/domain"
	"guishu/domain/customer"
	"guishu/eventstore"
	"guishu/eventstore/sealing"
	"guishu/internal/app"
	"guishu/internal/invented"
	"guishu/internal/privatepg"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"golang.org/x/sync/errgroup"
)

// lifelikeEvents is how many events the ledger has that is read and folded.
const lifelikeEvents = 200_000

// lifelike is a database with a ledger of an invented firm, made once a run.
func (r *run) lifelike(ctx context.Context) (url string, err error) {
	const name = "lifelike"
	url = r.cluster.URL(name)
	if r.told {
		return url, nil
	}
	r.told = true
	if url, err = r.database(ctx, name); err != nil {
		return "", err
	}
	r.kek = sealing.NewKEK()
	a, err := r.openLifelike(ctx, url)
	if err != nil {
		return "", err
	}
	defer func() { err = errors.Join(err, a.Close()) }()
	return url, r.tellStory(ctx, a, invented.New(60), lifelikeEvents)
}

// openLifelike assembles the product on the lifelike ledger. Nothing runs.
func (r *run) openLifelike(ctx context.Context, url string) (*app.App, error) {
	return app.Open(ctx, app.Config{Database: privatepg.Settings{DatabaseURL: url}, KEK: sealing.FixedKEK(r.kek), Log: r.log})
}

// tellStory puts at least so many events of a story into an empty ledger, with
// COPY into the store's own tables: a minute for a million of them. What is
// measured on such a ledger is reading it.
func (r *run) tellStory(ctx context.Context, a *app.App, s *invented.Story, events int) error {
	began := time.Now()
	connection, err := a.Pool.Acquire(ctx)
	if err != nil {
		return err
	}
	defer connection.Release()
	teller := &teller{app: a}
	rows, err := teller.encode(ctx, s.Opening())
	if err != nil {
		return err
	}
	tx, err := connection.Begin(ctx)
	if err != nil {
		return err
	}
	defer func() { _ = tx.Rollback(context.WithoutCancel(ctx)) }()
	position := int64(0)
	for customers := 0; ; {
		for i := range rows {
			position++
			rows[i][0] = position
		}
		if _, err := tx.CopyFrom(ctx, pgx.Identifier{"ledger", "events"}, eventColumns, pgx.CopyFromRows(rows)); err != nil {
			return fmt.Errorf("copy events into the ledger: %w", err)
		}
		if position >= int64(events) {
			break
		}
		const atOnce = 2000
		if rows, err = teller.lives(ctx, s, customers, customers+atOnce); err != nil {
			return err
		}
		customers += atOnce
	}
	if _, err := tx.Exec(ctx, `UPDATE ledger.head SET position = $1, tip = $2`, position, rand.Int64()); err != nil {
		return err
	}
	if err := tx.Commit(ctx); err != nil {
		return err
	}
	if _, err := connection.Exec(ctx, `VACUUM (ANALYZE) ledger.events`); err != nil {
		return err
	}
	r.tell("  %d events of an invented firm in %s", position, time.Since(began).Round(time.Second))
	return nil
}

var eventColumns = []string{"position", "revision", "recorded_at", "id", "dedupe", "stream", "type", "data", "metadata"}

// teller writes a story's events as rows of the ledger.
type teller struct{ app *app.App }

// lives are the rows of some customers' lives, customer after customer.
func (t *teller) lives(ctx context.Context, s *invented.Story, from, to int) ([][]any, error) {
	lives := make([][]invented.Write, to-from)
	subjects := make([]uuid.UUID, 0, to-from)
	for n := from; n < to; n++ {
		lives[n-from] = s.Life(n)
		subjects = append(subjects, subjectOf(lives[n-from]))
	}
	if err := t.app.Ring.Create(ctx, subjects); err != nil {
		return nil, err
	}
	parts := make([][][]any, len(lives))
	group, ctx := errgroup.WithContext(ctx)
	group.SetLimit(runtime.GOMAXPROCS(0))
	for i := range lives {
		group.Go(func() (err error) { parts[i], err = t.encode(ctx, lives[i]); return err })
	}
	if err := group.Wait(); err != nil {
		return nil, err
	}
	var rows [][]any
	for _, part := range parts {
		rows = append(rows, part...)
	}
	return rows, nil
}

// subjectOf is the customer whose life it is.
func subjectOf(life []invented.Write) uuid.UUID {
	for _, w := range life {
		for _, event := range w.Events {
			if registered, is := event.(customer.Registered); is {
				return registered.Customer.UUID()
			}
		}
	}
	return uuid.Nil
}

// encode gives the rows of some writes, still without their positions.
func (t *teller) encode(ctx context.Context, writes []invented.Write) ([][]any, error) {
	var rows [][]any
	revisions := map[string]int64{}
	for _, w := range writes {
		meta := eventstore.Metadata{
			EffectiveAt: w.At.Effective, Asserted: w.At.Asserted, MigrationBatch: uuid.UUID(w.At.Batch),
			Actor: uuid.UUID(w.At.Actor), Unit: uuid.UUID(w.At.Unit), Role: string(domain.RoleAdvisor), Command: "bench",
			CommandID: uuid.New(), CorrelationID: uuid.New(),
		}
		for _, event := range w.Events {
			id := uuid.New()
			encoded, err := t.app.Codec.Encode(ctx, eventstore.Stream(w.Stream), id, event, meta)
			if err != nil {
				return nil, fmt.Errorf("encode %T: %w", event, err)
			}
			rows = append(rows, []any{
				int64(0), revisions[w.Stream], time.Now(), id, id, w.Stream, encoded.Type, encoded.Data, encoded.Metadata,
			})
			revisions[w.Stream]++
		}
	}
	return rows, nil
}
