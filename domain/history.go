package domain

import "time"

// History is what a decision is told of a fact from before the ledger: that it
// comes under an approved migration batch, and when it happened. The zero History
// is a fact entered now.
type History struct {
	Provenance  Provenance
	EffectiveAt time.Time // when it happened, by the business's account; zero if not stated
}

// Approved says that the fact comes under an approved migration batch.
func (h History) Approved() bool { return h.Provenance == ApprovedHistory }

// Between says whether the stated time can be: not before the fact it follows,
// and not after now. A time that is not stated always can.
func (h History) Between(follows, now time.Time) bool {
	if h.EffectiveAt.IsZero() {
		return true
	}
	return !h.EffectiveAt.Before(follows) && !h.EffectiveAt.After(now)
}
