package projections

import (
	"fmt"
)

// Table is a table whose rows are found by key and change. K is comparable and
// is a field of R, so that a row knows its key.
type Table[K comparable, R any] struct {
	title   string
	key     func(*R) *K
	keys    int // how many columns, the first ones, are the key
	fields  []Column[R]
	sql     []string
	few     string // why it stays small
	lookups []lookup[K, R]
	ordinal int
}

// NewTable describes a table. The first keys columns are those of the key, which
// the function gives as a field of the row.
func NewTable[K comparable, R any](name string, key func(*R) *K, keys int, columns ...Column[R]) *Table[K, R] {
	return &Table[K, R]{title: name, key: key, keys: keys, fields: columns}
}

// Indexed adds an index, such as "(staff, position)" or "(phone) WHERE phone <> ”".
func (t *Table[K, R]) Indexed(on ...string) *Table[K, R] {
	t.sql = append(t.sql, on...)
	return t
}

// Small says that the table stays small, and why: questions may read it from end to
// end.
func (t *Table[K, R]) Small(why string) *Table[K, R] {
	t.few = why
	return t
}

func (t *Table[K, R]) name() string          { return t.title }
func (t *Table[K, R]) keyColumns() int       { return t.keys }
func (t *Table[K, R]) indexes() []string     { return t.sql }
func (t *Table[K, R]) small() string         { return t.few }
func (t *Table[K, R]) onlyGrows() bool       { return false }
func (t *Table[K, R]) setOrdinal(i int)      { t.ordinal = i }
func (t *Table[K, R]) columns() []columnInfo { return infoOf(t.fields) }

func infoOf[R any](fields []Column[R]) []columnInfo {
	info := make([]columnInfo, len(fields))
	for i, c := range fields {
		info[i] = columnInfo{c.Name, c.kind, c.personal}
	}
	return info
}

func (t *Table[K, R]) newRows(in medium) rows {
	s := &tableRows[K, R]{table: t, in: in, byKey: make(map[K]*entry[R])}
	if in == inTables {
		s.loaded = make(map[K]*R)
		s.asked = make(map[K]struct{})
	}
	for _, l := range t.lookups {
		s.lookups = append(s.lookups, l.newState(in))
	}
	return s
}

func (t *Table[K, R]) rows(tx *Tx) *tableRows[K, R] { return tx.tables[t.ordinal].(*tableRows[K, R]) }

// Get gives a copy of a row.
func (t *Table[K, R]) Get(tx *Tx, key K) (R, bool) {
	if e := t.rows(tx).find(tx, key); e != nil {
		return e.row, true
	}
	var none R
	return none, false
}

// Edit gives the row to be changed, nil when there is none. Neither the key nor
// what a Lookup finds the row by may change.
func (t *Table[K, R]) Edit(tx *Tx, key K) *R {
	e := t.rows(tx).find(tx, key)
	if e == nil {
		return nil
	}
	e.changed = true
	return &e.row
}

// Change changes a row that must be there.
func (t *Table[K, R]) Change(tx *Tx, key K, change func(*R)) error {
	row := t.Edit(tx, key)
	if row == nil {
		return fmt.Errorf("%s: %v is not there", t.title, key)
	}
	change(row)
	return nil
}

// Ensure gives the row to be changed, a new one if there is none.
func (t *Table[K, R]) Ensure(tx *Tx, key K) *R {
	if row := t.Edit(tx, key); row != nil {
		return row
	}
	var row R
	*t.key(&row) = key
	return t.Create(tx, row)
}

// Create adds a row that is known to be new, or replaces the one with its key.
func (t *Table[K, R]) Create(tx *Tx, row R) *R {
	s := t.rows(tx)
	key := *t.key(&row)
	e := s.byKey[key]
	if e == nil {
		e = s.newEntry()
		s.byKey[key] = e
		s.order = append(s.order, e)
	}
	e.row, e.changed, e.deleted = row, true, false
	for i := range s.lookups {
		s.lookups[i].add(key, &e.row)
	}
	return &e.row
}

// Empty empties the columns of a row that are about a customer, as erasing the
// customer asks (design §6). A row that such a column is part of the key of goes.
func (t *Table[K, R]) Empty(tx *Tx, key K) {
	row, found := t.Get(tx, key)
	if !found {
		return
	}
	for i, c := range t.fields {
		if c.personal != OfCustomer {
			continue
		}
		if i < t.keys {
			t.Delete(tx, key)
			return
		}
		_ = c.read(&row, nil) // NULL has no form that could be wrong
	}
	t.Create(tx, row)
}

// Delete removes a row if it is there.
func (t *Table[K, R]) Delete(tx *Tx, key K) {
	if e := t.rows(tx).find(tx, key); e != nil {
		e.changed, e.deleted = true, true
	}
}
