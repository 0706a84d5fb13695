package aggregates_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"guishu/domain"
	"guishu/domain/aggregates"
)

// room is what the source of one package declares of codes and enumerations.
type room struct {
	codes        map[string][]string // NewCode's arguments, by variable
	listed       []string            // what Codes returns
	constants    map[string][]string // of each string type
	strings      []string            // string types
	enumerations map[string]call     // NewEnumeration, by variable
	methods      map[string]string   // by Type.Method, the enumeration that it asks
}

// call is a NewEnumeration: the constants named, each with its names.
type call struct {
	values []string
	names  [][]string
}

// rooms reads every package of the repository.
func rooms(t *testing.T) map[string]*room {
	t.Helper()
	root := filepath.Join("..", "..")
	found := map[string]*room{}
	err := filepath.WalkDir(root, func(path string, entry fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case entry.IsDir() && (entry.Name() == "testdata" || strings.HasPrefix(entry.Name(), ".") && path != root):
			return fs.SkipDir
		case entry.IsDir() || !strings.HasSuffix(path, ".go") || strings.HasSuffix(path, "_test.go"):
			return nil
		}
		file, err := parser.ParseFile(token.NewFileSet(), path, nil, parser.SkipObjectResolution)
		if err != nil {
			return err
		}
		dir, _ := filepath.Rel(root, filepath.Dir(path))
		if found[dir] == nil {
			found[dir] = &room{codes: map[string][]string{}, constants: map[string][]string{}, enumerations: map[string]call{}, methods: map[string]string{}}
		}
		found[dir].read(file)
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return found
}

func (r *room) read(file *ast.File) {
	for _, d := range file.Decls {
		switch d := d.(type) {
		case *ast.FuncDecl:
			r.function(d)
		case *ast.GenDecl:
			for _, spec := range d.Specs {
				r.spec(d.Tok, spec)
			}
		}
	}
}

func (r *room) function(f *ast.FuncDecl) {
	if f.Body == nil || len(f.Body.List) != 1 {
		return
	}
	result, ok := f.Body.List[0].(*ast.ReturnStmt)
	if !ok || len(result.Results) != 1 {
		return
	}
	switch value := result.Results[0].(type) {
	case *ast.CompositeLit:
		if f.Recv == nil && f.Name.Name == "Codes" {
			for _, element := range value.Elts {
				r.listed = append(r.listed, nameOf(element))
			}
		}
	case *ast.CallExpr:
		if asked, ok := value.Fun.(*ast.SelectorExpr); ok && f.Recv != nil && asked.Sel.Name == f.Name.Name {
			r.methods[nameOf(f.Recv.List[0].Type)+"."+f.Name.Name] = nameOf(asked.X)
		}
	}
}

func (r *room) spec(kind token.Token, spec ast.Spec) {
	switch s := spec.(type) {
	case *ast.TypeSpec:
		if nameOf(s.Type) == "string" {
			r.strings = append(r.strings, s.Name.Name)
		}
	case *ast.ValueSpec:
		if kind == token.CONST && s.Type != nil {
			for _, name := range s.Names {
				r.constants[nameOf(s.Type)] = append(r.constants[nameOf(s.Type)], name.Name)
			}
		}
		for i, value := range s.Values {
			if made, ok := value.(*ast.CallExpr); ok {
				r.made(s.Names[i].Name, made)
			}
		}
	}
}

func (r *room) made(variable string, made *ast.CallExpr) {
	switch nameOf(made.Fun) {
	case "NewCode":
		r.codes[variable] = texts(made.Args)
	case "NewEnumeration":
		var one call
		for _, argument := range made.Args[1:] {
			named := argument.(*ast.CallExpr)
			one.values = append(one.values, nameOf(named.Args[0]))
			one.names = append(one.names, texts(named.Args[1:]))
		}
		r.enumerations[variable] = one
	}
}

// nameOf is the last part of a name, qualified or not; empty for anything else.
func nameOf(e ast.Expr) string {
	switch e := e.(type) {
	case *ast.Ident:
		return e.Name
	case *ast.SelectorExpr:
		return e.Sel.Name
	}
	return ""
}

// texts are the texts and names among the arguments.
func texts(arguments []ast.Expr) []string {
	var all []string
	for _, a := range arguments {
		if literal, ok := a.(*ast.BasicLit); ok {
			text, _ := strconv.Unquote(literal.Value)
			all = append(all, text)
			continue
		}
		all = append(all, nameOf(a))
	}
	return all
}

func TestEveryCodeIsInItsPackagesListAndSaysWhatToDoInBothLanguages(t *testing.T) {
	t.Parallel()
	form := regexp.MustCompile(`^[a-z]+(-[a-z]+)*/[a-z]+(-[a-z]+)*$`)
	rule := regexp.MustCompile(`^([A-C]-[0-9]{2})?$`)
	declared, total := map[string]string{}, 0
	for dir, r := range rooms(t) {
		for variable, says := range r.codes {
			name := says[0]
			if before, twice := declared[name]; twice {
				t.Errorf("%s is declared in %s and in %s", name, before, dir)
			}
			declared[name] = dir
			if !form.MatchString(name) || !rule.MatchString(says[2]) || says[3] == "" || says[4] == "" {
				t.Errorf("%s: %s is not area/reason, or has no rule's id, or no sentence: %q", dir, variable, says)
			}
			if !slices.Contains(r.listed, variable) {
				t.Errorf("%s: Codes leaves %s out", dir, variable)
			}
		}
		if len(r.listed) != len(r.codes) && len(r.codes) > 0 {
			t.Errorf("%s: Codes lists %d, declared are %d", dir, len(r.listed), len(r.codes))
		}
		total += len(r.codes)
	}
	if total < 100 {
		t.Errorf("only %d codes found", total)
	}
}

func TestTheListOfTheDomainHasEveryCodeDeclaredInIt(t *testing.T) {
	t.Parallel()
	names := map[string]bool{}
	for _, code := range aggregates.Codes() {
		if code.Kind().String() == "unknown" || domain.FindCode(aggregates.Codes(), code.Name()) != code {
			t.Errorf("%s has no kind, or is not found by its name", code.Name())
		}
		names[code.Name()] = true
	}
	for dir, r := range rooms(t) {
		for variable, says := range r.codes {
			if (dir == "domain" || strings.HasPrefix(dir, "domain/")) && !names[says[0]] {
				t.Errorf("%s: %s is not in aggregates.Codes", dir, variable)
			}
		}
	}
}

func TestEveryEnumerationNamesAllItsValuesInBothLanguages(t *testing.T) {
	t.Parallel()
	total := 0
	for dir, r := range rooms(t) {
		enumerated := map[string]string{}
		for variable, one := range r.enumerations {
			kind := r.typeOf(one.values[0])
			enumerated[kind] = variable
			if !slices.Equal(one.values, r.constants[kind]) {
				t.Errorf("%s: %s names %v, the constants are %v", dir, variable, one.values, r.constants[kind])
			}
			seen := map[string]bool{}
			for i, names := range one.names {
				if names[0] == "" || names[1] == "" || seen[names[0]] || seen[names[1]] {
					t.Errorf("%s: %s has no two names of its own: %q", dir, one.values[i], names)
				}
				seen[names[0]], seen[names[1]] = true, true
			}
			for _, method := range []string{"Valid", "Words"} {
				if r.methods[kind+"."+method] != variable {
					t.Errorf("%s: %s.%s does not ask %s", dir, kind, method, variable)
				}
			}
			total++
		}
		top, _, _ := strings.Cut(dir, string(filepath.Separator))
		for _, kind := range r.strings {
			if (top == "domain" || top == "projections") && len(r.constants[kind]) > 0 && enumerated[kind] == "" {
				t.Errorf("%s: %s has constants and no NewEnumeration", dir, kind)
			}
		}
	}
	if total < 25 {
		t.Errorf("only %d enumerations found", total)
	}
}

// typeOf is the type of a constant.
func (r *room) typeOf(constant string) string {
	for kind, constants := range r.constants {
		if slices.Contains(constants, constant) {
			return kind
		}
	}
	return ""
}
