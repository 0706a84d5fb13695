package projections

import (
	"fmt"
	"reflect"

	"guishu/domain"
	"guishu/eventstore"
)

// Event is a decoded event with where it stands in the ledger.
type Event struct {
	domain.Fact
	Stream   eventstore.Stream
	Revision eventstore.Revision
	Type     string
	Body     any // a value such as customer.Registered{…}
}

// Model is a read model: a name, a version, its tables and how events change
// them. Folding is pure: it depends on the event and the model's own rows only,
// so that a rebuild and a replay come to the same rows.
//
// A change of tables or of folding is a new version, built beside the old one
// before it serves (design §6).
type Model struct {
	Name    string
	Version int
	// Answers is what it is asked for, for people.
	Answers string
	// Tables are the model's own; no two models share one.
	Tables []TableDefinition
	// Handlers fold events by their kind, at most one a kind.
	Handlers []Handler
	// Every, if set, sees each event, after its handler.
	Every func(tx *Tx, at *Event) error
}

// Handler folds events of one kind.
type Handler struct {
	event reflect.Type
	fold  func(tx *Tx, at *Event) error
}

// On is the handler of events of type E. An error stops the read model at the
// event, with the error as the reason that Status shows.
func On[E any](fold func(tx *Tx, event E, at *Event) error) Handler {
	return Handler{
		event: reflect.TypeFor[E](),
		fold:  func(tx *Tx, at *Event) error { return fold(tx, at.Body.(E), at) },
	}
}

// TableDefinition is a Table or a Log.
type TableDefinition interface {
	name() string
	columns() []columnInfo
	keyColumns() int
	indexes() []string
	small() string
	onlyGrows() bool
	newRows(in medium) rows
	setOrdinal(int)
}

// columnInfo is what a column is, apart from the type of its row.
type columnInfo struct {
	name     string
	kind     columnKind
	personal Subject
}

// plan is a model made ready to be folded.
type plan struct {
	Model
	handlers map[reflect.Type]func(*Tx, *Event) error
}

// prepare checks a model.
func (m Model) prepare() (*plan, error) {
	if m.Name == "" || m.Version < 1 || len(m.Tables) == 0 {
		return nil, fmt.Errorf("read model %q: a name, a version from 1 and a table are needed", m.Name)
	}
	p := &plan{Model: m, handlers: make(map[reflect.Type]func(*Tx, *Event) error, len(m.Handlers))}
	for _, h := range m.Handlers {
		if _, twice := p.handlers[h.event]; twice {
			return nil, fmt.Errorf("read model %q: two handlers of %s", m.Name, h.event)
		}
		p.handlers[h.event] = h.fold
	}
	if err := p.keepsNobodyErased(); err != nil {
		return nil, err
	}
	for i, table := range m.Tables {
		table.setOrdinal(i)
	}
	return p, nil
}

// wants says whether the model looks at events whose body has this type.
func (p *plan) wants(body reflect.Type) bool {
	return p.Every != nil || p.handlers[body] != nil
}

// fold changes tx's rows by one event.
func (p *plan) fold(tx *Tx, at *Event) error {
	if handle := p.handlers[reflect.TypeOf(at.Body)]; handle != nil {
		if err := handle(tx, at); err != nil {
			return err
		}
	}
	if p.Every != nil {
		return p.Every(tx, at)
	}
	return nil
}

// foldAll folds events until one fails, and gives how many it took. A panic is a
// failure of its event. While rows are absent nothing fails, because nothing is
// known yet.
func (p *plan) foldAll(tx *Tx, events []*Event) (taken int, failed *EventError) {
	defer func() {
		if bug := recover(); bug != nil && !tx.absent {
			failed = p.failure(events[taken], fmt.Errorf("panic: %v", bug))
		}
	}()
	for ; taken < len(events); taken++ {
		if events[taken].Body == nil {
			continue // none of the ledger's, or not wanted by any model that is being folded
		}
		if err := p.fold(tx, events[taken]); err != nil && !tx.absent {
			return taken, p.failure(events[taken], err)
		}
	}
	return taken, nil
}

func (p *plan) failure(at *Event, err error) *EventError {
	return &EventError{Model: p.Name, Position: eventstore.Position(at.Position), Type: at.Type, Err: err}
}

// Tx is the rows of one read model while events are folded into them. Tables and
// logs are read and changed through it.
type Tx struct {
	tables []rows
	absent bool // a row was asked for that is not in memory yet
}

// newTx makes empty rows for the model in a medium.
func (p *plan) newTx(in medium) *Tx {
	tx := &Tx{tables: make([]rows, len(p.Tables))}
	for i, table := range p.Tables {
		tx.tables[i] = table.newRows(in)
	}
	return tx
}

// forget drops all changes but keeps what was loaded.
func (tx *Tx) forget() {
	tx.absent = false
	for _, table := range tx.tables {
		table.forget()
	}
}

// medium is where a model's rows are.
type medium int

const (
	// inMemory: all rows there are, are in memory.
	inMemory medium = iota
	// inTables: rows are in PostgreSQL and come into memory when asked for.
	inTables
)

// rows are a table's rows in memory, whatever the type of a row.
type rows interface {
	forget()
	// loads are the queries for what was asked for and is not in memory.
	loads(table string) []statement
	// writes are the statements that bring the changes into the table.
	writes(table string) []statement
	// copyTo gives all rows in COPY's format, or those not given yet if the
	// table is a Log.
	copyTo(b []byte, full int, flush func([]byte) error) ([]byte, error)
	// pending is how many bytes a Log has waiting; 0 for a Table.
	pending() int
	count() int
	compare(c *comparison) error
}
