package http

import (
	"context"
	"time"

	"guishu/eventstore"
	"guishu/http/api"
	"guishu/http/question"
	"guishu/projections"

	"github.com/prometheus/client_golang/prometheus"
)

// Models tells how far the read models are. *projections.Runner is one.
type Models interface {
	question.Models
	// Status tells how every read model does.
	Status(ctx context.Context) ([]projections.Status, error)
	// PassedOver is how many events were met that are none of the ledger's.
	PassedOver() (system, others int64)
}

// Reactions tells how far the reactions are. *reactions.Reactions is one.
type Reactions interface {
	// Positions is how far each has come.
	Positions(ctx context.Context) (map[string]eventstore.Position, error)
	// CountParked is how many events each could not answer and has put aside.
	CountParked(ctx context.Context) (map[string]int, error)
	// Stalled are those that have not moved for a while although there is an event for
	// them, and since when.
	Stalled(ctx context.Context) (map[string]time.Time, error)
	// PassedOver is how many events were met that are none of the ledger's.
	PassedOver() (system, others int64)
}

// askReactions adds every reaction that does not go on. Commands are decided all the
// same, but what the ledger does by itself is not done.
func (s *Server) askReactions(ctx context.Context, state *health) {
	if s.Reactions == nil {
		return
	}
	stalled, err := s.Reactions.Stalled(ctx)
	if err != nil {
		state.Failed["reactions"] = "unavailable"
		s.Log.Warn("not ready", "check", "reactions", "error", api.Loggable(err))
		return
	}
	for name, since := range stalled {
		at := since.In(s.Location).Format(time.RFC3339)
		state.Failed["reaction "+name] = "自 " + at + " 起停滞 / stalled since " + at
	}
}

// askModels adds where every read model stands. The program is not ready while one has
// stopped, was never built, has not taken in what the ledger held when this process
// began, or does not go on (F-12, L-05).
func (s *Server) askModels(ctx context.Context, state *health) {
	all, err := s.Models.Status(ctx)
	if err != nil {
		state.Failed["read models"] = "unavailable"
		s.Log.Warn("not ready", "check", "read models", "error", api.Loggable(err))
		return
	}
	for name, trouble := range s.ready.models.judge(all, time.Now(), s.Location) {
		state.Failed["read model "+name] = trouble
	}
	for _, model := range all {
		stopped := model.Failure != ""
		state.Models = append(state.Models, modelState{
			Name: model.Model, Version: model.Serving, Position: int64(model.Position), Lag: model.Lag, Stopped: stopped,
		})
	}
}

// stateCollector shows in /metrics where read models and sessions stand.
type stateCollector struct{ server *Server }

var (
	modelPosition    = prometheus.NewDesc("guishu_read_model_position", "The last event a read model has taken in.", []string{"model"}, nil)
	modelLag         = prometheus.NewDesc("guishu_read_model_lag", "How many events a read model is behind the ledger, or at least so many.", []string{"model"}, nil)
	modelStopped     = prometheus.NewDesc("guishu_read_model_stopped", "1 when a read model has stopped at an event.", []string{"model"}, nil)
	ledgerHead       = prometheus.NewDesc("guishu_ledger_position", "The newest event's position.", nil, nil)
	reactionPosition = prometheus.NewDesc("guishu_reaction_position", "The last event a reaction has answered.", []string{"reaction"}, nil)
	reactionParked   = prometheus.NewDesc("guishu_reaction_parked", "Events a reaction could not answer; see guishu reactions.", []string{"reaction"}, nil)
	reactionStalled  = prometheus.NewDesc("guishu_reaction_stalled_seconds", "For how long a reaction has not moved although there is an event for it; 0 while it goes on.", []string{"reaction"}, nil)
	foreignEvents    = prometheus.NewDesc("guishu_foreign_events_passed_over_total", "Events met in the store that are none of the ledger's: the store's own (system) or other programs' (others).", []string{"by", "of"}, nil)
	sessionsOpen     = prometheus.NewDesc("guishu_sessions", "Sessions that have not ended.", nil, nil)
)

// Describe names what is shown.
func (c stateCollector) Describe(to chan<- *prometheus.Desc) {
	for _, d := range []*prometheus.Desc{modelPosition, modelLag, modelStopped, ledgerHead, sessionsOpen, reactionPosition, reactionParked, reactionStalled, foreignEvents, streamDamaged, ledgerHeld} {
		to <- d
	}
}

// Collect asks for it. What cannot be asked is left out.
func (c stateCollector) Collect(to chan<- prometheus.Metric) {
	ctx, stop := context.WithTimeout(context.Background(), 2*time.Second)
	defer stop()
	gauge := func(d *prometheus.Desc, value float64, labels ...string) {
		to <- prometheus.MustNewConstMetric(d, prometheus.GaugeValue, value, labels...)
	}
	if open, err := c.server.Auth.Sessions(ctx); err == nil {
		gauge(sessionsOpen, float64(open))
	}
	c.collectReactions(ctx, gauge)
	c.collectForeign(to)
	c.collectDamages(ctx, gauge)
	all, err := c.server.Models.Status(ctx)
	if err != nil {
		return
	}
	for i, model := range all {
		if i == 0 {
			gauge(ledgerHead, float64(model.Head))
		}
		gauge(modelPosition, float64(model.Position), model.Model)
		gauge(modelLag, float64(model.Lag), model.Model)
		stopped := 0.0
		if model.Failure != "" {
			stopped = 1
		}
		gauge(modelStopped, stopped, model.Model)
	}
}

func (c stateCollector) collectForeign(to chan<- prometheus.Metric) {
	tell := func(by string, system, others int64) {
		to <- prometheus.MustNewConstMetric(foreignEvents, prometheus.CounterValue, float64(system), by, "system")
		to <- prometheus.MustNewConstMetric(foreignEvents, prometheus.CounterValue, float64(others), by, "others")
	}
	system, others := c.server.Models.PassedOver()
	tell("read models", system, others)
	if c.server.Reactions != nil {
		system, others = c.server.Reactions.PassedOver()
		tell("reactions", system, others)
	}
}

func (c stateCollector) collectReactions(ctx context.Context, gauge func(*prometheus.Desc, float64, ...string)) {
	if c.server.Reactions == nil {
		return
	}
	positions, err := c.server.Reactions.Positions(ctx)
	if err == nil {
		for name, position := range positions {
			gauge(reactionPosition, float64(position), name)
		}
	}
	if stalled, err := c.server.Reactions.Stalled(ctx); err == nil {
		for name := range positions {
			stands := 0.0
			if since, yes := stalled[name]; yes {
				stands = time.Since(since).Seconds()
			}
			gauge(reactionStalled, stands, name)
		}
	}
	if parked, err := c.server.Reactions.CountParked(ctx); err == nil {
		for name, count := range parked {
			gauge(reactionParked, float64(count), name)
		}
	}
}
