package reactions_test

import (
	"os"
	"strconv"
	"sync"
	"testing"
	"time"
)

// BenchmarkConfirmations measures how many confirmed payments a second the
// reactions answer, each with a promotion and an attribution.
func BenchmarkConfirmations(b *testing.B) {
	h := newHouse(b, onPostgres)
	size := 2000
	if text := os.Getenv("GUISHU_CONFIRMATIONS"); text != "" {
		size, _ = strconv.Atoi(text)
	}
	var wg sync.WaitGroup
	for lane := range 32 {
		wg.Go(func() {
			for n := lane; n < size && !b.Failed(); n += 32 {
				h.purchase(n)
			}
		})
	}
	wg.Wait()
	if b.Failed() {
		b.FailNow()
	}
	before, err := h.store.LastPosition(b.Context())
	h.must(err)
	b.ResetTimer()
	start := time.Now()
	_, stop := h.react()
	h.until("every confirmation is answered", func() bool {
		now, err := h.store.LastPosition(b.Context())
		h.must(err)
		return int(now-before) >= 2*size
	})
	b.ReportMetric(float64(size)/time.Since(start).Seconds(), "confirmations/s")
	b.StopTimer()
	stop()
}
