package catalog_test

import (
	"context"
	"errors"
	"go/ast"
	"go/parser"
	"go/token"
	"maps"
	"path"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5"

	"guishu/domain"
	"guishu/domain/staff"
	"guishu/eventstore/sealing"
	"guishu/projections/catalog"
	"guishu/projections/query"
)

// explained asks PostgreSQL how it would answer, before it asks.
type explained struct {
	query.DB
	t     *testing.T
	plans *[]string
}

func (e explained) Query(ctx context.Context, sql string, args ...any) (pgx.Rows, error) {
	e.t.Helper()
	rows, err := e.DB.Query(ctx, "EXPLAIN "+sql, args...)
	if err != nil {
		e.t.Fatalf("explain %s: %v", sql, err)
	}
	lines, err := pgx.CollectRows(rows, pgx.RowTo[string])
	if err != nil {
		e.t.Fatalf("explain %s: %v", sql, err)
	}
	*e.plans = append(*e.plans, sql+"\n"+strings.Join(lines, "\n"))
	return e.DB.Query(ctx, sql, args...)
}

// scan finds a table read from end to end.
var scan = regexp.MustCompile(`Seq Scan on (\w+)_g\d+`)

// scanned are the tables that a plan reads from end to end.
func scanned(plan string) (tables []string) {
	for _, found := range scan.FindAllStringSubmatch(plan, -1) {
		tables = append(tables, found[1])
	}
	return tables
}

// read finds the tables that a question is about.
var read = regexp.MustCompile(`\bread\.(\w+)`)

func TestNoQueryWithoutAnIndex(t *testing.T) {
	t.Parallel()
	b := setup(t, 20, 100)
	conn, err := b.Pool.Acquire(b.ctx)
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Release()
	// The tables are small, so a scan might be the faster way; the question is
	// whether there is another.
	if _, err := conn.Exec(b.ctx, `ANALYZE; SET enable_seqscan = off`); err != nil {
		t.Fatal(err)
	}
	models, small := map[string]string{}, map[string]bool{} // by table
	for _, model := range catalog.Models(sealing.NewHasher(), domain.ChinaZone()) {
		for _, table := range model.Describe() {
			models[table.Name], small[table.Name] = model.Name, table.Small != ""
		}
	}
	var plans []string
	db := explained{conn, t, &plans}
	who := b.story.Staff[1]
	readers := map[string]query.Reader{"nobody": {}}
	for name, scope := range map[string]staff.Scope{
		"own":          {Own: true},
		"jurisdiction": b.area(t, b.story.Branches[0], ""),
		"line":         b.area(t, b.story.Branches[0], domain.SelfOperated),
		"both":         {Own: true, Areas: b.area(t, b.story.Outlets[3], "").Areas},
		"everywhere":   everywhere,
	} {
		readers[name] = query.Reader{Who: who, Scope: scope}
	}
	for _, example := range b.examples(t) {
		told := map[string]bool{}
		for name, reader := range readers {
			answer := func(question string, rows int, err error) {
				if err != nil && !errors.Is(err, domain.ErrQueryNotFoundOrOutOfScope) {
					t.Errorf("%s, %s, %s: %v", example.name, name, question, err)
				}
				if len(plans) == 0 && !errors.Is(err, domain.ErrQueryNotFoundOrOutOfScope) {
					t.Errorf("%s, %s, %s: nothing was asked", example.name, name, question)
				}
				if name == "nobody" && rows > 0 && example.unscoped == "" {
					t.Errorf("%s, %s: somebody who may see nothing is shown %d rows: keep to the reader's scope (Where.Within), or say why not (List.Unscoped)", example.name, question, rows)
				}
				for _, plan := range plans {
					for _, table := range scanned(plan) {
						if small[table] {
							continue
						}
						t.Errorf("%s, %s, %s: all of %s is read: add an index, or say why the table stays small (Table.Small)\n%s", example.name, name, question, table, plan)
					}
					for _, table := range read.FindAllStringSubmatch(plan, -1) {
						told[models[table[1]]] = true
					}
				}
				plans = plans[:0]
			}
			example.ask(db, reader, answer)
			if name == "both" || name == "everywhere" {
				example.orders(db, reader, answer)
			}
		}
		if want := slices.Sorted(maps.Keys(told)); example.models != nil && !slices.Equal(slices.Sorted(slices.Values(example.models)), want) {
			t.Errorf("%s tells from the read models %v, and List.Models names %v", example.name, want, example.models)
		}
	}

	// The check itself: a question that no index answers fails it.
	if _, err := (explained{conn, t, &plans}).Query(b.ctx, `SELECT 1 FROM read.customers WHERE employer LIKE '%x%' AND nature = 'q'`); err != nil {
		t.Fatal(err)
	}
	if !slices.Equal(scanned(plans[0]), []string{"customers"}) {
		t.Errorf("a scan was not seen in\n%s", plans[0])
	}
}

// A list, or any other question to a read model, that nobody asks in examples_test.go is
// not known to be answered by an index, nor to keep to the reader's scope.
func TestEveryQuestionHasAnExample(t *testing.T) {
	t.Parallel()
	fset := token.NewFileSet()
	examples, err := parser.ParseFile(fset, "examples_test.go", nil, 0)
	if err != nil {
		t.Fatal(err)
	}
	imported := map[string]string{} // the folder, by the name that the file knows it under
	for _, spec := range examples.Imports {
		folder := path.Base(strings.Trim(spec.Path.Value, `"`))
		name := folder
		if spec.Name != nil {
			name = spec.Name.Name
		}
		if strings.HasPrefix(spec.Path.Value, `"guishu/projections/`) {
			imported[name] = folder
		}
	}
	asked := map[string]bool{}
	ast.Inspect(examples, func(n ast.Node) bool {
		selector, is := n.(*ast.SelectorExpr)
		if !is {
			return true
		}
		of := selector.X
		if made, is := of.(*ast.CallExpr); is { // what NewCensus gives
			if maker, is := made.Fun.(*ast.SelectorExpr); is {
				of = maker.X
			}
		}
		if from, is := of.(*ast.Ident); is {
			asked[imported[from.Name]+"."+selector.Sel.Name] = true
		}
		return true
	})
	files, err := filepath.Glob("../*/*.go")
	if err != nil {
		t.Fatal(err)
	}
	questions := 0
	for _, file := range files {
		folder := filepath.Base(filepath.Dir(file))
		if strings.HasSuffix(file, "_test.go") || folder == "query" || folder == "projectiontest" {
			continue
		}
		parsed, err := parser.ParseFile(fset, file, nil, 0)
		if err != nil {
			t.Fatal(err)
		}
		for _, declaration := range parsed.Decls {
			function, is := declaration.(*ast.FuncDecl)
			if !is || !function.Name.IsExported() || !asks(function) {
				continue
			}
			questions++
			if name := folder + "." + function.Name.Name; !asked[name] {
				t.Errorf("%s is asked by no example: add it to examples_test.go", name)
			}
		}
	}
	if questions < 20 {
		t.Errorf("only %d questions were found", questions)
	}
}

// asks says that a function is a question to read models: it gives a list, or takes
// what is asked, or is one of the census's.
func asks(function *ast.FuncDecl) bool {
	found := false
	look := func(n ast.Node) bool {
		selector, is := n.(*ast.SelectorExpr)
		if !is {
			return true
		}
		of, is := selector.X.(*ast.Ident)
		found = found || is && of.Name == "query" && (selector.Sel.Name == "DB" || selector.Sel.Name == "List")
		return true
	}
	ast.Inspect(function.Type, look)
	if function.Recv != nil {
		ast.Inspect(function.Recv, func(n ast.Node) bool {
			of, is := n.(*ast.Ident)
			found = found || is && of.Name == "Census"
			return true
		})
	}
	return found
}
