package importer

import (
	"cmp"
	"context"
	"errors"
	"math/rand/v2"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"guishu/commands/ledger"
	"guishu/domain"
	"guishu/domain/migration"
	"guishu/domain/staff"

	"github.com/google/uuid"
	"golang.org/x/sync/errgroup"
)

// step is one command of an item. The items' steps run in their order.
type step struct {
	name  string      // part of the idempotency key
	makes bool        // its answer names the thing
	on    domain.Date // when it happened, zero when the file does not say
	send  func(context.Context, *run, ledger.Call) (ledger.Answer, error)
}

// run is an import on its way.
type run struct {
	*Importer
	ledger *ledger.Ledger
	plan   *Plan
	root   domain.UnitID
	actor  domain.StaffID
	batch  domain.BatchID

	mu         sync.Mutex
	rejections rejections
	changed    map[*item]bool
	made       map[*planned]int // by this run
	done       atomic.Int64
	total      int64
	progress   func(done, total int64)
}

func (im *Importer) begin(ctx context.Context, p *Plan, progress func(done, total int64)) (*run, error) {
	tree, err := im.Ledger.Tree(ctx)
	if err != nil {
		return nil, err
	}
	if progress == nil {
		progress = func(int64, int64) {}
	}
	r := &run{
		Importer: im, ledger: im.Ledger, plan: p, root: tree.Root().ID, total: int64(p.Things()), progress: progress,
		rejections: rejections{all: slices.Clone(p.rejections.all), seen: map[Rejection]bool{}},
		changed:    map[*item]bool{}, made: map[*planned]int{},
	}
	for _, one := range r.rejections.all {
		r.rejections.seen[one] = true
	}
	for _, s := range p.sections {
		for _, it := range s.items {
			it.id, it.steps, it.refused = uuid.Nil, 0, false
		}
	}
	return r, nil
}

// identity is what makes an item the same one in every run and in every file.
func (it *item) identity() []string { return []string{it.section.Name, it.key} }

func (r *run) stepKey(it *item, s step) string {
	return r.key(append([]string{"row", r.plan.Name(), s.name}, it.identity()...)...)
}

// fingerprint is what an item says, as a keyed hash. It goes with every event of
// the item as its correlation, so that a later run can tell whether a row that is
// in has changed.
func (r *run) fingerprint(it *item) uuid.UUID {
	words := append([]string{"row", r.plan.Name()}, it.identity()...)
	for _, f := range it.section.vocabulary.fields {
		if v, given := it.values[f.name]; given && v.text != "" {
			words = append(words, f.name, v.text)
		}
	}
	text := ""
	for _, word := range words {
		text += word + keySeparator
	}
	hash := r.Keys.Hash("import-row", text)
	id := uuid.UUID(hash[:16])
	id[6], id[8] = id[6]&0x0f|0x80, id[8]&0x3f|0x80
	return id
}

// survey finds out which items are in already, from earlier runs under any of the
// actors, and gives how many are not. It writes nothing.
func (r *run) survey(ctx context.Context, actors []domain.StaffID) (missing int64, err error) {
	if len(actors) == 0 {
		return r.total, nil
	}
	group, ctx := errgroup.WithContext(ctx)
	group.SetLimit(r.concurrency())
	var in atomic.Int64
	for _, s := range r.plan.sections {
		for _, it := range s.items {
			group.Go(func() error {
				complete, err := r.recall(ctx, it, actors)
				if complete {
					in.Add(1)
					r.advance()
				}
				return err
			})
		}
	}
	err = group.Wait()
	return r.total - in.Load(), err
}

// recall finds the steps of an item that took effect before. An item whose row
// says something else now is reported and left as it is.
func (r *run) recall(ctx context.Context, it *item, actors []domain.StaffID) (complete bool, err error) {
	steps := it.section.vocabulary.steps(it)
	for _, s := range steps {
		recalled, found, err := r.recallStep(ctx, it, s, actors)
		if err != nil {
			return false, err
		}
		if !found {
			return false, nil
		}
		if s.makes {
			it.id = recalled.Answer.ID
		}
		if recalled.Correlation != r.fingerprint(it) {
			r.reject(it, ErrRowChanged.At(""))
			r.mu.Lock()
			r.changed[it] = true
			r.mu.Unlock()
			it.steps = len(steps)
			return true, nil
		}
		it.steps++
	}
	return true, nil
}

func (r *run) recallStep(ctx context.Context, it *item, s step, actors []domain.StaffID) (ledger.Recalled, bool, error) {
	key := r.stepKey(it, s)
	for _, actor := range actors {
		recalled, found, err := r.ledger.Recall(ctx, actor, key)
		if err != nil || found {
			return recalled, found, err
		}
	}
	return ledger.Recalled{}, false, nil
}

// sections makes everything that is missing: section by section, because later
// ones refer to earlier ones, and within a section level by level.
func (r *run) sections(ctx context.Context) error {
	for _, s := range r.plan.sections {
		for _, level := range levels(s.items) {
			if err := r.level(ctx, level); err != nil {
				return err
			}
		}
	}
	return nil
}

// levels splits items, which are sorted by level, at the borders.
func levels(items []*item) [][]*item {
	var all [][]*item
	for len(items) > 0 {
		end := slices.IndexFunc(items, func(it *item) bool { return it.level != items[0].level })
		if end < 0 {
			end = len(items)
		}
		all, items = append(all, items[:end]), items[end:]
	}
	return all
}

// task is a step of an item that waits for its turn.
type task struct {
	item *item
	step step
	last bool
	at   domain.Date // in its lane
	n    int         // among the item's steps
}

// level makes items that do not refer to one another. Those of one lane go one
// after the other, in the order in which it happened, so that the ledger tells
// their story in that order; lanes go side by side.
func (r *run) level(ctx context.Context, items []*item) error {
	lanes := map[string][]task{}
	for _, it := range items {
		if !r.ready(it) {
			r.advance()
			continue
		}
		lane := it.key
		if of := it.section.vocabulary.lane; of != nil {
			lane = of(it)
		}
		lanes[lane] = append(lanes[lane], r.tasks(it)...)
	}
	longest := sortedKeys(lanes)
	slices.SortStableFunc(longest, func(a, b string) int { return len(lanes[b]) - len(lanes[a]) })
	group, ctx := errgroup.WithContext(ctx)
	group.SetLimit(r.concurrency())
	for _, name := range longest {
		group.Go(func() error { return r.lane(ctx, lanes[name]) })
	}
	return group.Wait()
}

func (r *run) concurrency() int {
	if r.Concurrency > 0 {
		return r.Concurrency
	}
	return 64
}

// ready says whether everything that an item refers to is there.
func (r *run) ready(it *item) bool {
	for _, f := range it.section.vocabulary.fields {
		if other := it.values[f.name].item; other != nil && other.id == uuid.Nil {
			r.reject(it, ErrReferenceRejected.At(f.name).With("field", f.name))
			it.refused = true
			return false
		}
	}
	return true
}

// tasks is the steps of an item that have not taken effect, each with its place in
// the lane: what has no day comes after all that has one.
func (r *run) tasks(it *item) []task {
	var tasks []task
	var last domain.Date
	undated := false
	steps := it.section.vocabulary.steps(it)
	for n, s := range steps {
		undated = undated || s.on.IsZero()
		if s.on.After(last) {
			last = s.on
		}
		place := last
		if undated {
			place = endOfDays
		}
		if n >= it.steps {
			tasks = append(tasks, task{item: it, step: s, last: n == len(steps)-1, at: place, n: n})
		}
	}
	return tasks
}

var endOfDays, _ = domain.NewDate(9999, time.December, 31)

func (r *run) lane(ctx context.Context, tasks []task) error {
	slices.SortStableFunc(tasks, func(a, b task) int {
		return cmp.Or(a.at.Compare(b.at), cmp.Compare(a.item.order, b.item.order), cmp.Compare(a.n, b.n))
	})
	for _, t := range tasks {
		if t.item.refused {
			continue
		}
		if err := r.take(ctx, t); err != nil {
			return err
		}
	}
	return nil
}

// take runs one step. What the domain refuses is the row's matter and reported;
// what concerns the import as a whole ends it.
func (r *run) take(ctx context.Context, t task) error {
	call := ledger.Call{Actor: r.actor, Key: r.stepKey(t.item, t.step), Batch: r.batch, Correlation: r.fingerprint(t.item)}
	if !t.step.on.IsZero() {
		call.EffectiveAt = t.step.on.Start(r.Location)
	}
	answer, err := r.persist(ctx, t.step, call)
	refusal, refused := domain.AsError(err)
	switch {
	case err == nil:
	case ctx.Err() != nil:
		return ctx.Err()
	case !refused || fatal(refusal):
		return err
	default:
		if refusal.Code == domain.ErrIdempotencyKeyReused {
			refusal = ErrRowChanged.At("")
		}
		r.reject(t.item, refusal)
		t.item.refused = true
		r.advance()
		return nil
	}
	if t.step.makes {
		t.item.id = answer.ID
	}
	t.item.steps++
	if t.last {
		r.mu.Lock()
		r.made[t.item.section]++
		r.mu.Unlock()
		r.advance()
	}
	return nil
}

// patience is how long a step is tried again while the ledger cannot be reached.
const patience = 30 * time.Second

// persist sends a command until the ledger says yes or no. A lost answer is asked
// for again under the same key.
func (r *run) persist(ctx context.Context, s step, call ledger.Call) (ledger.Answer, error) {
	deadline := time.Now().Add(patience)
	for pause := 20 * time.Millisecond; ; pause = min(2*pause, 2*time.Second) {
		answer, err := s.send(ctx, r, call)
		if err == nil || !passing(err) || time.Now().After(deadline) {
			return answer, err
		}
		timer := time.NewTimer(pause/2 + rand.N(pause/2))
		select {
		case <-timer.C:
		case <-ctx.Done():
			timer.Stop()
			return answer, ctx.Err()
		}
	}
}

// passing says that trying again may help.
func passing(err error) bool {
	return domain.CodeOf(err).Kind() == domain.Unavailable || errors.Is(err, domain.ErrLedgerBusy)
}

// fatal says that no further row would fare better.
func fatal(refusal *domain.Error) bool {
	switch refusal.Code {
	case domain.ErrAuthzDenied, staff.ErrAccountDisabled, migration.ErrNotApproved, migration.ErrState:
		return true
	}
	return refusal.Kind() == domain.Unavailable || refusal.Code == domain.ErrLedgerBusy
}

// reject reports every row of an item.
func (r *run) reject(it *item, refusal *domain.Error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	column := strings.Join(it.section.columnsOf(refusal.Field), ", ")
	for _, line := range it.lines {
		r.rejections.add(it.section.table, line, column, refusal)
	}
}

func (r *run) advance() { r.progress(r.done.Add(1), r.total) }
