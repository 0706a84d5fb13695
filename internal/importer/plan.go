package importer

import (
	"cmp"
	"slices"
	"strings"

	"guishu/domain"
	"guishu/domain/migration"

	"github.com/google/uuid"
)

// Plan is what an import would do: everything is read and checked, nothing is
// written.
type Plan struct {
	mapping    *Mapping
	tables     []*table // in the mapping's order
	sections   []*planned
	rejections rejections
}

// planned is a section with the things to be made, in the order of their rows.
type planned struct {
	*Section
	vocabulary *vocabulary
	table      *table
	templates  map[string]template // of fields with a text
	items      []*item
	byKey      map[string]*item
	refused    map[string]bool // keys whose rows were rejected
}

// item is one thing to be made.
type item struct {
	section *planned
	key     string
	order   int   // of its first row in the file
	lines   []int // the rows that tell of it
	values  map[string]value
	level   int // above every thing of the same section that it refers to

	id      uuid.UUID // of what was made, once it is there
	steps   int       // that have taken effect
	refused bool      // it was rejected while running
}

// value is a field as it was read.
type value struct {
	text    string // canonical: what a word, a date or an amount came to
	date    domain.Date
	amount  domain.Fen
	item    *item     // a reference to what this import makes
	later   bool      // the reference is to a row of the same section
	known   uuid.UUID // a reference to what the ledger has
	columns []string  // where it came from, for messages
}

func (it *item) text(name string) string       { return it.values[name].text }
func (it *item) date(name string) domain.Date  { return it.values[name].date }
func (it *item) amount(name string) domain.Fen { return it.values[name].amount }

// ref is the id of what a field refers to; zero when it refers to nothing.
func (it *item) ref(name string) uuid.UUID {
	v := it.values[name]
	if v.item != nil {
		return v.item.id
	}
	return v.known
}

// separator stands between the parts of a key; no cell holds it.
const keySeparator = "\x00"

// Sources names the files by their content, the mapping too: approving an import
// is approving what its rows are taken for (B-31).
func (p *Plan) Sources() []migration.Source {
	sources := []migration.Source{{Name: p.mapping.name, SHA256: hexSum(p.mapping.text)}}
	for _, t := range p.tables {
		sources = append(sources, migration.Source{Name: t.file, SHA256: t.sha256, Rows: len(t.rows)})
	}
	return sources
}

// Name is the name of the source, and of its migration batches.
func (p *Plan) Name() string { return p.mapping.Source }

// Things is how many things there are to make.
func (p *Plan) Things() int {
	n := 0
	for _, s := range p.sections {
		n += len(s.items)
	}
	return n
}

// Rejections are the rows that cannot come in, as found by reading alone.
func (p *Plan) Rejections() []Rejection { return p.rejections.sorted(p.tables) }

// newPlan reads the tables by the mapping. lookup finds what the ledger has
// already; it is asked once for each name.
func newPlan(m *Mapping, tables map[string]*table, lookup func(thing Thing, by, name string) (uuid.UUID, bool, error)) (*Plan, error) {
	p := &Plan{mapping: m, rejections: rejections{seen: map[Rejection]bool{}}}
	for _, f := range m.Files {
		t := tables[f.Name]
		p.tables = append(p.tables, t)
		for _, r := range t.rows {
			if r.problem != nil {
				p.rejections.add(t, r.line, "", r.problem)
			}
		}
	}
	vocabularies := things()
	for i := range m.Sections {
		s := &planned{
			Section: &m.Sections[i], vocabulary: vocabularies[Thing(m.Sections[i].Makes)], table: tables[m.Sections[i].File],
			templates: map[string]template{}, byKey: map[string]*item{}, refused: map[string]bool{},
		}
		for name, v := range s.Fields {
			s.templates[name], _ = parseTemplate(v.Text)
		}
		p.sections = append(p.sections, s)
		reader := &rowReader{plan: p, section: s, lookup: lookup, found: map[string]uuid.UUID{}}
		if err := reader.readAll(); err != nil {
			return nil, err
		}
		p.level(s)
	}
	return p, nil
}

func (p *Plan) section(name string) *planned {
	i := slices.IndexFunc(p.sections, func(s *planned) bool { return s.Name == name })
	return p.sections[i]
}

// level puts the things of a section that refer to one another in order. Those
// that refer in a circle are rejected.
func (p *Plan) level(s *planned) {
	const walking = -1
	levels := map[*item]int{}
	var walk func(*item) bool
	walk = func(it *item) bool {
		if level, seen := levels[it]; seen {
			return level != walking
		}
		levels[it] = walking
		level := 0
		for _, v := range it.values {
			if v.item == nil || v.item.section != s {
				continue
			}
			if !walk(v.item) {
				return false
			}
			level = max(level, levels[v.item]+1)
		}
		levels[it], it.level = level, level
		return true
	}
	sound := s.items[:0:0]
	for _, it := range s.items {
		if walk(it) {
			sound = append(sound, it)
			continue
		}
		levels[it] = walking
		s.refused[it.key] = true
		delete(s.byKey, it.key)
		for _, line := range it.lines {
			p.rejections.add(s.table, line, "", ErrReferenceRejected.With("field", strings.Join(s.Key, ", ")))
		}
	}
	s.items = sound
	slices.SortStableFunc(s.items, func(a, b *item) int { return cmp.Compare(a.level, b.level) })
}
