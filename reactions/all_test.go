package reactions

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"guishu/domain/aggregates"
	"guishu/eventstore"
)

// A reaction that is not in the list of all never answers anything, and nothing else
// would say so.
func TestEveryReactionIsInTheListOfAll(t *testing.T) {
	t.Parallel()
	files, err := filepath.Glob("*.go")
	if err != nil {
		t.Fatal(err)
	}
	listed := map[string]bool{}
	var made []string
	for _, file := range files {
		if strings.HasSuffix(file, "_test.go") {
			continue
		}
		parsed, err := parser.ParseFile(token.NewFileSet(), file, nil, 0)
		if err != nil {
			t.Fatal(err)
		}
		for _, declaration := range parsed.Decls {
			function, is := declaration.(*ast.FuncDecl)
			if !is || function.Recv != nil {
				continue
			}
			switch {
			case function.Name.Name == "all":
				ast.Inspect(function.Body, func(n ast.Node) bool {
					if call, is := n.(*ast.CallExpr); is {
						if name, is := call.Fun.(*ast.Ident); is {
							listed[name.Name] = true
						}
					}
					return true
				})
			case function.Type.TypeParams == nil && gives(function, "reaction"):
				made = append(made, function.Name.Name)
			}
		}
	}
	for _, name := range made {
		if !listed[name] {
			t.Errorf("%s is a reaction and is not in all()", name)
		}
	}
	reactions := all(nil)
	if len(made) != len(reactions) {
		t.Errorf("%d reactions are written, %d are in all()", len(made), len(reactions))
	}
	for _, each := range reactions {
		if each.settled == nil {
			t.Errorf("%s does not say when nothing is left to do: replay could not prove it", each.name)
		}
	}
}

// gives says that a function's result is of a type.
func gives(function *ast.FuncDecl, want string) bool {
	if function.Type.Results == nil || len(function.Type.Results.List) != 1 {
		return false
	}
	result, is := function.Type.Results.List[0].Type.(*ast.Ident)
	return is && result.Name == want
}

// A consumer's checkpoint hangs on its name: under another name it would answer the
// whole ledger anew, and what it parked would be nobody's.
func TestConsumersKeepTheirNames(t *testing.T) {
	t.Parallel()
	want := []string{"promote-customer", "attribute-commission", "counter-attribution", "erase-customer", "record-claim-phone", "end-sign-in"}
	var names []string
	for _, each := range all(nil) {
		names = append(names, each.name)
	}
	for _, name := range want {
		if !slices.Contains(names, name) {
			t.Errorf("there is no %s any more", name)
		}
	}
	for i, name := range names {
		if slices.Contains(names[:i], name) {
			t.Errorf("two reactions are called %s", name)
		}
	}
}

func TestTheTableOfReactionsIsThatOfAll(t *testing.T) {
	t.Parallel()
	registry, err := eventstore.NewRegistry(aggregates.All().Events())
	if err != nil {
		t.Fatal(err)
	}
	document, err := os.ReadFile("../docs/architecture.md")
	if err != nil {
		t.Fatal(err)
	}
	_, section, _ := strings.Cut(string(document), "\n## Reactions\n")
	section, _, _ = strings.Cut(section, "\n## ")
	for _, each := range all(nil) {
		hears, err := registry.Names(each.hears)
		if err != nil {
			t.Fatal(err)
		}
		if row := fmt.Sprintf("| `%s` | `%s` |", each.name, hears[0]); !strings.Contains(section, row) {
			t.Errorf("docs/architecture.md lacks a row that begins with %s", row)
		}
	}
	if rows := strings.Count(section, "\n| `"); rows != len(all(nil)) {
		t.Errorf("docs/architecture.md tells of %d reactions, there are %d", rows, len(all(nil)))
	}
}
