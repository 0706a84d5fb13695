package commands_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"maps"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"

	"guishu/commands"
	"guishu/commands/ledger"
)

// Every type of the package with a verb is listed, once, and those that only the
// ledger may give are listed apart.
func TestEveryVerbIsListed(t *testing.T) {
	t.Parallel()
	listed := map[string]bool{}
	names := map[string]bool{}
	for byLedger, bodies := range map[bool][]ledger.Body{false: commands.All(), true: commands.OfTheLedger()} {
		for _, body := range bodies {
			name, verb := reflect.TypeOf(body).Name(), body.Verb()
			if listed[name] || names[verb.Name] {
				t.Errorf("%s (%s) is listed twice", name, verb.Name)
			}
			listed[name], names[verb.Name] = true, true
			if verb.ByLedger != byLedger {
				t.Errorf("%s is in the wrong list", name)
			}
		}
	}
	for _, name := range typesWithAVerb(t) {
		if !listed[name] {
			t.Errorf("%s is in no list", name)
		}
		delete(listed, name)
	}
	for name := range maps.Keys(listed) {
		t.Errorf("%s is listed and has no verb in this package", name)
	}
}

// typesWithAVerb are the types for which the package's source has a method Verb.
func typesWithAVerb(t *testing.T) []string {
	t.Helper()
	paths, err := filepath.Glob("*.go")
	if err != nil {
		t.Fatal(err)
	}
	var found []string
	for _, path := range paths {
		if strings.HasSuffix(path, "_test.go") {
			continue
		}
		file, err := parser.ParseFile(token.NewFileSet(), path, nil, parser.SkipObjectResolution)
		if err != nil {
			t.Fatal(err)
		}
		for _, declaration := range file.Decls {
			method, ok := declaration.(*ast.FuncDecl)
			if !ok || method.Recv == nil || method.Name.Name != "Verb" {
				continue
			}
			if of, ok := method.Recv.List[0].Type.(*ast.Ident); ok {
				found = append(found, of.Name)
			}
		}
	}
	if len(found) == 0 {
		t.Fatal("no verb was found in the source")
	}
	return found
}

// Every verb says all of itself: a name that a person can read, in both languages
// what it does, and the permission it needs.
func TestEveryVerbSaysWhatItIs(t *testing.T) {
	t.Parallel()
	for _, body := range slices.Concat(commands.All(), commands.OfTheLedger()) {
		verb := body.Verb()
		if verb.Name == "" || strings.Trim(verb.Name, "abcdefghijklmnopqrstuvwxyz-") != "" {
			t.Errorf("%T is called %q", body, verb.Name)
		}
		for what, words := range map[string]ledger.Words{"title": verb.Title, "sentence": verb.Does} {
			if words.Chinese == "" || words.English == "" {
				t.Errorf("%s lacks a %s: %+v", verb.Name, what, words)
			}
		}
		if verb.ByLedger == (verb.Needs != "") {
			t.Errorf("%s needs the permission %q; by the ledger alone: %v", verb.Name, verb.Needs, verb.ByLedger)
		}
		for i, code := range verb.Refuses {
			if slices.Contains(verb.Refuses[:i], code) {
				t.Errorf("%s refuses with %s twice", verb.Name, code)
			}
		}
	}
}
