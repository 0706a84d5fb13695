package http

import (
	"context"
	"errors"

	"guishu/domain"
	"guishu/http/api"

	"github.com/prometheus/client_golang/prometheus"
)

// askLedger adds why nothing is decided on the ledger, and every stream of it that is
// damaged (C-09): the program is not ready while there is one.
func (s *Server) askLedger(ctx context.Context, state *health) {
	if err := s.Ledger.Standing(); err != nil {
		if refusal, known := domain.AsError(err); known {
			state.Failed["ledger"] = refusal.Code.Name() + ": " + refusal.MessageZH() + " / " + refusal.Message()
		}
		s.Log.Warn("not ready", "check", "ledger", "error", api.Loggable(err))
		return
	}
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

var ledgerHeld = prometheus.NewDesc("guishu_ledger_held", "1 while nothing is decided because the ledger is not the one that is known (put-back), lacks an event (damaged) or lacks keys (keys-missing).", []string{"why"}, nil)

var streamDamaged = prometheus.NewDesc("guishu_ledger_stream_damaged", "1 for each stream of the ledger of which events were deleted or hidden; a hundred at most.", []string{"stream"}, nil)

// collectDamages shows each damaged stream.
func (c stateCollector) collectDamages(ctx context.Context, gauge func(*prometheus.Desc, float64, ...string)) {
	standing := c.server.Ledger.Standing()
	for why, code := range map[string]domain.Code{"put-back": domain.ErrLedgerPutBack, "damaged": domain.ErrLedgerDamaged, "keys-missing": domain.ErrLedgerKeysMissing} {
		held := 0.0
		if errors.Is(standing, code) {
			held = 1
		}
		gauge(ledgerHeld, held, why)
	}
	damages, err := c.server.Ledger.Damages(ctx)
	if err != nil {
		return
	}
	for _, d := range damages {
		gauge(streamDamaged, 1, string(d.Stream))
	}
}
