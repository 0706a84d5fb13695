package domain

import "time"

// History is what a decision is told of a fact from before the ledger. The zero
// History is a live fact. A history is given only under an approved migration
// batch that still takes facts: then gates on missing fields are recorded as
// exceptions, while gates on sense still refuse (B-31).
type History struct {
	Batch       BatchID
	EffectiveAt time.Time // when it happened, zero if not stated
}

// Approved says that the fact comes under an approved migration batch.
func (h History) Approved() bool { return !h.Batch.IsZero() }

// Lacking is a gate on missing fields that did not hold: for a live fact it is
// the refusal, for history it becomes an exception on the list and lets it pass.
func (h History) Lacking(exceptions *[]Exception, refusal *Error, fields ...string) error {
	if !h.Approved() {
		return refusal
	}
	if len(fields) == 0 && refusal.Field != "" {
		fields = []string{refusal.Field}
	}
	*exceptions = append(*exceptions, Exception{Code: string(refusal.Code), Fields: fields})
	return nil
}

// Between says whether the stated time can be: not before the fact it follows,
// and not after now. A time that is not stated always can.
func (h History) Between(follows, now time.Time) bool {
	if h.EffectiveAt.IsZero() {
		return true
	}
	return !h.EffectiveAt.Before(follows) && !h.EffectiveAt.After(now)
}
