package catalog_test

import (
	"errors"
	"flag"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"guishu/domain"
	"guishu/eventstore/sealing"
	"guishu/projections/catalog"
)

var update = flag.Bool("update", false, "write the descriptions of read models that are missing")

// A database keeps the tables of a version as they were made: where a column, a key
// or an index changes, the read model gets a new version, which is built anew.
func TestTheTablesOfAVersionNeverChange(t *testing.T) {
	t.Parallel()
	const folder = "testdata"
	var known []string
	for _, model := range catalog.Models(sealing.NewHasher(), domain.ChinaZone()) {
		file := fmt.Sprintf("%s-v%d.golden", model.Name, model.Version)
		known = append(known, file)
		path := filepath.Join(folder, file)
		released, err := os.ReadFile(path)
		if errors.Is(err, fs.ErrNotExist) && *update {
			released = []byte(model.Description())
			err = os.WriteFile(path, released, 0o666)
		}
		switch {
		case errors.Is(err, fs.ErrNotExist):
			t.Errorf("%s is missing: run go test ./projections/catalog -run Tables -update", path)
		case err != nil:
			t.Error(err)
		case string(released) != model.Description():
			t.Errorf("the tables of read model %s changed and its version did not: set its Version to %d, delete %s, and run go test ./projections/catalog -run Tables -update; "+
				"(- made so far, + now)\n%s", model.Name, model.Version+1, path, differing(string(released), model.Description()))
		}
	}
	files, err := os.ReadDir(folder)
	if err != nil {
		t.Fatal(err)
	}
	for _, file := range files {
		if !slices.Contains(known, file.Name()) {
			t.Errorf("%s is of no read model's version: delete it", file.Name())
		}
	}
}

// differing is the lines that only one of two texts has.
func differing(old, now string) string {
	var text strings.Builder
	only := func(sign, a, b string) {
		for line := range strings.Lines(a) {
			if !slices.Contains(slices.Collect(strings.Lines(b)), line) {
				text.WriteString(sign + " " + line)
			}
		}
	}
	only("-", old, now)
	only("+", now, old)
	return text.String()
}
