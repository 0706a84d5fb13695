package aggregates_test

import (
	"fmt"
	"path/filepath"
	"testing"

	"guishu/domain"
	"guishu/domain/aggregates"
	"guishu/domain/domaintest"
)

// C-01, C-02: the stored form of what the ledger itself writes is held here.
func TestGoldenEventsAreStoredAsReleased(t *testing.T) {
	t.Parallel()
	domaintest.Golden(t, domain.Ledger(), domain.ReservationAbandoned{Kind: "identity"})
}

// C-01, C-02: every event of every aggregate has its stored form in a golden file of
// its package, which a test there compares (domaintest.Golden).
func TestEveryEventHasAGoldenFile(t *testing.T) {
	t.Parallel()
	all := aggregates.All().Events()
	if len(all) < 50 {
		t.Errorf("only %d events are listed", len(all))
	}
	for _, event := range all {
		name, version := event.StoredAs()
		file := filepath.Join("testdata", "events", fmt.Sprintf("%s.v%d.json", name, version))
		found, err := filepath.Glob(filepath.Join("..", "*", file))
		if err != nil || len(found) != 1 {
			t.Errorf("%s of version %d has %d golden files, want one: %v (%v)", name, version, len(found), found, err)
		}
	}
}
