//go:build stress

package subscriber_test

import (
	"testing"

	"github.com/ThreeDotsLabs/watermill/pubsub/tests"
)

// The suite several times at once, STRESS_TEST_COUNT of them or 10: go test -tags stress -run Stress -timeout 60m
func TestPubSubStress(t *testing.T) {
	for name, open := range grounds() {
		t.Run(name, func(t *testing.T) {
			g := open(t)
			t.Run("suite", func(t *testing.T) {
				tests.TestPubSubStressTest(t, g.features(), g.shared, g.grouped)
			})
			nothingRuns(t)
		})
	}
}
