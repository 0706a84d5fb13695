package privatepg

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestTheLogNeverTakesMoreThanTwiceItsLimit(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "log")
	log, err := openLimitedFile(path)
	if err != nil {
		t.Fatal(err)
	}
	defer log.Close()
	log.limit = 1000
	line := strings.Repeat("x", 98) + "\n"
	for range 100 {
		if n, err := log.Write([]byte(line)); n != len(line) || err != nil {
			t.Fatalf("wrote %d, %v", n, err)
		}
	}
	for _, path := range []string{path, path + ".1"} {
		info, err := os.Stat(path)
		if err != nil {
			t.Fatal(err)
		}
		if info.Size() == 0 || info.Size() > 1000 {
			t.Errorf("%s has %d bytes", path, info.Size())
		}
	}
}

// A full disk must not stop PostgreSQL.
func TestALogThatCannotBeWrittenIsDropped(t *testing.T) {
	t.Parallel()
	log, err := openLimitedFile(filepath.Join(t.TempDir(), "log"))
	if err != nil {
		t.Fatal(err)
	}
	if err := log.file.Close(); err != nil {
		t.Fatal(err)
	}
	if n, err := log.Write([]byte("said")); n != 4 || err != nil {
		t.Errorf("wrote %d, %v", n, err)
	}
}
