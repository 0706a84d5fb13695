package projections

// Lookup finds rows of a table by something other than their key: all payments of
// a customer, all units below a unit. Where what it finds by changes, the row is
// created anew (Create), not edited. An index should begin with it.
type Lookup[I comparable, K comparable, R any] struct {
	table   *Table[K, R]
	ordinal int
	by      Column[R]
	value   func(*R) *I
}

// lookup is a Lookup whatever its type.
type lookup[K comparable, R any] interface {
	newState(in medium) lookupState[K, R]
}

// lookupState is what a lookup knows of the rows in memory.
type lookupState[K comparable, R any] interface {
	add(key K, row *R)
	forget()
	loads(s *tableRows[K, R], table string) []statement
}

// NewLookup adds a lookup to a table: column is the column it finds by, and value
// the same as a field.
func NewLookup[I comparable, K comparable, R any](t *Table[K, R], column string, value func(*R) *I) *Lookup[I, K, R] {
	l := &Lookup[I, K, R]{table: t, ordinal: len(t.lookups), value: value}
	for _, c := range t.fields {
		if c.Name == column {
			l.by = c
		}
	}
	t.lookups = append(t.lookups, l)
	return l
}

// Keys gives the keys of the rows that have the value, in no particular order.
func (l *Lookup[I, K, R]) Keys(tx *Tx, value I) []K {
	s := l.table.rows(tx)
	state := s.lookups[l.ordinal].(*lookupRows[I, K, R])
	if s.in == inTables {
		if _, loaded := state.loaded[value]; !loaded {
			state.asked[value] = struct{}{}
			tx.absent = true
			return nil
		}
	}
	var keys []K
	keep := func(key K) {
		if e := s.find(tx, key); e != nil && *l.value(&e.row) == value {
			keys = append(keys, key)
		}
	}
	for key := range state.keys[value] {
		keep(key)
	}
	for key := range state.loaded[value] {
		if _, seen := state.keys[value][key]; !seen {
			keep(key)
		}
	}
	return keys
}

type set[K comparable] = map[K]struct{}

type lookupRows[I comparable, K comparable, R any] struct {
	lookup *Lookup[I, K, R]
	keys   map[I]set[K] // of rows created in memory
	loaded map[I]set[K] // of rows that the table has
	asked  set[I]
}

func (l *Lookup[I, K, R]) newState(medium) lookupState[K, R] {
	return &lookupRows[I, K, R]{lookup: l, keys: make(map[I]set[K]), loaded: make(map[I]set[K]), asked: make(set[I])}
}

func (s *lookupRows[I, K, R]) add(key K, row *R) {
	value := *s.lookup.value(row)
	keys := s.keys[value]
	if keys == nil {
		keys = make(set[K], 1)
		s.keys[value] = keys
	}
	keys[key] = struct{}{}
}

func (s *lookupRows[I, K, R]) forget() { clear(s.keys) }

func (s *lookupRows[I, K, R]) loads(rows *tableRows[K, R], table string) []statement {
	if len(s.asked) == 0 {
		return nil
	}
	by := []Column[R]{s.lookup.by}
	st := columnArrays(by, len(s.asked), func(yield func(*R)) {
		for value := range s.asked {
			var row R
			*s.lookup.value(&row) = value
			s.loaded[value] = make(set[K])
			yield(&row)
		}
	})
	clear(s.asked)
	st.sql = "SELECT " + columnList(rows.table.fields) + " FROM " + table +
		" WHERE " + quote(s.lookup.by.Name) + " = ANY($1::" + s.lookup.by.kind.cast() + ")"
	st.row = func(values [][]byte) error {
		key, err := rows.remember(values)
		if err != nil {
			return err
		}
		s.loaded[*s.lookup.value(rows.loaded[key])][key] = struct{}{}
		return nil
	}
	return []statement{st}
}
