package catalog_test

import (
	"context"
	"go/ast"
	"go/parser"
	"go/token"
	"path/filepath"
	"testing"

	"guishu/domain"
	"guishu/eventstore/sealing"
	"guishu/projections/catalog"
	"guishu/projections/projectiontest"
)

// A read model that is not in the list of all is never brought on, and nothing else would
// say so.
func TestEveryReadModelIsInTheListOfAll(t *testing.T) {
	t.Parallel()
	files, err := filepath.Glob("../*/*.go")
	if err != nil {
		t.Fatal(err)
	}
	written := 0
	for _, file := range files {
		parsed, err := parser.ParseFile(token.NewFileSet(), file, nil, 0)
		if err != nil {
			t.Fatal(err)
		}
		for _, declaration := range parsed.Decls {
			if function, is := declaration.(*ast.FuncDecl); is && function.Recv == nil && function.Name.Name == "Model" {
				written++
			}
		}
	}
	if listed := len(catalog.Models(sealing.NewHasher(), domain.ChinaZone())); listed != written {
		t.Errorf("%d packages have a Model, %d are in Models()", written, listed)
	}
}

// Live, in bulk and replayed, every read model comes to the same rows.
func TestEveryWayOfApplyingAgrees(t *testing.T) {
	t.Parallel()
	l := projectiontest.New(t)
	hasher := sealing.NewHasher()
	runner, _ := l.Run(catalog.Models(hasher, domain.ChinaZone())...)
	l.Tell(projectiontest.NewStory(20), 60)
	l.Wait(runner)
	l.Agrees(runner)
	status, err := runner.Status(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	for _, s := range status {
		var rows int
		report, err := runner.Rebuild(context.Background(), s.Model, func(int64, int64) { rows++ })
		if err != nil || !report.Compared || report.Differences != 0 || report.Rows == 0 {
			t.Errorf("rebuilt %+v: %v", report, err)
		}
	}
	l.Agrees(runner)
}
