package projections

// Log is a table that only grows, by rows whose key begins with the position of
// their event: a history. Folding cannot read it, so a rebuild streams it and
// never holds it.
type Log[R any] struct {
	title   string
	keys    int
	fields  []Column[R]
	sql     []string
	ordinal int
}

// NewLog describes a log. The first keys columns are its key; one of them is
// "position", that of the event.
func NewLog[R any](name string, keys int, columns ...Column[R]) *Log[R] {
	return &Log[R]{title: name, keys: keys, fields: columns}
}

// Indexed adds an index, such as "(customer, position)".
func (l *Log[R]) Indexed(on ...string) *Log[R] {
	l.sql = append(l.sql, on...)
	return l
}

// Append adds a row.
func (l *Log[R]) Append(tx *Tx, row R) {
	s := tx.tables[l.ordinal].(*logRows[R])
	s.total++
	if s.in == inMemory {
		s.encoded = copyRow(s.encoded, l.fields, &row)
		return
	}
	s.fresh = append(s.fresh, row)
}

func (l *Log[R]) name() string          { return l.title }
func (l *Log[R]) keyColumns() int       { return l.keys }
func (l *Log[R]) indexes() []string     { return l.sql }
func (l *Log[R]) small() string         { return "" }
func (l *Log[R]) onlyGrows() bool       { return true }
func (l *Log[R]) setOrdinal(i int)      { l.ordinal = i }
func (l *Log[R]) columns() []columnInfo { return infoOf(l.fields) }

func (l *Log[R]) newRows(in medium) rows { return &logRows[R]{log: l, in: in} }

// logRows is what a Log has waiting.
type logRows[R any] struct {
	log     *Log[R]
	in      medium
	fresh   []R    // inTables
	encoded []byte // inMemory, in COPY's format
	total   int
}

func (s *logRows[R]) forget() { s.fresh, s.encoded = nil, nil }

func (s *logRows[R]) count() int { return s.total }

func (s *logRows[R]) pending() int { return len(s.encoded) }

func (s *logRows[R]) loads(string) []statement { return nil }

func (s *logRows[R]) writes(table string) []statement {
	if len(s.fresh) == 0 {
		return nil
	}
	st := columnArrays(s.log.fields, len(s.fresh), func(yield func(*R)) {
		for i := range s.fresh {
			yield(&s.fresh[i])
		}
	})
	st.sql = "INSERT INTO " + table + " (" + columnList(s.log.fields) + ") SELECT * FROM " + unnest(s.log.fields)
	return []statement{st}
}

func (s *logRows[R]) copyTo(b []byte, full int, flush func([]byte) error) ([]byte, error) {
	if len(b) > 0 {
		if err := flush(b); err != nil {
			return nil, err
		}
		b = b[:0]
	}
	if len(s.encoded) > 0 {
		if err := flush(s.encoded); err != nil {
			return nil, err
		}
		s.encoded = s.encoded[:0]
	}
	return b, nil
}
