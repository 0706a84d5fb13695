package subscriber

import "time"

// Lasting makes leases last so long.
func (p *PostgresCheckpoints) Lasting(lease time.Duration) *PostgresCheckpoints {
	p.lasts = lease
	return p
}
