package projections

import (
	"encoding/binary"
	"encoding/json"
	"fmt"
	"strings"
	"time"

	"guishu/domain"

	"github.com/google/uuid"
)

// Column is a column of a table or of a query's result: what it is called, and
// how it stands in PostgreSQL's binary format. The same form serves COPY, arrays
// of parameters and results, so a row is turned into bytes by one piece of code.
type Column[R any] struct {
	Name     string
	kind     columnKind
	personal Subject
	write    func(b []byte, r *R) []byte    // a length and that many bytes
	read     func(r *R, value []byte) error // nil for NULL
	show     func(r *R) string              // for people, in a Difference
}

// columnKind is a PostgreSQL type with its number and that of its array.
type columnKind struct {
	sql   string
	oid   uint32
	array uint32
}

var (
	uuidKind  = columnKind{"uuid", 2950, 2951}
	textKind  = columnKind{`text COLLATE "C"`, 25, 1009}
	intKind   = columnKind{"bigint", 20, 1016}
	boolKind  = columnKind{"boolean", 16, 1000}
	timeKind  = columnKind{"timestamptz", 1184, 1185}
	dateKind  = columnKind{"date", 1082, 1182}
	bytesKind = columnKind{"bytea", 17, 1001}
)

// cast is the type's name in a parameter, such as uuid[].
func (k columnKind) cast() string {
	if k.oid == textKind.oid {
		return "text[]"
	}
	return k.sql + "[]"
}

// null is how NULL stands in the binary format.
const null = "\xff\xff\xff\xff"

// UUID is a column of ids. The zero id is NULL.
func UUID[R any, T ~[16]byte](name string, field func(*R) *T) Column[R] {
	return Column[R]{
		Name: name, kind: uuidKind,
		write: func(b []byte, r *R) []byte {
			id := field(r)
			if *id == (T{}) {
				return append(b, null...)
			}
			b = append(b, 0, 0, 0, 16)
			raw := [16]byte(*id)
			return append(b, raw[:]...)
		},
		read: func(r *R, value []byte) error {
			id := field(r)
			if value == nil {
				*id = T{}
				return nil
			}
			if len(value) != 16 {
				return widthError(name, value)
			}
			*id = T(value)
			return nil
		},
		show: func(r *R) string { return uuid.UUID(*field(r)).String() },
	}
}

// Text is a column of text, compared by its bytes. It is never NULL. A NUL, which no
// text of PostgreSQL can hold, stands in it as U+FFFD.
func Text[R any, T ~string](name string, field func(*R) *T) Column[R] {
	return Column[R]{
		Name: name, kind: textKind,
		write: func(b []byte, r *R) []byte {
			text := storable(string(*field(r)))
			b = binary.BigEndian.AppendUint32(b, uint32(len(text)))
			return append(b, text...)
		},
		read: func(r *R, value []byte) error { *field(r) = T(value); return nil },
		show: func(r *R) string { return fmt.Sprintf("%q", string(*field(r))) },
	}
}

// storable is what PostgreSQL can hold of a text. Commands take no NUL, but an event
// that was loaded from a file may have one: it must not stop read models for ever.
func storable(text string) string {
	if strings.IndexByte(text, 0) < 0 {
		return text
	}
	return strings.ReplaceAll(text, "\x00", "\ufffd")
}

// Int is a column of whole numbers.
func Int[R any, T ~int | ~int64](name string, field func(*R) *T) Column[R] {
	return Column[R]{
		Name: name, kind: intKind,
		write: func(b []byte, r *R) []byte {
			b = append(b, 0, 0, 0, 8)
			return binary.BigEndian.AppendUint64(b, uint64(*field(r)))
		},
		read: func(r *R, value []byte) error {
			number, err := readInt(name, value)
			*field(r) = T(number)
			return err
		},
		show: func(r *R) string { return fmt.Sprint(int64(*field(r))) },
	}
}

// Bool is a column of yes and no.
func Bool[R any](name string, field func(*R) *bool) Column[R] {
	return Column[R]{
		Name: name, kind: boolKind,
		write: func(b []byte, r *R) []byte {
			if *field(r) {
				return append(b, 0, 0, 0, 1, 1)
			}
			return append(b, 0, 0, 0, 1, 0)
		},
		read: func(r *R, value []byte) error {
			*field(r) = len(value) == 1 && value[0] == 1
			return nil
		},
		show: func(r *R) string { return fmt.Sprint(*field(r)) },
	}
}

// epoch is where PostgreSQL counts times and dates from.
var epoch = time.Date(2000, 1, 1, 0, 0, 0, 0, time.UTC)

// Time is a column of instants, in microseconds. The zero Time is NULL.
func Time[R any](name string, field func(*R) *time.Time) Column[R] {
	return Column[R]{
		Name: name, kind: timeKind,
		write: func(b []byte, r *R) []byte {
			at := field(r)
			if at.IsZero() {
				return append(b, null...)
			}
			b = append(b, 0, 0, 0, 8)
			return binary.BigEndian.AppendUint64(b, uint64(at.UnixMicro()-epoch.UnixMicro()))
		},
		read: func(r *R, value []byte) error {
			if value == nil {
				*field(r) = time.Time{}
				return nil
			}
			micro, err := readInt(name, value)
			*field(r) = time.UnixMicro(micro + epoch.UnixMicro()).UTC()
			return err
		},
		show: func(r *R) string { return field(r).UTC().Format(time.RFC3339Nano) },
	}
}

// Day is a column of business days. The zero Date is NULL.
func Day[R any](name string, field func(*R) *domain.Date) Column[R] {
	return Column[R]{
		Name: name, kind: dateKind,
		write: func(b []byte, r *R) []byte {
			day := *field(r)
			if day.IsZero() {
				return append(b, null...)
			}
			b = append(b, 0, 0, 0, 4)
			days := (day.UTC().Unix() - epoch.Unix()) / (24 * 60 * 60)
			return binary.BigEndian.AppendUint32(b, uint32(int32(days)))
		},
		read: func(r *R, value []byte) error {
			if value == nil {
				*field(r) = domain.Date{}
				return nil
			}
			if len(value) != 4 {
				return widthError(name, value)
			}
			days := int(int32(binary.BigEndian.Uint32(value)))
			*field(r) = domain.DateOf(epoch.AddDate(0, 0, days), time.UTC)
			return nil
		},
		show: func(r *R) string { return field(r).String() },
	}
}

// Bytes is a column of bytes. None is NULL.
func Bytes[R any](name string, field func(*R) *[]byte) Column[R] {
	return Column[R]{
		Name: name, kind: bytesKind,
		write: func(b []byte, r *R) []byte {
			value := *field(r)
			if len(value) == 0 {
				return append(b, null...)
			}
			b = binary.BigEndian.AppendUint32(b, uint32(len(value)))
			return append(b, value...)
		},
		read: func(r *R, value []byte) error {
			*field(r) = append([]byte(nil), value...)
			return nil
		},
		show: func(r *R) string { return fmt.Sprintf("%x", *field(r)) },
	}
}

// Words is a column of words, such as the names of fields: lower case letters and
// underscores. It is far cheaper to read than a Document.
func Words[R any](name string, field func(*R) *[]string) Column[R] {
	return Column[R]{
		Name: name, kind: textKind,
		write: func(b []byte, r *R) []byte {
			from := len(b)
			b = append(b, 0, 0, 0, 0)
			for i, word := range *field(r) {
				if i > 0 {
					b = append(b, ' ')
				}
				b = append(b, storable(word)...)
			}
			binary.BigEndian.PutUint32(b[from:], uint32(len(b)-from-4))
			return b
		},
		read: func(r *R, value []byte) error {
			*field(r) = nil
			if len(value) > 0 {
				*field(r) = strings.Split(string(value), " ")
			}
			return nil
		},
		show: func(r *R) string { return strings.Join(*field(r), " ") },
	}
}

// Document is a column of JSON, kept as text so that its bytes are those
// written. Functions that fold replace such a value, they never change it in
// place: rows of a batch that is folded again share it.
func Document[R, T any](name string, field func(*R) *T) Column[R] {
	marshal := func(r *R) []byte {
		text, err := json.Marshal(field(r))
		if err != nil {
			return []byte("null") // plain structs and slices only; nothing here can fail
		}
		return text
	}
	return Column[R]{
		Name: name, kind: textKind,
		write: func(b []byte, r *R) []byte {
			text := marshal(r)
			b = binary.BigEndian.AppendUint32(b, uint32(len(text)))
			return append(b, text...)
		},
		read: func(r *R, value []byte) error {
			var read T
			if len(value) > 0 && string(value) != "null" {
				if err := json.Unmarshal(value, &read); err != nil {
					return fmt.Errorf("column %s: %w", name, err)
				}
			}
			*field(r) = read
			return nil
		},
		show: func(r *R) string { return string(marshal(r)) },
	}
}

func readInt(name string, value []byte) (int64, error) {
	switch len(value) {
	case 0:
		return 0, nil // NULL, as an outer join gives
	case 8:
		return int64(binary.BigEndian.Uint64(value)), nil
	case 4:
		return int64(int32(binary.BigEndian.Uint32(value))), nil
	}
	return 0, widthError(name, value)
}

func widthError(name string, value []byte) error {
	return fmt.Errorf("column %s: a value of %d bytes", name, len(value))
}

// Read reads a row of a query's result, whose columns are these in this order,
// in PostgreSQL's binary format.
func Read[R any](columns []Column[R], row *R, values [][]byte) error {
	return readRow(columns, row, values)
}

// As is the column under another name: an expression of a query's result, such as
// "customers.name".
func (c Column[R]) As(expression string) Column[R] {
	c.Name = expression
	return c
}

// Within is the column as one of a larger row that holds the row it belongs to.
func Within[Outer, R any](c Column[R], inner func(*Outer) *R) Column[Outer] {
	return Column[Outer]{
		Name: c.Name, kind: c.kind, personal: c.personal,
		write: func(b []byte, r *Outer) []byte { return c.write(b, inner(r)) },
		read:  func(r *Outer, value []byte) error { return c.read(inner(r), value) },
		show:  func(r *Outer) string { return c.show(inner(r)) },
	}
}

// Joined are a table's columns as those of a larger row that a join makes, in
// which the table goes by an alias.
func Joined[Outer, R any](alias string, columns []Column[R], inner func(*Outer) *R) []Column[Outer] {
	all := make([]Column[Outer], len(columns), 2*len(columns))
	for i, c := range columns {
		all[i] = Within(c, inner).As(alias + "." + c.Name)
	}
	return all
}
