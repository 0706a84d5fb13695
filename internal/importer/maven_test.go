package importer_test

import "testing"

func TestTheRealFilesComeIn(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	plan := h.prepare(mavenMapping, maven(t))
	report := h.bring(plan)
	t.Logf("%+v", report.Sections)
	t.Logf("rows %d in %d rejected %d, %.1f s, %.0f rows/s", report.Rows, report.RowsIn, report.Rejected, report.Seconds, report.PerSecond)
	codes := map[string]int{}
	for _, r := range report.Rejections {
		codes[r.File+" "+r.Column+" "+r.Code]++
	}
	t.Log(codes)
}
