package bench

import (
	"fmt"
	"io"
	"strings"
)

// Row is one line of the report: some work, beside what PostgreSQL or the bare
// machinery does in the same run.
type Row struct {
	Name     string  // by which --only chooses it
	Work     string  // in both languages
	Measured string  // with its unit
	Beside   string  // what it is held against, with its unit
	Ratio    float64 // the median over the turns; for a limit, what was measured
	Spread   string  // of the ratio over the turns
	Gate     Gate
	Note     string // what a reader must know to read the figure right, if anything
}

// Gate is what a ratio must reach. The zero Gate is none: the row is shown to
// compare.
type Gate struct {
	Least float64 // the ratio must be at least this, if not 0
	Most  float64 // it must be at most this, if not 0
}

// AtLeast is a gate from below, AtMost one from above.
func AtLeast(ratio float64) Gate { return Gate{Least: ratio} }

// AtMost is a gate from above.
func AtMost(limit float64) Gate { return Gate{Most: limit} }

// None says that nothing is demanded.
func (g Gate) None() bool { return g == Gate{} }

// MetBy says whether a ratio passes.
func (g Gate) MetBy(ratio float64) bool {
	return ratio >= g.Least && (g.Most == 0 || ratio <= g.Most)
}

func (g Gate) String() string {
	switch {
	case g.Least != 0:
		return fmt.Sprintf("≥ %g", g.Least)
	case g.Most != 0:
		return fmt.Sprintf("≤ %g", g.Most)
	}
	return "–"
}

// Met says whether the row passes its gate.
func (r Row) Met() bool { return r.Gate.MetBy(r.Ratio) }

// Report is what a run measured, and on which machine.
type Report struct {
	Machine Machine
	Rows    []Row
}

// Missed is how many rows miss their gate.
func (r Report) Missed() int {
	missed := 0
	for _, row := range r.Rows {
		if !row.Met() {
			missed++
		}
	}
	return missed
}

// Markdown writes the report as a table that reads well as it is, too.
func (r Report) Markdown(w io.Writer) {
	fmt.Fprintf(w, "%s\n\n", r.Machine)
	header := []string{"测量 work", "本系统 measured", "对照 beside", "比值 ratio", "波动 spread", "要求 gate", "结果 met"}
	rows := [][]string{header}
	var notes []string
	for _, row := range r.Rows {
		verdict := "是 yes"
		switch {
		case row.Gate.None():
			verdict = "–"
		case !row.Met():
			verdict = "否 NO"
		}
		rows = append(rows, []string{row.Work, row.Measured, row.Beside, fmt.Sprintf("%.2f", row.Ratio), row.Spread, row.Gate.String(), verdict})
		if row.Note != "" {
			notes = append(notes, "- "+row.Name+": "+row.Note)
		}
	}
	writeTable(w, rows)
	if len(notes) > 0 {
		fmt.Fprintf(w, "\n%s\n", strings.Join(notes, "\n"))
	}
}

func writeTable(w io.Writer, rows [][]string) {
	widths := make([]int, len(rows[0]))
	for _, row := range rows {
		for i, cell := range row {
			widths[i] = max(widths[i], columns(cell))
		}
	}
	for n, row := range rows {
		for i, cell := range row {
			fmt.Fprintf(w, "| %s%s ", cell, strings.Repeat(" ", widths[i]-columns(cell)))
		}
		fmt.Fprintln(w, "|")
		if n > 0 {
			continue
		}
		for _, width := range widths {
			fmt.Fprintf(w, "| %s ", strings.Repeat("-", width))
		}
		fmt.Fprintln(w, "|")
	}
}

// columns is how wide a terminal shows the text: a Chinese character takes two.
func columns(text string) int {
	width := 0
	for _, r := range text {
		width++
		if r >= 0x2E80 && r <= 0xFFEF {
			width++
		}
	}
	return width
}
