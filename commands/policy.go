package commands

import (
	"guishu/commands/ledger"
	"guishu/domain/policy"

	"github.com/google/uuid"
)

// thePolicy is the firm's policy in all its versions, of which one is made.
func thePolicy(made uuid.UUID) ledger.Target[*policy.State] {
	return ledger.StateOf(made, policy.Stream, ledger.OfTheFirm[policy.State])
}
