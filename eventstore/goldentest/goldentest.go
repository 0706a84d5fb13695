// Package goldentest holds the stored form of every event type and version that
// was ever released still. A test of each aggregate calls Check; a golden file
// that is missing or differs fails it, because events that are stored already
// would read differently or not at all.
//
// A new type or version gets its file with
//
//	go test ./domain/ownership -run Golden -update
//
// which writes missing files only. What was released is changed by a new version
// with an upcaster. As long as a version was never released, its file may be
// written anew with -update-unreleased.
package goldentest

import (
	"bytes"
	"context"
	"crypto/sha256"
	"errors"
	"flag"
	"fmt"
	"io/fs"
	"math/rand/v2"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/go-json-experiment/json/jsontext"
	"github.com/google/uuid"

	"guishu/eventstore"
	"guishu/eventstore/sealing"
)

var (
	update     = flag.Bool("update", false, "write golden files that are missing")
	unreleased = flag.Bool("update-unreleased", false, "write golden files anew that differ; never for a released version")
)

// Check compares one sample of every registered event type with its golden file
// in dir, and reads the golden files of all older versions, whose expected
// current shapes are given as Older. Every field of a sample is set, so that the
// file shows its stored name. A file without a registered version fails too: what
// was released must stay readable.
func Check(t testing.TB, registry *eventstore.Registry, dir string, samples ...any) {
	t.Helper()
	files := golden{dir: dir, write: *update || *unreleased, overwrite: *unreleased}
	for _, fault := range files.check(registry, samples) {
		t.Error(fault)
	}
}

// Expectation is what an older version's golden file must read as.
type Expectation struct {
	version int
	want    any
}

// Older says that the golden file of an older version of want's type reads as
// want, which is in the current shape.
func Older(version int, want any) Expectation { return Expectation{version: version, want: want} }

// Examples reads the golden files of the current version of every registered event,
// by their stored names, from the folders that a pattern such as
// "../domain/*/testdata/events" matches: one example of each event, with every field
// set.
func Examples(t testing.TB, registry *eventstore.Registry, pattern string) map[string]any {
	t.Helper()
	examples := map[string]any{}
	for _, v := range registry.Versions() {
		if !v.Current {
			continue
		}
		files, err := filepath.Glob(filepath.Join(pattern, fileName(v.Type, v.Number)))
		if err != nil || len(files) != 1 {
			t.Errorf("%s has %d golden files in %s: %v", v.Type, len(files), pattern, err)
			continue
		}
		data, err := os.ReadFile(files[0])
		if err == nil {
			examples[v.Type], err = decode(registry, v, data)
		}
		if err != nil {
			t.Errorf("%s: %v", files[0], err)
		}
	}
	return examples
}

// golden is a folder of golden files.
type golden struct {
	dir              string
	write, overwrite bool
}

// expected names a version's file and what it must read as.
type expected struct {
	want    any
	current bool
}

func (g golden) check(registry *eventstore.Registry, samples []any) (faults []error) {
	wanted := map[string]expected{} // by file name
	for _, sample := range samples {
		older, isOlder := sample.(Expectation)
		if isOlder {
			sample = older.want
		}
		names, err := registry.Names(sample)
		if err != nil {
			faults = append(faults, err)
			continue
		}
		version := older.version
		if !isOlder {
			version = currentVersion(registry, names[0])
			faults = append(faults, unset(reflect.ValueOf(sample), names[0])...)
		}
		file := fileName(names[0], version)
		if _, twice := wanted[file]; twice {
			faults = append(faults, fmt.Errorf("%s: two samples", file))
		}
		wanted[file] = expected{want: sample, current: !isOlder}
	}

	var known []string
	for _, v := range registry.Versions() {
		file := fileName(v.Type, v.Number)
		known = append(known, file)
		want, ok := wanted[file]
		switch {
		case !ok && v.Current:
			faults = append(faults, fmt.Errorf("%s: no sample of %s was given", file, v.GoType))
		case !ok:
			faults = append(faults, fmt.Errorf("%s: no Older(%d, …) says what it reads as", file, v.Number))
		case want.current:
			faults = append(faults, g.checkCurrent(registry, file, want.want)...)
		default:
			faults = append(faults, g.checkReading(registry, file, v, want.want)...)
		}
	}
	return append(faults, g.checkStrays(known)...)
}

// checkCurrent compares what is stored today with the file, then reads the file.
func (g golden) checkCurrent(registry *eventstore.Registry, file string, sample any) []error {
	stored, err := encode(registry, sample)
	if err != nil {
		return []error{fmt.Errorf("%s: %w", file, err)}
	}
	released, err := os.ReadFile(filepath.Join(g.dir, file))
	switch {
	case errors.Is(err, fs.ErrNotExist) && g.write:
		released, err = stored, g.save(file, stored)
	case errors.Is(err, fs.ErrNotExist):
		return []error{fmt.Errorf("%s is missing: a new type or version gets it with -update, a released one is restored from version control", file)}
	case err == nil && !bytes.Equal(released, stored) && g.overwrite:
		released, err = stored, g.save(file, stored)
	}
	if err != nil {
		return []error{err}
	}
	if !bytes.Equal(released, stored) {
		return []error{fmt.Errorf("%s: events of this version would be stored differently than released "+
			"(- released, + now); describe a new version with an upcaster:\n%s", file, diff(released, stored))}
	}
	current := currentOf(registry, sample)
	return g.checkReading(registry, file, current, sample)
}

// checkReading reads the file through the upcasters.
func (g golden) checkReading(registry *eventstore.Registry, file string, v eventstore.Version, want any) []error {
	data, err := os.ReadFile(filepath.Join(g.dir, file))
	if err != nil {
		return []error{fmt.Errorf("%s is missing, restore it from version control: %w", file, err)}
	}
	got, err := decode(registry, v, data)
	if err != nil {
		return []error{fmt.Errorf("%s: %w", file, err)}
	}
	if !reflect.DeepEqual(got, want) {
		return []error{fmt.Errorf("%s reads as\n\t%+v\nwant\n\t%+v", file, got, want)}
	}
	return nil
}

// checkStrays finds files of versions that are registered no more.
func (g golden) checkStrays(known []string) (faults []error) {
	entries, err := os.ReadDir(g.dir)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return []error{err}
	}
	for _, entry := range entries {
		if !slices.Contains(known, entry.Name()) {
			faults = append(faults, fmt.Errorf("%s was released but is not registered: its events could not be read", entry.Name()))
		}
	}
	return faults
}

func (g golden) save(file string, data []byte) error {
	if err := os.MkdirAll(g.dir, 0o777); err != nil {
		return err
	}
	return os.WriteFile(filepath.Join(g.dir, file), data, 0o666)
}

func fileName(name string, version int) string { return fmt.Sprintf("%s.v%d.json", name, version) }

func currentVersion(registry *eventstore.Registry, name string) int {
	for _, v := range registry.Versions() {
		if v.Type == name && v.Current {
			return v.Number
		}
	}
	return 0
}

func currentOf(registry *eventstore.Registry, sample any) eventstore.Version {
	for _, v := range registry.Versions() {
		if v.Current && v.GoType == reflect.TypeOf(sample) {
			return v
		}
	}
	return eventstore.Version{}
}

// codec seals with keys and nonces that are the same everywhere and every time,
// so that sealed texts can stand in golden files.
func codec(registry *eventstore.Registry) *eventstore.Codec {
	ring := sealing.NewDerivedRing(uuid.Nil, func(subject uuid.UUID) []byte {
		key := sha256.Sum256(append([]byte("golden"), subject[:]...))
		return key[:]
	})
	return eventstore.NewCodec(registry, sealing.NewRepeatableSealer(ring, rand.NewChaCha8([32]byte{})))
}

func place(name string) eventstore.Stream { return eventstore.Stream("golden-" + name) }

func encode(registry *eventstore.Registry, sample any) ([]byte, error) {
	names, err := registry.Names(sample)
	if err != nil {
		return nil, err
	}
	stored, err := codec(registry).Encode(context.Background(), place(names[0]), uuid.Nil, sample, eventstore.Metadata{})
	if err != nil {
		return nil, err
	}
	text := jsontext.Value(stored.Data)
	if err := text.Indent(); err != nil {
		return nil, err
	}
	return append(text, '\n'), nil
}

func decode(registry *eventstore.Registry, v eventstore.Version, data []byte) (any, error) {
	metadata, err := eventstore.EncodeMetadata(eventstore.Metadata{SchemaVersion: v.Number})
	if err != nil {
		return nil, err
	}
	got, err := codec(registry).Decode(context.Background(), eventstore.Event{Stream: place(v.Type), Type: v.Type, Data: data, Metadata: metadata})
	return got.Event, err
}

// unset names the fields of a sample that have no value and so do not show.
func unset(v reflect.Value, path string) (faults []error) {
	if v.IsZero() {
		return []error{fmt.Errorf("the sample's field %s is not set, so the golden file does not show its stored name", path)}
	}
	switch v.Kind() {
	case reflect.Pointer:
		return unset(v.Elem(), path)
	case reflect.Slice, reflect.Array:
		if v.Len() == 0 {
			return []error{fmt.Errorf("the sample's list %s is empty", path)}
		}
		return unset(v.Index(0), path+"[0]")
	case reflect.Struct:
		for i := range v.NumField() {
			if v.Type().Field(i).IsExported() {
				faults = append(faults, unset(v.Field(i), path+"."+v.Type().Field(i).Name)...)
			}
		}
	}
	return faults
}

// diff gives the lines that differ, without those in common before and after.
func diff(old, now []byte) string {
	a, b := strings.Split(string(old), "\n"), strings.Split(string(now), "\n")
	for len(a) > 0 && len(b) > 0 && a[0] == b[0] {
		a, b = a[1:], b[1:]
	}
	for len(a) > 0 && len(b) > 0 && a[len(a)-1] == b[len(b)-1] {
		a, b = a[:len(a)-1], b[:len(b)-1]
	}
	var out strings.Builder
	for _, line := range a {
		fmt.Fprintln(&out, "-", line)
	}
	for _, line := range b {
		fmt.Fprintln(&out, "+", line)
	}
	return out.String()
}
