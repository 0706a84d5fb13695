package projections

import (
	"context"
	"fmt"
	"io"
	"strings"

	"github.com/jackc/pgx/v5"

	"guishu/eventstore"
)

// Difference is a row that is not what the log says. Values of personal columns
// are not told.
type Difference struct {
	Model    string
	Table    string
	Key      string // the key's columns with their values
	Column   string // empty when a whole row is missing or too many
	Stored   string
	Computed string
}

// String is a line for people.
func (d Difference) String() string {
	if d.Column == "" {
		return fmt.Sprintf("%s: %s %s: stored %s, computed %s", d.Model, d.Table, d.Key, d.Stored, d.Computed)
	}
	return fmt.Sprintf("%s: %s %s: %s is stored as %s, computed as %s", d.Model, d.Table, d.Key, d.Column, d.Stored, d.Computed)
}

// Replayed is what a replay of one read model found.
type Replayed struct {
	Model       string
	Version     int
	Position    eventstore.Position // of the rows compared
	Rows        int                 // compared
	Differing   int                 // rows
	Differences []Difference        // the first ones
}

// DifferencesKept is how many differences of a read model are told one by one.
const DifferencesKept = 200

// comparison compares a table in a snapshot with rows in memory.
type comparison struct {
	ctx    context.Context
	tx     pgx.Tx
	table  string // as SQL writes it
	title  string
	where  string // which rows, for a Log
	report *Replayed
}

// scan gives each row of the table in binary form, keys in order.
func (c *comparison) scan(columns []columnInfo, keys int, each func(values [][]byte) error) error {
	names := make([]string, len(columns))
	for i, info := range columns {
		names[i] = quote(info.name)
	}
	sql := fmt.Sprintf("COPY (SELECT %s FROM %s %s ORDER BY %s) TO STDOUT (FORMAT binary)",
		strings.Join(names, ", "), c.table, c.where, strings.Join(names[:keys], ", "))
	parser := &tuples{each: each}
	if _, err := c.tx.Conn().PgConn().CopyTo(c.ctx, io.Writer(parser), sql); err != nil {
		return err
	}
	return parser.err
}

// differ notes how two rows with one key differ; nil is no such row.
func differ[R any](c *comparison, fields []Column[R], keys int, stored, computed *R) {
	c.report.Differing++
	known := stored
	if known == nil {
		known = computed
	}
	parts := make([]string, keys)
	for i, field := range fields[:keys] {
		parts[i] = field.Name + "=" + field.told(known)
	}
	d := Difference{Model: c.report.Model, Table: c.title, Key: strings.Join(parts, " ")}
	keep := func(d Difference) {
		if len(c.report.Differences) < DifferencesKept {
			c.report.Differences = append(c.report.Differences, d)
		}
	}
	switch {
	case stored == nil:
		d.Stored, d.Computed = "no row", "a row"
		keep(d)
		return
	case computed == nil:
		d.Stored, d.Computed = "a row", "no row"
		keep(d)
		return
	}
	for _, field := range fields[keys:] {
		if string(field.write(nil, stored)) != string(field.write(nil, computed)) {
			d.Column, d.Stored, d.Computed = field.Name, field.told(stored), field.told(computed)
			keep(d)
		}
	}
}

// told is the column's value for people, hidden if it is personal.
func (c Column[R]) told(r *R) string {
	if c.personal != Nobody {
		return "***"
	}
	return c.show(r)
}

func (s *tableRows[K, R]) compare(c *comparison) error {
	seen := make(map[K]struct{}, len(s.byKey))
	var encoded, wanted []byte
	err := c.scan(s.table.columns(), s.table.keys, func(values [][]byte) error {
		c.report.Rows++
		var stored R
		if err := readRow(s.table.fields, &stored, values); err != nil {
			return err
		}
		key := *s.table.key(&stored)
		seen[key] = struct{}{}
		e := s.byKey[key]
		if e == nil || e.deleted {
			differ(c, s.table.fields, s.table.keys, &stored, nil)
			return nil
		}
		encoded = copyRow(encoded[:0], s.table.fields, &stored)
		wanted = copyRow(wanted[:0], s.table.fields, &e.row)
		if string(encoded) != string(wanted) {
			differ(c, s.table.fields, s.table.keys, &stored, &e.row)
		}
		return nil
	})
	for _, e := range s.order {
		if _, found := seen[*s.table.key(&e.row)]; !found && !e.deleted {
			c.report.Rows++
			differ(c, s.table.fields, s.table.keys, nil, &e.row)
		}
	}
	return err
}

func (s *logRows[R]) compare(c *comparison) error {
	computed := make(map[string]*R)
	var order []string
	parser := &tuples{begun: true, each: func(values [][]byte) error {
		row := new(R)
		if err := readRow(s.log.fields, row, values); err != nil {
			return err
		}
		key := s.keyOf(row)
		computed[key] = row
		order = append(order, key)
		return nil
	}}
	if _, err := parser.Write(s.encoded); err != nil {
		return err
	}
	s.encoded = s.encoded[:0]
	err := c.scan(s.log.columns(), s.log.keys, func(values [][]byte) error {
		c.report.Rows++
		stored := new(R)
		if err := readRow(s.log.fields, stored, values); err != nil {
			return err
		}
		key := s.keyOf(stored)
		wanted := computed[key]
		delete(computed, key)
		if wanted == nil || string(copyRow(nil, s.log.fields, stored)) != string(copyRow(nil, s.log.fields, wanted)) {
			differ(c, s.log.fields, s.log.keys, stored, wanted)
		}
		return nil
	})
	for _, key := range order {
		if row := computed[key]; row != nil {
			c.report.Rows++
			differ(c, s.log.fields, s.log.keys, nil, row)
		}
	}
	return err
}

func (s *logRows[R]) keyOf(row *R) string {
	var key []byte
	for i := range s.log.fields[:s.log.keys] {
		key = s.log.fields[i].write(key, row)
	}
	return string(key)
}

// replay folds the log apart from the tables of the models and compares, as of
// where each stands.
func (b builder) replay(ctx context.Context, plans []*plan, progress Progress) ([]Replayed, error) {
	reports := make([]Replayed, len(plans))
	tx, err := b.pool.BeginTx(ctx, pgx.TxOptions{IsoLevel: pgx.RepeatableRead, AccessMode: pgx.ReadOnly})
	if err != nil {
		return nil, err
	}
	defer func() { _ = tx.Rollback(context.WithoutCancel(ctx)) }()
	builds := make([]build, len(plans))
	folded := make([]*Tx, len(plans))
	compared := make([]eventstore.Position, len(plans)) // of the logs
	var until eventstore.Position
	for i, p := range plans {
		if builds[i], err = servingBuild(ctx, tx, p, ""); err != nil {
			return nil, err
		}
		if builds[i].Generation == 0 || builds[i].Version != p.Version {
			return nil, fmt.Errorf("read model %s: version %d is not built yet; it is once /readyz of a server is ready", p.Name, p.Version)
		}
		reports[i] = Replayed{Model: p.Name, Version: p.Version, Position: builds[i].Position}
		folded[i] = p.newTx(inMemory)
		until = max(until, builds[i].Position)
	}
	compareLogs := func(i int, upTo eventstore.Position) error {
		for t, table := range plans[i].Tables {
			if !table.onlyGrows() {
				continue
			}
			c := &comparison{ctx: ctx, tx: tx, table: builds[i].table(table.name()), title: table.name(), report: &reports[i],
				where: fmt.Sprintf("WHERE position > %d AND position <= %d", compared[i], upTo)}
			if err := folded[i].tables[t].compare(c); err != nil {
				return err
			}
		}
		compared[i] = upTo
		return nil
	}
	if until > 0 {
		for page := range b.pages(ctx, 0, until) {
			for i, p := range plans {
				events := page.events
				for len(events) > 0 && eventstore.Position(events[len(events)-1].Position) > builds[i].Position {
					events = events[:len(events)-1]
				}
				if len(events) == 0 {
					continue
				}
				if _, failed := p.foldAll(folded[i], events); failed != nil {
					return nil, failed
				}
				if err := compareLogs(i, eventstore.Position(events[len(events)-1].Position)); err != nil {
					return nil, err
				}
			}
			if page.err != nil {
				return nil, page.err
			}
			if progress != nil {
				progress(int64(page.events[len(page.events)-1].Position), int64(until))
			}
		}
		if err := ctx.Err(); err != nil {
			return nil, err
		}
	}
	for i, p := range plans {
		// Rows of a log beyond every event are differences too.
		if err := compareLogs(i, maxPosition); err != nil {
			return nil, err
		}
		for t, table := range p.Tables {
			if table.onlyGrows() {
				continue
			}
			c := &comparison{ctx: ctx, tx: tx, table: builds[i].table(table.name()), title: table.name(), report: &reports[i]}
			if err := folded[i].tables[t].compare(c); err != nil {
				return nil, err
			}
		}
	}
	return reports, nil
}

const maxPosition = eventstore.Position(1<<63 - 1)
