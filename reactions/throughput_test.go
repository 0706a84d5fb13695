package reactions_test

import (
	"os"
	"strconv"
	"sync"
	"testing"
	"time"

	"guishu/commands/commandstest"
)

// BenchmarkConfirmations measures how many confirmed payments a second the
// reactions answer, each with a promotion and an attribution.
func BenchmarkConfirmations(b *testing.B) {
	h := newHouse(b, commandstest.OnPostgres)
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
	before, err := h.Store.LastPosition(b.Context())
	h.Must(err)
	b.ResetTimer()
	start := time.Now()
	_, stop := h.react()
	h.until("every confirmation is answered", func() bool {
		now, err := h.Store.LastPosition(b.Context())
		h.Must(err)
		return int(now-before) >= 2*size
	})
	b.ReportMetric(float64(size)/time.Since(start).Seconds(), "confirmations/s")
	b.StopTimer()
	stop()
}
