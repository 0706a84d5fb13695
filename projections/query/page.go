package query

import (
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"strings"

	"guishu/domain"
)

// Page is some rows of a list, and where the next ones begin.
type Page[R any] struct {
	Rows []R
	Next Cursor // empty after the last row
}

// Paging says which page of a list is asked for.
type Paging struct {
	Sort  string // of the list's Sorts, a leading minus for the other direction; empty for the first one
	After Cursor // where the page begins; empty for the first page
	Limit int    // rows of the page, DefaultLimit if zero, MaxLimit at most
}

// Cursor says where a page begins. It is opaque and good for the same list with
// the same order only.
type Cursor string

// Sort is a way to order a list: columns that together are unique, all in one
// direction.
type Sort struct {
	Name       string
	Columns    []string // as SQL names them
	Descending bool
}

// Limits of a page and of a count.
const (
	DefaultLimit = 50
	MaxLimit     = 500
	CountLimit   = 1_000_000
)

// limit is how many rows a page has.
func limit(asked int) int {
	switch {
	case asked <= 0:
		return DefaultLimit
	case asked > MaxLimit:
		return MaxLimit
	}
	return asked
}

// Choose finds the sort by its name, a leading minus for the other direction; the
// first one when no name is given; ErrFormValue for any other.
func Choose(sorts []Sort, name string) (Sort, error) {
	if name == "" {
		return sorts[0], nil
	}
	bare, reverse := strings.CutPrefix(name, "-")
	for _, s := range sorts {
		if s.Name == bare {
			s.Descending = s.Descending != reverse
			return s, nil
		}
	}
	return Sort{}, domain.ErrFormValue.At("sort")
}

// bookmark is what a cursor holds.
type bookmark struct {
	Sort string   // a digest of the order it belongs to
	Key  []string // the last row's values, as PostgreSQL writes them
}

func (s Sort) digest() string {
	sum := sha256.Sum256(fmt.Appendf(nil, "%q %v", s.Columns, s.Descending))
	return base64.RawURLEncoding.EncodeToString(sum[:6])
}

func (s Sort) cursor(key []string) Cursor {
	text, err := json.Marshal(bookmark{Sort: s.digest(), Key: key})
	if err != nil {
		return ""
	}
	return Cursor(base64.RawURLEncoding.EncodeToString(text))
}

// from adds the condition that rows come after the cursor.
func (w *Where) from(sort Sort, after Cursor) error {
	wrong := domain.ErrFormValue.At("after")
	text, err := base64.RawURLEncoding.DecodeString(string(after))
	if err != nil {
		return wrong
	}
	var at bookmark
	if err := json.Unmarshal(text, &at); err != nil || at.Sort != sort.digest() || len(at.Key) != len(sort.Columns) {
		return wrong
	}
	comparison := " > "
	if sort.Descending {
		comparison = " < "
	}
	keys := make([]string, len(at.Key))
	for i, key := range at.Key {
		keys[i] = w.Arg(key)
	}
	w.conditions = append(w.conditions, "("+strings.Join(sort.Columns, ", ")+")"+comparison+"("+strings.Join(keys, ", ")+")")
	return nil
}
