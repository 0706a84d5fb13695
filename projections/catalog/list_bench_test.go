package catalog_test

import (
	"context"
	"sync/atomic"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"guishu/domain"
	"guishu/eventstore/sealing"
	"guishu/projections/catalog"
	"guishu/projections/customers"
	"guishu/projections/projectiontest"
	"guishu/projections/query"
)

// kept remembers the last question.
type kept struct {
	query.DB
	sql  string
	args []any
}

func (k *kept) Query(ctx context.Context, sql string, args ...any) (pgx.Rows, error) {
	k.sql, k.args = sql, args
	return k.DB.Query(ctx, sql, args...)
}

// A list of 50 rows from 16 connections, against the same question whose answer
// is thrown away unread.
func BenchmarkList(b *testing.B) {
	l := projectiontest.New(b)
	story := projectiontest.NewStory(20)
	l.Tell(story, 2000)
	runner, _ := l.Run(catalog.Models(sealing.NewHasher(), domain.ChinaZone())...)
	l.Wait(runner)
	ctx := context.Background()
	config := l.Pool.Config()
	config.MaxConns = 16
	pool, err := pgxpool.NewWithConfig(ctx, config)
	if err != nil {
		b.Fatal(err)
	}
	defer pool.Close()
	reader := query.Reader{Scope: everywhere, Who: story.Staff[0]}
	q := customers.Query{View: customers.ToBeCompleted}
	question := &kept{DB: pool}
	if _, err := customers.Customers().Page(ctx, question, reader, q, query.Paging{}); err != nil {
		b.Fatal(err)
	}
	rate := func(ask func() error) float64 {
		var done atomic.Int64
		began := time.Now()
		ended := make(chan error, 16)
		for range 16 {
			go func() {
				for time.Since(began) < time.Second {
					if err := ask(); err != nil {
						ended <- err
						return
					}
					done.Add(1)
				}
				ended <- nil
			}()
		}
		for range 16 {
			if err := <-ended; err != nil {
				b.Fatal(err)
			}
		}
		return float64(done.Load()) / time.Since(began).Seconds()
	}
	var raw, listed float64
	for b.Loop() {
		raw = max(raw, rate(func() error {
			rows, err := pool.Query(ctx, question.sql, question.args...)
			if err != nil {
				return err
			}
			rows.Close()
			return rows.Err()
		}))
		listed = max(listed, rate(func() error {
			_, err := customers.Customers().Page(ctx, pool, reader, q, query.Paging{})
			return err
		}))
	}
	b.ReportMetric(raw, "raw/s")
	b.ReportMetric(listed, "listed/s")
	b.ReportMetric(listed/raw, "ratio")
}

// How long until a written event shows in every read model.
func BenchmarkSeenAfterWrite(b *testing.B) {
	l := projectiontest.New(b)
	story := projectiontest.NewStory(20)
	l.Tell(story, 50)
	runner, _ := l.Run(catalog.Models(sealing.NewHasher(), domain.ChinaZone())...)
	l.Wait(runner)
	n := 100
	for b.Loop() {
		w := story.Life(n)[0]
		n++
		if err := runner.WaitForAll(context.Background(), l.AppendAt(w.At, w.Stream, w.Events...)); err != nil {
			b.Fatal(err)
		}
	}
}
