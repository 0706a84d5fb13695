package commands_test

import (
	"encoding"
	"errors"
	"flag"
	"fmt"
	"io/fs"
	"os"
	"reflect"
	"slices"
	"strings"
	"testing"

	"guishu/commands"

	"github.com/go-json-experiment/json"
)

const bodiesFile = "testdata/bodies.golden"

var update = flag.Bool("update", false, "add new verbs and optional fields to "+bodiesFile)

// what makes a retry one stays as it is. The body of every command is held in
// a file: its verb, the names of its fields, and what is hashed when none is given. A
// new verb, and a field that is left out when it is not given, are added to the file
// with
//
//	go test ./commands -run Bodies -update
//
// Anything else would have a client refused that sends its request again after an
// upgrade, and is never written there.
func TestBodiesAreHashedAsBefore(t *testing.T) {
	t.Parallel()
	released, err := readBodies()
	if err != nil {
		t.Fatal(err)
	}
	now := map[string]storedBody{}
	for _, body := range slices.Concat(commands.All(), commands.OfTheLedger()) {
		now[body.Verb().Name] = bodyOf(t, body)
	}
	faults, added := compareBodies(released, now)
	for _, fault := range faults {
		t.Error(fault)
	}
	if len(added) == 0 || len(faults) > 0 {
		return
	}
	if !*update {
		t.Fatalf("new: %s; -update adds them to %s", strings.Join(added, ", "), bodiesFile)
	}
	writeBodies(t, now)
}

// storedBody is what is hashed of a command.
type storedBody struct {
	Fields []string
	Zero   string // JSON of the zero value
}

// bodyOf is what is hashed of a command like this one.
func bodyOf(t *testing.T, body any) storedBody {
	t.Helper()
	zero, err := json.Marshal(body, json.Deterministic(true))
	if err != nil {
		t.Fatal(err)
	}
	return storedBody{Fields: fieldsOf(reflect.TypeOf(body), ""), Zero: string(zero)}
}

// fieldsOf are the names of the fields as JSON has them, those of a part behind the
// part's name.
func fieldsOf(of reflect.Type, prefix string) (names []string) {
	if of.Implements(reflect.TypeFor[encoding.TextMarshaler]()) || of.Implements(reflect.TypeFor[json.MarshalerTo]()) {
		return nil
	}
	for i := range of.NumField() {
		field := of.Field(i)
		name, _, _ := strings.Cut(field.Tag.Get("json"), ",")
		if name == "" {
			name = field.Name
		}
		names = append(names, prefix+name)
		part := field.Type
		if part.Kind() == reflect.Slice {
			part = part.Elem()
		}
		if part.Kind() == reflect.Struct {
			names = append(names, fieldsOf(part, prefix+name+".")...)
		}
	}
	return names
}

// compareBodies says what would be hashed differently, and what is new.
func compareBodies(released, now map[string]storedBody) (faults, added []string) {
	for name, before := range released {
		after, known := now[name]
		if !known {
			faults = append(faults, name+" is gone, or called differently")
			continue
		}
		if before.Zero != after.Zero {
			faults = append(faults, fmt.Sprintf("%s is hashed as %s, once it was %s: a new field must be omitzero", name, after.Zero, before.Zero))
		}
		for _, field := range before.Fields {
			if !slices.Contains(after.Fields, field) {
				faults = append(faults, fmt.Sprintf("%s has no field %s any more", name, field))
			}
		}
	}
	for name, body := range now {
		for _, field := range body.Fields {
			if !slices.Contains(released[name].Fields, field) {
				added = append(added, name+"."+field)
			}
		}
		if _, known := released[name]; !known && len(body.Fields) == 0 {
			added = append(added, name)
		}
	}
	slices.Sort(added)
	return faults, added
}

func readBodies() (map[string]storedBody, error) {
	bodies := map[string]storedBody{}
	text, err := os.ReadFile(bodiesFile)
	if errors.Is(err, fs.ErrNotExist) {
		return bodies, nil
	}
	if err != nil {
		return nil, err
	}
	for line := range strings.Lines(string(text)) {
		parts := strings.Split(strings.TrimSuffix(line, "\n"), "\t")
		if len(parts) != 3 {
			return nil, fmt.Errorf("%s: %q is no line of it", bodiesFile, line)
		}
		bodies[parts[0]] = storedBody{Fields: strings.Fields(parts[1]), Zero: parts[2]}
	}
	return bodies, nil
}

func writeBodies(t *testing.T, bodies map[string]storedBody) {
	t.Helper()
	var lines []string
	for name, body := range bodies {
		lines = append(lines, name+"\t"+strings.Join(body.Fields, " ")+"\t"+body.Zero+"\n")
	}
	slices.Sort(lines)
	if err := os.WriteFile(bodiesFile, []byte(strings.Join(lines, "")), 0o644); err != nil {
		t.Fatal(err)
	}
}

// the comparison finds what would have a retry refused, and only that.
func TestBodiesThatWouldBeHashedDifferentlyAreFound(t *testing.T) {
	t.Parallel()
	type before struct {
		Unit string `json:"unit"`
	}
	released := map[string]storedBody{"rename-unit": bodyOf(t, before{})}
	for what, c := range map[string]struct {
		body   any
		faults int
		added  int
	}{
		"the same": {before{}, 0, 0},
		"left out": {struct {
			Unit string `json:"unit"`
			Note string `json:"note,omitempty"`
		}{}, 0, 1},
		"always written": {struct {
			Unit string `json:"unit"`
			Note string `json:"note"`
		}{}, 1, 1},
		"renamed": {struct {
			Unit string `json:"unit_id"`
		}{}, 2, 1},
	} {
		faults, added := compareBodies(released, map[string]storedBody{"rename-unit": bodyOf(t, c.body)})
		if len(faults) != c.faults || len(added) != c.added {
			t.Errorf("%s: faults %v, new %v", what, faults, added)
		}
	}
	if faults, _ := compareBodies(released, nil); len(faults) != 1 {
		t.Errorf("a verb that is gone: %v", faults)
	}
}
