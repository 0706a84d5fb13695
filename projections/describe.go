package projections

import (
	"fmt"
	"slices"
	"strings"
)

// TableDescription is what a table is, apart from the type of its rows.
type TableDescription struct {
	Name     string
	Personal map[string]Subject // whose data a column holds, by the column's name
	Small    string             // why questions may read it from end to end; empty if they may not
}

// Describe describes the model's tables.
func (m Model) Describe() []TableDescription {
	all := make([]TableDescription, len(m.Tables))
	for i, table := range m.Tables {
		all[i] = TableDescription{Name: table.name(), Personal: make(map[string]Subject), Small: table.small()}
		for _, c := range table.columns() {
			if c.personal != Nobody {
				all[i].Personal[c.name] = c.personal
			}
		}
	}
	return all
}

// Description is the model's tables as text: a line for each column, key and
// index. Two models of one name and version have one description; where it changes,
// the model needs a new version, because tables that were made before differ.
func (m Model) Description() string {
	var text strings.Builder
	for _, table := range m.Tables {
		kind := "table"
		if table.onlyGrows() {
			kind = "log"
		}
		keys := make([]string, table.keyColumns())
		for i, c := range table.columns() {
			if i < len(keys) {
				keys[i] = c.name
			}
			fmt.Fprintf(&text, "%s %s: column %s, %s", kind, table.name(), c.name, c.kind.sql)
			if c.personal != Nobody {
				text.WriteString(about(c.personal))
			}
			text.WriteByte('\n')
		}
		fmt.Fprintf(&text, "%s %s: key (%s)\n", kind, table.name(), strings.Join(keys, ", "))
		for _, on := range table.indexes() {
			fmt.Fprintf(&text, "%s %s: index %s\n", kind, table.name(), on)
		}
	}
	return text.String()
}

// about is how a description says whom a column is about.
func about(of Subject) string { return ", about " + of.String() }

// apart says in what two descriptions differ.
func apart(stored, now string) string {
	old, fresh := strings.Split(stored, "\n"), strings.Split(now, "\n")
	for _, line := range fresh {
		if !slices.Contains(old, line) {
			return fmt.Sprintf("%q is new", line)
		}
	}
	for _, line := range old {
		if !slices.Contains(fresh, line) {
			return fmt.Sprintf("%q is gone", line)
		}
	}
	return "the order is another"
}
