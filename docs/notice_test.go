package docs_test

import (
	"os"
	"regexp"
	"strings"
	"testing"
)

// NOTICE names every module that the program is made with, in its version and with its
// licence, and no other (S-17).
func TestTheNoticeNamesEveryModuleWithItsLicence(t *testing.T) {
	t.Parallel()
	read := func(path string) string {
		text, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		return string(text)
	}
	notice, licence := read("../NOTICE"), read("../LICENSE")
	listed := map[string]string{}
	for _, line := range regexp.MustCompile(`(?m)^(\S+ v\S+) — (.+)$`).FindAllStringSubmatch(notice, -1) {
		listed[line[1]] = line[2]
	}
	for _, module := range regexp.MustCompile(`(?m)^\t(\S+ v\S+)`).FindAllStringSubmatch(read("../go.mod"), -1) {
		if listed[module[1]] == "" {
			t.Errorf("NOTICE does not name %s", module[1])
		}
		delete(listed, module[1])
	}
	for module := range listed {
		t.Errorf("NOTICE names %s, which go.mod does not", module)
	}
	for _, title := range []string{"MIT", "BSD-2-Clause", "BSD-3-Clause"} {
		if !strings.Contains(notice, "\n"+title+"\n\n") {
			t.Errorf("NOTICE lacks the text of %s", title)
		}
	}
	if !strings.Contains(licence, "Apache License") || !strings.Contains(licence, "END OF TERMS AND CONDITIONS") {
		t.Error("LICENSE is not the text of Apache-2.0")
	}
}

// Whoever comes upon the project finds the licence and how to report a weakness.
func TestTheFirstPagesNameLicenceNoticeAndSecurity(t *testing.T) {
	t.Parallel()
	for _, page := range []string{"../README.md", "../README.zh.md"} {
		text, err := os.ReadFile(page)
		if err != nil {
			t.Fatal(err)
		}
		for _, file := range []string{"(LICENSE)", "(NOTICE)", "(SECURITY.md)"} {
			if !strings.Contains(string(text), file) {
				t.Errorf("%s does not name %s", page, file)
			}
		}
	}
}
