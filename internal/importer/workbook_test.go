package importer_test

import (
	"encoding/csv"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"guishu/domain"
	"guishu/internal/importer"

	"github.com/xuri/excelize/v2"
)

// workbook writes a CSV as people keep it in a spreadsheet: numbers as numbers,
// days as serial numbers.
func workbook(t *testing.T, from, to string) {
	t.Helper()
	must := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	file, err := os.Open(from)
	must(err)
	defer file.Close()
	rows, err := csv.NewReader(file).ReadAll()
	must(err)
	book := excelize.NewFile()
	defer book.Close()
	sheet, err := book.NewStreamWriter("Sheet1")
	must(err)
	for i, row := range rows {
		cells := make([]any, len(row))
		for n, cell := range row {
			cells[n] = cell
			if on, err := domain.ParseDate(cell); err == nil && len(cell) == 10 {
				cells[n] = on.UTC()
			} else if number, err := strconv.ParseFloat(cell, 64); err == nil {
				cells[n] = number
			}
			if cell == "" {
				cells[n] = nil
			}
		}
		at, err := excelize.CoordinatesToCellName(1, i+1)
		must(err)
		must(sheet.SetRow(at, cells))
	}
	must(sheet.Flush())
	must(book.SaveAs(to))
}

// checkWorkbook holds that the same rows from XLSX are the same ledger: every one
// is found there, and none has changed.
func checkWorkbook(t *testing.T, h *house, folder string) {
	books := t.TempDir()
	for _, name := range []string{"sales_teams", "products", "accounts", "sales_pipeline"} {
		workbook(t, filepath.Join(folder, name+".csv"), filepath.Join(books, name+".xlsx"))
	}
	text, err := os.ReadFile(mavenMapping)
	h.Must(err)
	m, err := importer.ReadMapping("maven-xlsx.yaml", []byte(strings.ReplaceAll(string(text), ".csv", ".xlsx")))
	h.Must(err)
	plan, err := h.imports.Prepare(t.Context(), m, books)
	h.Must(err)
	missing, report, err := h.imports.Missing(t.Context(), plan, nil)
	h.Must(err)
	if missing != 0 || report.Rejected != 1425 {
		t.Errorf("%d things are missing, %d rows rejected", missing, report.Rejected)
	}
	for _, s := range report.Sections {
		if s.Before != s.Things {
			t.Errorf("section %+v", s)
		}
	}
}
