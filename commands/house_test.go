package commands_test

import (
	"testing"

	"guishu/commands/commandstest"
)

// house is the invented bank, with what these tests do in it.
type house struct{ *commandstest.Bank }

func newHouse(t *testing.T) *house {
	t.Helper()
	return &house{commandstest.NewBank(t)}
}
