package commands

import (
	"context"

	"guishu/commands/ledger"
	"guishu/domain/policy"

	"github.com/google/uuid"
)

// thePolicy is the firm's policy in all its versions, of which one is made.
func thePolicy(made uuid.UUID) ledger.Target[*policy.State] {
	return ledger.Target[*policy.State]{
		ID: made, Stream: policy.Stream,
		Load: func(ctx context.Context, t *ledger.Task) (ledger.Found[*policy.State], error) {
			versions, err := ledger.Load[policy.State](ctx, t.Ledger(), policy.Stream)
			return ledger.Found[*policy.State]{State: versions.State, Revision: versions.Revision, Where: ledger.Firm{}}, err
		},
	}
}
