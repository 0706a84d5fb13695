package bench

import (
	"context"
	"errors"

	"guishu/internal/app"
)

// folded is the read model that live batches are measured on: nearly every event
// adds a row.
const folded = "timeline"

// rebuilt are the read models whose rebuilds are measured, the gate's first: its
// rows are claims, which other events change. The others have the most tables,
// the most arithmetic and the most rows.
var rebuilt = []string{"claims", "customers", "performance", "timeline"}

// rebuild measures building a read model from the whole ledger beside reading and
// decoding the same events.
func (r *run) rebuild(ctx context.Context) (rows []Row, err error) {
	all := make([]sides, len(rebuilt))
	err = r.onLifelike(ctx, func(a *app.App) error {
		for turn := range r.turns() + 1 {
			r.calm(ctx)
			read, err := a.Models.MeasureReading(ctx)
			if err != nil {
				return err
			}
			for i, model := range rebuilt {
				built, err := a.Models.MeasureBuild(ctx, model)
				if err != nil {
					return err
				}
				r.tell("  read and decoded %.0f/s, built %s %.0f/s", read.PerSecond(), model, built.PerSecond())
				if turn > 0 {
					all[i].add(built.PerSecond(), read.PerSecond())
				}
			}
		}
		return nil
	})
	for i, model := range rebuilt {
		row := Row{
			Name: "rebuild-" + model, Work: "重建读模型 rebuild " + model,
			Measured: perSecond(all[i].ours.median(), "events"), Beside: perSecond(all[i].theirs.median(), "events read and decoded"),
			Ratio: all[i].ratio.median(), Spread: all[i].ratio.spread(),
		}
		if i == 0 {
			row.Gate = AtLeast(0.7)
			row.Note = "the others are shown to compare: a read model that has a row for every event also writes and indexes as many"
		}
		rows = append(rows, row)
	}
	return rows, err
}

// live measures a read model that is brought on in batches beside one transaction
// an event.
func (r *run) live(ctx context.Context) ([]Row, error) {
	const one, many, batch = 2000, 40_000, 1000
	var all sides
	err := r.onLifelike(ctx, func(a *app.App) error {
		for turn := range r.turns() + 1 {
			r.calm(ctx)
			single, err := a.Models.MeasureLive(ctx, folded, one, 1)
			if err != nil {
				return err
			}
			batched, err := a.Models.MeasureLive(ctx, folded, many, batch)
			if err != nil {
				return err
			}
			r.tell("  one by one %.0f/s, in batches %.0f/s", single.PerSecond(), batched.PerSecond())
			if turn > 0 {
				all.add(batched.PerSecond(), single.PerSecond())
			}
		}
		return nil
	})
	return []Row{{
		Name: "live", Work: "实时投影,每个事件一个新行 live projection, a new row an event",
		Measured: perSecond(all.ours.median(), "events"), Beside: perSecond(all.theirs.median(), "events, a transaction each"),
		Ratio: all.ratio.median(), Spread: all.ratio.spread(), Gate: AtLeast(10),
		Note: "read model " + folded + ", the same runner with batches of 1,000 and of 1; neither waits for the disk",
	}}, err
}

// onLifelike does something with the product assembled on the lifelike ledger,
// where nothing runs.
func (r *run) onLifelike(ctx context.Context, work func(*app.App) error) (err error) {
	url, err := r.lifelike(ctx)
	if err != nil {
		return err
	}
	a, err := r.openLifelike(ctx, url)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, a.Close()) }()
	return work(a)
}
