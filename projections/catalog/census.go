package catalog

import (
	"context"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"

	"guishu/domain"
	"guishu/domain/ownership"
	"guishu/projections/query"
)

// Census counts over many streams, for rules that may lag by moments (A-72,
// B-27). It is commands.Census.
type Census struct {
	db   query.DB
	zone *time.Location
}

// NewCensus counts in the read models of a database, by the days of the
// business's time zone.
func NewCensus(db query.DB, zone *time.Location) *Census {
	return &Census{db: db, zone: zone}
}

// StaffAt counts active members of staff at a unit and all below it.
func (c *Census) StaffAt(ctx context.Context, path domain.Path) (int, error) {
	var w query.Where
	w.Below("unit", path)
	w.And("NOT departed")
	return query.Count(ctx, c.db, "read.staff", w, query.CountLimit)
}

// openWork has a query for each category of streams that can be work which waits for
// a member of staff, $1, on a day, $2 (see domain.Category): it gives the ids of what
// waits.
func openWork() map[string]string {
	return map[string]string{
		"ownership": "SELECT application FROM read.claims WHERE applicant = $1 AND status = 'PENDING'",
		"referral":  "SELECT referral FROM read.referrals WHERE target = $1 AND status = 'OFFERED' AND expires_on >= $2::date",
		"payment":   "SELECT payment FROM read.payments WHERE advisor = $1 AND status IN ('RESERVED', 'REGISTERED', 'RETURNED')",
	}
}

// OpenWork lists what waits for somebody, such as own pending applications and
// payments under way, by their ids (B-27).
func (c *Census) OpenWork(ctx context.Context, who domain.StaffID) ([]string, error) {
	queries := strings.Join(slices.Sorted(maps.Values(openWork())), " UNION ALL ")
	rows, err := c.db.Query(ctx, "SELECT id::text FROM ("+queries+") AS open (id) ORDER BY 1", who.UUID(), domain.DateOf(time.Now(), c.zone).UTC())
	if err != nil {
		return nil, err
	}
	return pgx.CollectRows(rows, pgx.RowTo[string])
}

// Owned counts the customers somebody owns.
func (c *Census) Owned(ctx context.Context, who domain.StaffID) (int, error) {
	var w query.Where
	w.And("staff = ? AND kind = 'OWNER'", who.UUID())
	return query.Count(ctx, c.db, "read.customer_relations", w, query.CountLimit)
}

// ClaimsOn counts the claims somebody filed on a business day: to become an owner,
// not to hand a customer on or give one up.
func (c *Census) ClaimsOn(ctx context.Context, who domain.StaffID, day domain.Date) (int, error) {
	var w query.Where
	w.And("applicant = ?", who.UUID())
	w.And("kind IN (?, ?)", string(ownership.EstablishRelation), string(ownership.CrossInstitution))
	w.OnDays("filed_at", query.Days{From: day, To: day, Zone: c.zone})
	return query.Count(ctx, c.db, "read.claims", w, query.CountLimit)
}
