package importer

import (
	"slices"
	"strings"
	"testing"
)

// Whatever leads a formula, a spreadsheet does not get to see it first (S-16).
func TestNoCellOfARejectedFileIsTakenForAFormula(t *testing.T) {
	t.Parallel()
	for _, lead := range []string{"", " ", "\n", "\r", "\r\n", "\t", "\v", "\u00a0", "\u3000", "\u200b", "\ufeff", "\u2060", "\x00", " \n\u3000", "\u00ad"} {
		for _, sign := range []string{"=", "+", "-", "@", "＝", "＋", "－", "＠", "﹦", "﹢", "﹣", "﹫", "⁼", "⁺", "−"} {
			if cell := lead + sign + "1+1"; harmless([]string{cell})[0] != "'"+cell {
				t.Errorf("%q is written as it is", cell)
			}
		}
	}
	for _, cell := range []string{"", "张三", " 张三", "1=1", "a+b", "北京-上海", "　"} {
		if safe := harmless([]string{cell})[0]; safe != cell {
			t.Errorf("%q is written as %q", cell, safe)
		}
	}
}

// FuzzHarmlessIsUndone holds that a cell comes back from a rejected file as it was
// (BR-09).
func FuzzHarmlessIsUndone(f *testing.F) {
	for _, seed := range []string{"", "=1", "'=1", "''", "'a", "\n=1", " '=1", "＝1", "-5\n+6", "\xff="} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, cell string) {
		file := &table{}
		line := append(make([]string, len(file.reasons())), harmless([]string{cell, cell + "x"})...)
		if back := file.plain(line); !slices.Equal(back, []string{cell, cell + "x"}) {
			t.Errorf("%q comes back as %q", cell, strings.Join(back, "|"))
		}
	})
}
