package docs_test

import (
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// The tests and files that adding.md names are there.
func TestTheGuideToAddingNamesWhatThereIs(t *testing.T) {
	t.Parallel()
	guide, err := os.ReadFile("adding.md")
	if err != nil {
		t.Fatal(err)
	}
	var tests strings.Builder
	err = filepath.WalkDir("..", func(path string, _ fs.DirEntry, err error) error {
		if err != nil || !strings.HasSuffix(path, "_test.go") {
			return err
		}
		source, err := os.ReadFile(path)
		tests.Write(source)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	named := regexp.MustCompile("`(Test[A-Za-z]+)`").FindAllStringSubmatch(string(guide), -1)
	if len(named) < 10 {
		t.Errorf("only %d tests are named", len(named))
	}
	for _, name := range named {
		if !strings.Contains(tests.String(), "func "+name[1]+"(") {
			t.Errorf("there is no %s", name[1])
		}
	}
	for _, path := range regexp.MustCompile("`([a-z/_]+\\.(?:go|txt|golden))`").FindAllStringSubmatch(string(guide), -1) {
		if _, err := os.Stat(filepath.Join("..", path[1])); err != nil && strings.Contains(path[1], "/") {
			t.Error(err)
		}
	}
}
