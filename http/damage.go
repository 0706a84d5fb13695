package http

import (
	"context"

	"guishu/http/api"

	"github.com/prometheus/client_golang/prometheus"
)

// askLedger adds every stream of the ledger that is damaged (C-09): the program is not
// ready while there is one.
func (s *Server) askLedger(ctx context.Context, state *health) {
	damages, err := s.Ledger.Damages(ctx)
	if err != nil {
		state.Failed["ledger"] = "unavailable"
		s.Log.Warn("not ready", "check", "ledger", "error", api.Loggable(err))
		return
	}
	for _, d := range damages {
		state.Failed["stream "+string(d.Stream)] = "damaged: " + d.Reason
	}
}

var streamDamaged = prometheus.NewDesc("guishu_ledger_stream_damaged", "1 for each stream of the ledger of which events were deleted or hidden; a hundred at most.", []string{"stream"}, nil)

// collectDamages shows each damaged stream.
func (c stateCollector) collectDamages(ctx context.Context, gauge func(*prometheus.Desc, float64, ...string)) {
	damages, err := c.server.Ledger.Damages(ctx)
	if err != nil {
		return
	}
	for _, d := range damages {
		gauge(streamDamaged, 1, string(d.Stream))
	}
}
