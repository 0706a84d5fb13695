package importer_test

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"guishu/internal/importer"
)

// What would take the parser much more memory than the text is long is refused before
// it is parsed, with its place (S-16).
func TestAMappingThatWouldTakeTooMuchToParseIsRefusedAtItsPlace(t *testing.T) {
	t.Parallel()
	stairs := func(line func(n int) string) string {
		var text strings.Builder
		for n := range 9 {
			text.WriteString(strings.Repeat(" ", n) + line(n) + "\n")
		}
		return text.String()
	}
	for name, c := range map[string]struct{ text, want string }{
		"lists in brackets":            {strings.Repeat("[", 5_000), "m.yaml:1:9: a mapping has no more than 8 lists and mappings"},
		"closed ones":                  {"a: " + strings.Repeat("[", 5_000) + strings.Repeat("]", 5_000), "m.yaml:1:11: a mapping has no more than 8"},
		"mappings in braces":           {strings.Repeat("{a: ", 5_000), "m.yaml:1:33: a mapping has no more than 8"},
		"lists on one line":            {strings.Repeat("- ", 5_000) + "a", "m.yaml:1:17: a mapping has no more than 8"},
		"lists below one another":      {stairs(func(int) string { return "-" }), "m.yaml:9:9: a mapping has no more than 8"},
		"mappings below one another":   {stairs(func(int) string { return "a:" }), "m.yaml:9:10: a mapping has no more than 8"},
		"many words":                   {"a: [" + strings.Repeat("1,", 60_000) + "1]", "a mapping has no more than 50000 words and signs"},
		"a long key":                   {strings.Repeat("k", 1_000) + ": 1", "a key has no more than 512 bytes"},
		"a long key in quotes":         {`{"` + strings.Repeat("k", 1_000) + `": 1}`, "a key has no more than 512 bytes"},
		"an anchor":                    {"a: &a [x]\nb: [*a, *a]\n", "m.yaml:1:4: a mapping has no anchors"},
		"an alias":                     {"a: *a\n", "m.yaml:1:4: a mapping has no anchors"},
		"a merge":                      {"a: {<<: {b: 1}}\n", "m.yaml:1:5: a mapping has no anchors"},
		"a tag":                        {"a: !!binary x\n", "m.yaml:1:4: a mapping has no anchors"},
		"a complex key":                {"? [a]\n: 1\n", "m.yaml:1:1: a mapping has no anchors"},
		"a word that is quoted":        {strings.Repeat(">", 5_000), strings.Repeat(">", 100) + "… (import/bad-mapping)"},
		"a file larger than a mapping": {strings.Repeat("#\n", 200_000), "m.yaml: the file is larger than the 256 KiB"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, err := importer.ReadMapping("folder/m.yaml", []byte(c.text))
			if !errors.Is(err, importer.ErrBadMapping) || !strings.Contains(err.Error(), c.want) {
				t.Errorf("%.300v\ndoes not say\n%s", err, c.want)
			}
		})
	}
}

// However long the mapping's file is, and whatever else it is, no more of it is read
// than a mapping can have.
func TestAMappingIsReadFromAFileAlone(t *testing.T) {
	t.Parallel()
	for _, path := range []string{"/dev/zero", t.TempDir()} {
		_, err := importer.LoadMapping(path)
		if !errors.Is(err, importer.ErrBadMapping) || !strings.Contains(err.Error(), "it is no file") {
			t.Errorf("%s: %v", path, err)
		}
	}
	path := filepath.Join(t.TempDir(), "m.yaml")
	if err := os.WriteFile(path, []byte(small), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := importer.LoadMapping(path); err != nil {
		t.Error(err)
	}
}

// A mapping names files of the import's folder and no others: what stands in another
// one is not read, and told to nobody (S-16).
func TestAFileOutsideTheFolderOfTheImportIsNotRead(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	const secret = "SECRET_OF_SOMEBODY_ELSE"
	whole := t.TempDir()
	inside, outside := filepath.Join(whole, "inside"), filepath.Join(whole, "outside")
	for _, folder := range []string{inside, outside} {
		h.Must(os.Mkdir(folder, 0o700))
	}
	h.Must(os.WriteFile(filepath.Join(outside, "secret.csv"), []byte(secret+",x\n1,2\n"), 0o600))
	h.Must(os.WriteFile(filepath.Join(inside, "clients.csv"), []byte("客户,地址\n张三,\n"), 0o600))
	h.Must(os.Symlink("../outside/secret.csv", filepath.Join(inside, "near.csv")))
	h.Must(os.Symlink(filepath.Join(outside, "secret.csv"), filepath.Join(inside, "far.csv")))
	h.Must(os.Symlink("../outside", filepath.Join(inside, "folder")))
	h.Must(os.Symlink("/proc/self/environ", filepath.Join(inside, "environ")))
	h.Must(os.Symlink("clients.csv", filepath.Join(inside, "link.csv")))
	prepare := func(path string) error {
		m, err := importer.ReadMapping("m.yaml", []byte(strings.Replace(clients, "clients.csv", `"`+path+`"`, 1)))
		h.Must(err)
		_, err = h.imports.Prepare(t.Context(), m, inside)
		return err
	}
	for _, path := range []string{
		"../outside/secret.csv", "a/../../outside/secret.csv", filepath.Join(outside, "secret.csv"), "near.csv", "far.csv",
		"folder/secret.csv", "environ", "/proc/self/environ", "/etc/passwd", "../absent.csv", "..",
	} {
		err := prepare(path)
		if !errors.Is(err, importer.ErrFileOutside) || !errors.Is(err, importer.ErrBadFile) {
			t.Errorf("%s: %v", path, err)
		}
		for _, told := range []string{secret, "PATH=", "root:"} {
			if err != nil && strings.Contains(err.Error(), told) {
				t.Errorf("%s: an error tells what the file says: %v", path, err)
			}
		}
	}
	for _, path := range []string{"clients.csv", "./clients.csv", "link.csv", "x/../clients.csv", filepath.Join(inside, "clients.csv")} {
		if err := prepare(path); err != nil {
			t.Errorf("%s: %v", path, err)
		}
	}
}

// What a system makes up while it is read, and what waits for a writer, are no files.
func TestWhatIsNoFileOfAFixedSizeIsNotRead(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	folder := t.TempDir()
	h.Must(syscall.Mkfifo(filepath.Join(folder, "pipe"), 0o600))
	for _, c := range [][3]string{
		{"/proc/self", "environ", "it is no file of a fixed size"}, {folder, "pipe", "it is no file"}, {"/dev", "zero", "it is no file"},
	} {
		m, err := importer.ReadMapping("m.yaml", []byte(strings.Replace(clients, "clients.csv", c[1], 1)))
		h.Must(err)
		_, err = h.imports.Prepare(t.Context(), m, c[0])
		if !errors.Is(err, importer.ErrBadFile) || !strings.Contains(err.Error(), c[2]) || strings.Contains(err.Error(), "PATH=") {
			t.Errorf("%s: %v", c[1], err)
		}
	}
}

// A row costs what it holds: cells beyond every table are not kept.
func TestALineOfSeparatorsIsOneRejectedRow(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	plan, err := h.clients(clients, "客户,地址\n"+strings.Repeat(",", 1<<20)+"\n张三,\n")
	h.Must(err)
	h.wantPlaces(plan.Rejections(), "clients 2  import/row-cells")
}
