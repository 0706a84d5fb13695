// Package catalog lists the read models, and answers what is counted over
// several of them.
package catalog

import (
	"guishu/eventstore/sealing"
	"guishu/projections"
	"guishu/projections/units"
)

// Models is every read model. The hasher is the ledger's, for what is looked up
// without being kept.
func Models(*sealing.Hasher) []projections.Model {
	return []projections.Model{units.Model()}
}
