package idindex_test

import (
	"fmt"
	"sync"
	"testing"

	"guishu/eventstore"
	"guishu/eventstore/idindex"
	"guishu/internal/pgtest"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5/pgxpool"
)

// BenchmarkAppend is what a reservation costs: appends in scope InStore over a
// store that costs nothing, with PostgreSQL keeping every promise.
func BenchmarkAppend(b *testing.B) {
	for _, writers := range []int{1, 16, 64} {
		b.Run(fmt.Sprintf("writers=%d", writers), func(b *testing.B) {
			pool, err := pgxpool.New(b.Context(), pgtest.Durable(b))
			if err != nil {
				b.Fatal(err)
			}
			defer pool.Close()
			store, err := idindex.Open(b.Context(), pool, newServer(), idindex.Options{})
			if err != nil {
				b.Fatal(err)
			}
			defer store.Close()
			turns := make(chan int)
			var group sync.WaitGroup
			for writer := range writers {
				stream := eventstore.Stream(fmt.Sprintf("s-%d", writer))
				group.Go(func() {
					revision := eventstore.NoRevision
					for range turns {
						done, err := store.Append(b.Context(), inStore(stream, eventstore.AtRevision(revision), uuid.New()))
						if err != nil {
							b.Error(err)
							continue
						}
						revision = done.Last
					}
				})
			}
			b.ResetTimer()
			for turn := range b.N {
				turns <- turn
			}
			close(turns)
			group.Wait()
			b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "appends/s")
		})
	}
}
