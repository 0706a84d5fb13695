package demo_test

import (
	"testing"
	"time"

	"guishu/internal/demo"
	"guishu/internal/pgtest"
)

func TestTheFirmIsLoaded(t *testing.T) {
	t.Parallel()
	a := open(t, pgtest.URL(t))
	began := time.Now()
	shown, err := demo.Prepare(t.Context(), a, nil)
	if err != nil {
		t.Fatal(err)
	}
	last, err := a.Store.LastPosition(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	t.Logf("%d events in %v; %+v", last, time.Since(began), shown)
}
