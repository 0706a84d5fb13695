package app

import (
	"context"
	"strings"

	"guishu/eventstore/postgres/schema"
)

// Excess says what the database role that the program works as could do to the ledger
// beyond adding to it (S-15): nothing, where the ledger is not in this database.
func (a *App) Excess(ctx context.Context) ([]string, error) {
	if a.outside {
		return nil, nil
	}
	return schema.Excess(ctx, a.Pool)
}

// warnOfExcess tells whoever starts the program.
func (a *App) warnOfExcess(ctx context.Context) error {
	excess, err := a.Excess(ctx)
	if err != nil || len(excess) == 0 {
		return err
	}
	a.Log.Warn("the program's database role can do more to the ledger than add to it: see docs/database-roles.md", "role", a.Pool.Config().ConnConfig.User, "can", strings.Join(excess, ", "))
	return nil
}
