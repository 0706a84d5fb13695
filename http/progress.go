package http

import (
	"fmt"
	"time"

	"guishu/eventstore"
	"guishu/projections"
)

// standsStill is how long a read model may lag behind the ledger without moving before
// it counts as standing still.
const standsStill = 2 * time.Minute

// progress is what is known of how the read models came on, from one look at them to
// the next.
type progress struct {
	due  map[string]eventstore.Position // what the ledger held at the first look, while a model has not taken it in
	seen map[string]sight
}

// sight is where a read model stood, whether it lagged behind, and since when both.
type sight struct {
	position eventstore.Position
	lagged   bool
	since    time.Time
}

// judge says why lists cannot be answered for what the ledger holds: by the name of the
// read model, in words for whoever watches over the program.
func (p *progress) judge(all []projections.Status, now time.Time, zone *time.Location) map[string]string {
	if p.seen == nil {
		p.due, p.seen = map[string]eventstore.Position{}, map[string]sight{}
		for _, m := range all {
			p.due[m.Model] = m.Head
		}
	}
	troubles := map[string]string{}
	for _, m := range all {
		if due, waits := p.due[m.Model]; waits && m.Position >= due {
			delete(p.due, m.Model)
		}
		last := p.seen[m.Model]
		if last.position != m.Position || last.lagged != (m.Lag > 0) || last.since.IsZero() {
			last = sight{m.Position, m.Lag > 0, now}
			p.seen[m.Model] = last
		}
		_, behind := p.due[m.Model]
		switch {
		case m.Failure != "":
			troubles[m.Model] = "stopped"
		case m.Serving == 0 || m.Position == 0 && m.Lag > 0 && m.Building:
			troubles[m.Model] = "not built"
		case last.lagged && now.Sub(last.since) >= standsStill:
			at := last.since.In(zone).Format(time.RFC3339)
			troubles[m.Model] = "自 " + at + " 起停滞 / stands still since " + at
		case behind:
			troubles[m.Model] = fmt.Sprintf("正在追赶，落后 %d 个事件或更多 / catching up, %d events or more behind", m.Lag, m.Lag)
		}
	}
	return troubles
}
