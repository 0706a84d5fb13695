package attribution

import (
	"cmp"
	"slices"
	"time"

	"guishu/domain"

	"github.com/google/uuid"
)

// moment is a place in the order of priority: a time, and among equal times the
// position in the ledger.
type moment struct {
	at       time.Time
	position domain.Position
}

func (m moment) compare(other moment) int {
	if order := m.at.Compare(other.at); order != 0 {
		return order
	}
	return cmp.Compare(m.position, other.position)
}

// place is where a fact stands, and why.
type place struct {
	moment
	basis TimeBasis
}

// timeline puts facts in the order of priority. Facts without a stated time that
// counts stand in the order of their positions, whatever the clocks said (design
// §4): each has the monotone time max(the time of the one before, its own
// recorded time). That time is there only to place approved stated times among
// them.
type timeline struct {
	places       map[factKey]place
	confirmation place
	live         bool // the confirmation's own order is its position
}

// factKey tells facts apart; in a sound ledger the position alone would do.
type factKey struct {
	position domain.Position
	event    uuid.UUID
}

func keyOf(fact domain.Fact) factKey { return factKey{fact.Position, fact.Event} }

func newTimeline(facts []domain.Fact, approvals map[domain.BatchID]approval, confirmation domain.Fact) timeline {
	facts = slices.Clone(facts)
	slices.SortStableFunc(facts, func(a, b domain.Fact) int {
		return cmp.Or(cmp.Compare(a.Position, b.Position), slices.Compare(a.Event[:], b.Event[:]))
	})
	t := timeline{places: make(map[factKey]place, len(facts))}
	var latest time.Time
	for _, fact := range facts {
		p := place{moment{position: fact.Position}, basis(fact, approvals)}
		switch {
		case p.basis == BasisApproved:
			p.at = plain(fact.EffectiveAt)
		default:
			if recorded := plain(fact.RecordedAt); recorded.After(latest) {
				latest = recorded
			}
			p.at = latest
		}
		t.places[keyOf(fact)] = p
	}
	t.confirmation = t.of(confirmation)
	t.live = t.confirmation.basis != BasisApproved
	return t
}

func (t timeline) of(fact domain.Fact) place { return t.places[keyOf(fact)] }

// counts says whether a fact counts for the payment: it does not stand after the
// confirmation. Of a payment recorded live nothing counts that the ledger took in
// after its confirmation, whatever time it states.
func (t timeline) counts(fact domain.Fact) bool {
	if t.live && fact.Position > t.confirmation.position {
		return false
	}
	return t.of(fact).compare(t.confirmation.moment) <= 0
}

// known says whether a fact is an input of the decision: it counts, or the ledger
// had it already and it was found not to count.
func (t timeline) known(fact domain.Fact) bool {
	return fact.Position <= t.confirmation.position || t.counts(fact)
}

// basis says which of a fact's times counts: a stated one only when its migration
// batch had been approved in time (B-31).
func basis(fact domain.Fact, approvals map[domain.BatchID]approval) TimeBasis {
	if !fact.Asserted {
		return BasisRecorded
	}
	if fact.Batch.IsZero() {
		return BasisNoBatch
	}
	if _, approved := approvals[fact.Batch]; !approved {
		return BasisNotApproved
	}
	return BasisApproved
}

// plain is the time without its zone and monotonic reading, so that equal times
// are equal bytes.
func plain(t time.Time) time.Time { return t.Round(0).UTC() }
