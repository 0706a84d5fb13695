package importer

import (
	"cmp"
	"slices"

	"guishu/domain"
)

// Rejection is a row that did not come in, and why. It never holds what the row
// says.
type Rejection struct {
	File    string `json:"file"`
	Line    int    `json:"line"`
	Column  string `json:"column,omitempty"`
	Code    string `json:"code"`
	Chinese string `json:"zh"`
	English string `json:"en"`
}

// rejections collects rejections; the same one found by two sections is one.
type rejections struct {
	all  []Rejection
	seen map[Rejection]bool
}

func (r *rejections) add(t *table, line int, column string, refusal *domain.Error) {
	if column == "" && t.has(refusal.Field) {
		column = refusal.Field
	}
	said := refusal
	if _, named := refusal.Params["field"]; !named && column != "" {
		said = refusal.At(column) // people know the column, not the command's field
	}
	one := Rejection{File: t.path, Line: line, Column: column, Code: refusal.Code.Name(), Chinese: said.MessageZH(), English: said.Message()}
	if !r.seen[one] {
		r.seen[one] = true
		r.all = append(r.all, one)
	}
}

// sorted is the rejections in the order of files and lines.
func (r *rejections) sorted(tables []*table) []Rejection {
	order := map[string]int{}
	for i, t := range tables {
		order[t.path] = i
	}
	sorted := slices.Clone(r.all)
	slices.SortStableFunc(sorted, func(a, b Rejection) int {
		return cmp.Or(cmp.Compare(order[a.File], order[b.File]), cmp.Compare(a.Line, b.Line))
	})
	return sorted
}

// rows is how many rows were rejected, whatever number of reasons each has.
func (r *rejections) rows() int {
	type place struct {
		file string
		line int
	}
	places := map[place]bool{}
	for _, one := range r.all {
		places[place{one.File, one.Line}] = true
	}
	return len(places)
}
