package postgres

import (
	"bytes"
	"crypto/sha256"
	"math"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5/pgtype"

	"guishu/eventstore"
)

// maxAsked bounds the ids of one question.
const maxAsked = 5_000

// place is where the ledger holds an id.
type place struct {
	stream   eventstore.Stream
	revision eventstore.Revision
	position eventstore.Position
	sum      []byte // of its content, where that was asked for
}

// answer is what the database said about some ids and streams.
type answer struct {
	places    map[uuid.UUID]place
	revisions map[eventstore.Stream]eventstore.Revision
}

// sendAsk asks about the doubtful appends. The question goes behind the batches
// on their way, on the same connection, so the answer includes them. It never
// goes behind the taking of the head's lock: there it would fail with the lock,
// and its answer could lie in the way of the batch that follows.
func (w *writer) sendAsk() {
	w.doubtful = stillWanted(w.doubtful)
	if len(w.doubtful) == 0 || w.asking || w.locking || w.draining || w.link == nil {
		return
	}
	asked, ids := w.chooseAsked()
	var keys, streams array
	keys.begin(pgtype.UUIDOID)
	streams.begin(pgtype.TextOID)
	seen := make(map[eventstore.Stream]struct{})
	floor := eventstore.Position(math.MaxInt64)
	for _, p := range asked {
		if p.sent {
			floor = min(floor, p.floor)
		}
		for _, key := range p.dedupes {
			keys.addUUID(key)
		}
		if _, ok := seen[p.Stream]; !ok {
			seen[p.Stream] = struct{}{}
			streams.addString(string(p.Stream))
		}
	}
	w.link.execute(statementAsk, keys.end(ids), streams.end(len(seen)), int8Parameter(int64(floor)))
	w.link.sync()
	w.asking = true
	w.flights = append(w.flights, flight{kind: askFlight, appends: asked})
}

func (w *writer) chooseAsked() (asked []*pending, ids int) {
	for _, p := range w.doubtful {
		if ids > 0 && ids+len(p.dedupes) > maxAsked {
			break
		}
		asked = append(asked, p)
		ids += len(p.dedupes)
	}
	w.doubtful = w.doubtful[len(asked):]
	return asked, ids
}

func (w *writer) askReturned(f flight, r reply) {
	if r.err != nil {
		if passing(r.err) {
			w.doubtful = append(f.appends, w.doubtful...)
			return
		}
		for _, p := range f.appends {
			p.giveUp(eventstore.Doing("asking for known events", r.err))
		}
		return
	}
	found := readAnswer(r.rows)
	for stream, revision := range found.revisions {
		w.revisions.raise(stream, revision)
	}
	w.backlog = append(found.settle(f.appends), w.backlog...)
}

func readAnswer(rows [][][]byte) answer {
	a := answer{places: make(map[uuid.UUID]place), revisions: make(map[eventstore.Stream]eventstore.Revision)}
	for _, row := range rows {
		stream, revision := eventstore.Stream(row[1]), eventstore.Revision(int8Value(row[2]))
		if row[0] == nil {
			a.revisions[stream] = revision
			continue
		}
		a.places[uuid.UUID(row[0])] = place{stream, revision, eventstore.Position(int8Value(row[3])), row[4]}
	}
	return a
}

// settle ends the appends whose outcome is certain and returns the others, in
// their order. An append is refused only for what the ledger says, not for what
// another one of the same question is about to do.
func (a answer) settle(appends []*pending) []*pending {
	var again []*pending
	running := make(map[eventstore.Stream]eventstore.Revision, len(a.revisions))
	for stream, revision := range a.revisions {
		running[stream] = revision
	}
	for _, p := range appends {
		if result, err, known := a.known(p); known {
			if p.sent || p.take() {
				result.Repeated = err == nil && !(p.sent && a.wrote(p))
				p.finish(result, err)
			}
			continue
		}
		if p.sent {
			p.sent = false
			p.release()
		}
		actual := a.revisions[p.Stream]
		if !holds(p.Expected, actual) && !holds(p.Expected, running[p.Stream]) {
			p.refuse(&eventstore.WrongRevisionError{Stream: p.Stream, Expected: p.Expected, Actual: actual})
			continue
		}
		running[p.Stream] += eventstore.Revision(len(p.Events))
		p.asked, p.least = true, actual
		again = append(again, p)
	}
	return again
}

// known is the outcome of an append whose ids the ledger holds.
func (a answer) known(p *pending) (eventstore.Appended, error, bool) {
	var places []place
	for i, key := range p.dedupes {
		found, ok := a.places[key]
		if !ok {
			continue
		}
		inOrder := len(places) == i && (i == 0 || found.revision == places[i-1].revision+1)
		if found.stream != p.Stream || !inOrder {
			return eventstore.Appended{}, p.conflict(i, found), true
		}
		places = append(places, found)
	}
	if len(places) == 0 {
		return eventstore.Appended{}, nil, false
	}
	first, last := places[0], places[len(places)-1]
	if len(places) < len(p.dedupes) {
		return eventstore.Appended{}, p.conflict(0, first), true
	}
	return eventstore.Appended{First: first.revision, Last: last.revision, Position: last.position, Repeated: true}, nil, true
}

// wrote says whether p, which was sent, wrote itself what has its ids: another
// process may have been given them meanwhile, as when a key is used again for
// another request.
func (a answer) wrote(p *pending) bool {
	for i, key := range p.dedupes {
		sum := sha256.New()
		sum.Write(p.Events[i].Data)
		sum.Write(p.Events[i].Metadata)
		if found := a.places[key]; found.position <= p.floor || !bytes.Equal(found.sum, sum.Sum(nil)) {
			return false
		}
	}
	return true
}

func (p *pending) conflict(event int, holder place) error {
	return &eventstore.IDConflictError{Stream: p.Stream, ID: p.Events[event].ID, Holder: holder.stream}
}

// holds says whether a stream at this revision is as expected.
func holds(expected eventstore.Expectation, actual eventstore.Revision) bool {
	switch expected {
	case eventstore.AnyRevision:
		return true
	case eventstore.StreamExists:
		return actual >= 0
	}
	return eventstore.Revision(expected) == actual
}

func stillWanted(appends []*pending) []*pending {
	wanted := appends[:0]
	for _, p := range appends {
		if !p.gone() {
			wanted = append(wanted, p)
		}
	}
	clear(appends[len(wanted):])
	return wanted
}
