package projections

import (
	"encoding/binary"
	"fmt"
	"strings"
)

// entry is a row in memory.
type entry[R any] struct {
	row     R
	changed bool
	deleted bool
}

// tableRows is the rows of a Table in memory.
type tableRows[K comparable, R any] struct {
	table   *Table[K, R]
	in      medium
	byKey   map[K]*entry[R]
	order   []*entry[R] // as they came, so that a rebuilt table stands in that order
	slab    []entry[R]
	lookups []lookupState[K, R]

	// inTables only:
	loaded map[K]*R       // as the table has them; nil where it has none
	asked  map[K]struct{} // to be loaded
}

const slabSize = 256

func (s *tableRows[K, R]) newEntry() *entry[R] {
	if len(s.slab) == 0 {
		size := slabSize
		if s.in == inTables {
			size = 8
		}
		s.slab = make([]entry[R], size)
	}
	e := &s.slab[0]
	s.slab = s.slab[1:]
	return e
}

// find gives the entry of a row that exists. In a table that is not in memory a
// row asked for the first time is noted, to be loaded before the batch is folded
// again.
func (s *tableRows[K, R]) find(tx *Tx, key K) *entry[R] {
	if e := s.byKey[key]; e != nil {
		if e.deleted {
			return nil
		}
		return e
	}
	if s.in == inMemory {
		return nil
	}
	row, known := s.loaded[key]
	if !known {
		s.asked[key] = struct{}{}
		tx.absent = true
		return nil
	}
	if row == nil {
		return nil
	}
	return s.take(key, row)
}

// take makes a loaded row one that can be changed.
func (s *tableRows[K, R]) take(key K, row *R) *entry[R] {
	e := s.newEntry()
	e.row = *row
	s.byKey[key] = e
	s.order = append(s.order, e)
	return e
}

func (s *tableRows[K, R]) forget() {
	clear(s.byKey)
	s.order, s.slab = nil, nil
	for i := range s.lookups {
		s.lookups[i].forget()
	}
}

func (s *tableRows[K, R]) count() int {
	count := 0
	for _, e := range s.order {
		if !e.deleted {
			count++
		}
	}
	return count
}

func (s *tableRows[K, R]) pending() int { return 0 }

// remember keeps a row that was loaded.
func (s *tableRows[K, R]) remember(values [][]byte) (K, error) {
	row := new(R)
	err := readRow(s.table.fields, row, values)
	key := *s.table.key(row)
	s.loaded[key] = row
	return key, err
}

func (s *tableRows[K, R]) loads(table string) []statement {
	var statements []statement
	if len(s.asked) > 0 {
		count := len(s.asked)
		var keys []*R
		for key := range s.asked {
			row := new(R)
			*s.table.key(row) = key
			keys = append(keys, row)
			s.loaded[key] = nil
		}
		clear(s.asked)
		st := columnArrays(s.table.fields[:s.table.keys], count, func(yield func(*R)) {
			for _, row := range keys {
				yield(row)
			}
		})
		st.sql = "SELECT " + columnList(s.table.fields) + " FROM " + table +
			" WHERE (" + columnList(s.table.fields[:s.table.keys]) + ") IN (SELECT * FROM " + unnest(s.table.fields[:s.table.keys]) + ")"
		st.row = func(values [][]byte) error {
			_, err := s.remember(values)
			return err
		}
		statements = append(statements, st)
	}
	for i := range s.lookups {
		statements = append(statements, s.lookups[i].loads(s, table)...)
	}
	return statements
}

func (s *tableRows[K, R]) writes(table string) []statement {
	var changed, deleted int
	for _, e := range s.order {
		switch {
		case e.changed && e.deleted:
			deleted++
		case e.changed:
			changed++
		}
	}
	var statements []statement
	keys := columnList(s.table.fields[:s.table.keys])
	if deleted > 0 {
		st := columnArrays(s.table.fields[:s.table.keys], deleted, func(yield func(*R)) {
			for _, e := range s.order {
				if e.changed && e.deleted {
					yield(&e.row)
				}
			}
		})
		st.sql = "DELETE FROM " + table + " WHERE (" + keys + ") IN (SELECT * FROM " + unnest(s.table.fields[:s.table.keys]) + ")"
		statements = append(statements, st)
	}
	if changed > 0 {
		st := columnArrays(s.table.fields, changed, func(yield func(*R)) {
			for _, e := range s.order {
				if e.changed && !e.deleted {
					yield(&e.row)
				}
			}
		})
		st.sql = "INSERT INTO " + table + " (" + columnList(s.table.fields) + ") SELECT * FROM " + unnest(s.table.fields) +
			" ON CONFLICT (" + keys + ") DO " + s.table.onConflict()
		statements = append(statements, st)
	}
	return statements
}

func (t *Table[K, R]) onConflict() string {
	if len(t.fields) == t.keys {
		return "NOTHING"
	}
	var set strings.Builder
	for i, c := range t.fields[t.keys:] {
		if i > 0 {
			set.WriteString(", ")
		}
		set.WriteString(quote(c.Name) + " = EXCLUDED." + quote(c.Name))
	}
	return "UPDATE SET " + set.String()
}

func (s *tableRows[K, R]) copyTo(b []byte, full int, flush func([]byte) error) ([]byte, error) {
	for _, e := range s.order {
		if e.deleted {
			continue
		}
		b = copyRow(b, s.table.fields, &e.row)
		if len(b) >= full {
			if err := flush(b); err != nil {
				return nil, err
			}
			b = b[:0]
		}
	}
	return b, nil
}

// copyRow appends a row in COPY's binary format.
func copyRow[R any](b []byte, fields []Column[R], row *R) []byte {
	b = binary.BigEndian.AppendUint16(b, uint16(len(fields)))
	for i := range fields {
		b = fields[i].write(b, row)
	}
	return b
}

func readRow[R any](fields []Column[R], row *R, values [][]byte) error {
	if len(values) != len(fields) {
		return fmt.Errorf("a row of %d columns, %d expected", len(values), len(fields))
	}
	for i := range fields {
		if err := fields[i].read(row, values[i]); err != nil {
			return err
		}
	}
	return nil
}

// columnArrays is a statement's parameters, an array for each column.
func columnArrays[R any](fields []Column[R], count int, each func(yield func(*R))) statement {
	st := statement{params: make([][]byte, len(fields)), oids: make([]uint32, len(fields))}
	elements := make([][]byte, len(fields))
	each(func(row *R) {
		for i := range fields {
			elements[i] = fields[i].write(elements[i], row)
		}
	})
	for i, c := range fields {
		st.params[i] = arrayParam(c.kind.oid, count, elements[i])
		st.oids[i] = c.kind.array
	}
	return st
}

func columnList[R any](fields []Column[R]) string {
	names := make([]string, len(fields))
	for i, c := range fields {
		names[i] = quote(c.Name)
	}
	return strings.Join(names, ", ")
}

// unnest is a table of the parameters' arrays side by side.
func unnest[R any](fields []Column[R]) string {
	arrays := make([]string, len(fields))
	for i, c := range fields {
		arrays[i] = fmt.Sprintf("$%d::%s", i+1, c.kind.cast())
	}
	return "unnest(" + strings.Join(arrays, ", ") + ")"
}

// quote is an identifier as SQL writes it. All come from this program.
func quote(name string) string { return `"` + strings.ReplaceAll(name, `"`, `""`) + `"` }
