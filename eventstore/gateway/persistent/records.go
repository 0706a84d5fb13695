package persistent

import (
	"context"
	"encoding/json"
	"fmt"
	"math"
	"strconv"
	"strings"
	"time"

	"github.com/google/uuid"

	"guishu/eventstore"
)

// The types of events that keep a subscription's progress.
const (
	checkpointType = "$SubscriptionCheckpoint"
	metadataType   = "$metadata"
	epochType      = "$epoch-information"
)

// deletedBefore is the $tb of a stream that has been deleted and not begun anew.
const deletedBefore = int64(math.MaxInt64)

// checkpointsKept is the $maxCount of checkpoint streams.
const checkpointsKept = 2

// records reads and writes what a subscription keeps in the store.
type records struct {
	store eventstore.Store
}

// streamEnd is what is known of a stream's end and of what is left of it.
type streamEnd struct {
	last     eventstore.Event
	next     Place // the revision of the next event
	metadata map[string]json.RawMessage
	tb       int64 // $tb, 0 when there is none
}

// from is the first revision that is still visible.
func (e *streamEnd) from() Place { return min(Place(e.tb), e.next) }

func (r records) last(ctx context.Context, stream eventstore.Stream) (eventstore.Event, bool, error) {
	query := eventstore.StreamQuery{Stream: stream, From: eventstore.NoRevision, Backwards: true, Limit: 1}
	for event, err := range r.store.ReadStream(ctx, query) {
		return event, err == nil, err
	}
	return eventstore.Event{}, false, nil
}

func (r records) end(ctx context.Context, stream eventstore.Stream) (streamEnd, error) {
	end := streamEnd{metadata: map[string]json.RawMessage{}}
	last, found, err := r.last(ctx, stream)
	if err != nil {
		return streamEnd{}, err
	}
	if found {
		end.last, end.next = last, Place(last.Revision)+1
	}
	metadata, found, err := r.last(ctx, metaPrefix+stream)
	if err != nil || !found {
		return end, err
	}
	// Metadata that cannot be read means nothing, as everywhere else.
	if metadata.Binary || json.Unmarshal(metadata.Data, &end.metadata) != nil {
		end.metadata = map[string]json.RawMessage{}
	}
	end.tb, _ = strconv.ParseInt(string(end.metadata["$tb"]), 10, 64)
	return end, nil
}

// administratorsOnly is the access list of what was parked (G-17).
var administratorsOnly = json.RawMessage(`{"$r":"$admins","$w":"$admins","$d":"$admins","$mr":"$admins","$mw":"$admins"}`)

// setMetadata changes one field of a stream's metadata and keeps the others.
func (r records) setMetadata(ctx context.Context, stream eventstore.Stream, fields map[string]int64) error {
	end, err := r.end(ctx, stream)
	if err != nil {
		return err
	}
	if parked(stream) {
		end.metadata["$acl"] = administratorsOnly
	}
	for name, value := range fields {
		end.metadata[name] = json.RawMessage(strconv.FormatInt(value, 10))
	}
	data, err := json.Marshal(end.metadata)
	if err != nil {
		return fmt.Errorf("writing the metadata of %s: %w", stream, err)
	}
	return r.append(ctx, metaPrefix+stream, eventstore.NewEvent{ID: uuid.New(), Type: metadataType, Data: data})
}

func (r records) append(ctx context.Context, stream eventstore.Stream, events ...eventstore.NewEvent) error {
	_, err := r.store.Append(ctx, eventstore.Append{Stream: stream, Expected: eventstore.AnyRevision, Events: events})
	return err
}

// begin readies a stream for being written to: one that was deleted begins anew
// behind what it held.
func (r records) begin(ctx context.Context, stream eventstore.Stream, end *streamEnd, fields map[string]int64) error {
	if end.tb == deletedBefore {
		if fields == nil {
			fields = map[string]int64{}
		}
		fields["$tb"] = int64(end.next)
	}
	if len(fields) == 0 {
		return nil
	}
	return r.setMetadata(ctx, stream, fields)
}

// delete lets a stream appear to be gone.
func (r records) delete(ctx context.Context, stream eventstore.Stream) error {
	end, err := r.end(ctx, stream)
	if err != nil || end.next == 0 || end.tb == deletedBefore {
		return err
	}
	return r.setMetadata(ctx, stream, map[string]int64{"$tb": deletedBefore})
}

// checkpointIn reads the place of a checkpoint stream's last event.
func checkpointIn(end *streamEnd) (Place, bool, error) {
	if end.next == 0 || end.from() >= end.next {
		return 0, false, nil
	}
	text := strings.Trim(string(end.last.Data), `"`)
	place, err := parsePlace(text)
	return place, err == nil, err
}

func checkpointEvent(place Place, source eventstore.Stream) eventstore.NewEvent {
	return eventstore.NewEvent{ID: uuid.New(), Type: checkpointType, Data: []byte(strconv.Quote(place.Text(source)))}
}

// parkedMetadata stands beside a parked link.
type parkedMetadata struct {
	Added                   time.Time `json:"added"`
	Reason                  string    `json:"reason"`
	SubscriptionEventNumber int64     `json:"subscriptionEventNumber"`
}

// parkedLink is a link to what a parked entry stands for: to the target of a
// link, where there is one, so that parking again does not make chains.
func parkedLink(parking *Parking) (eventstore.NewEvent, error) {
	metadata, err := json.Marshal(parkedMetadata{
		Added:                   parking.At.UTC(),
		Reason:                  strings.ToValidUTF8(parking.Reason, "\uFFFD"),
		SubscriptionEventNumber: int64(parking.Entry.Original.Revision),
	})
	if err != nil {
		return eventstore.NewEvent{}, fmt.Errorf("parking an event: %w", err)
	}
	data := parking.Entry.Original.Data
	if target := parking.Entry.target(); target != nil {
		data = fmt.Appendf(nil, "%d@%s", target.Revision, target.Stream)
	}
	return eventstore.NewEvent{ID: parking.ID, Type: linkType, Data: data, Metadata: metadata, Binary: true}, nil
}

// linked reads where a link leads: whether it is one, and whether to a stream that
// can be.
func linked(link *eventstore.Event) (stream eventstore.Stream, revision eventstore.Revision, isLink, ok bool) {
	number, name, found := strings.Cut(string(link.Data), "@")
	at, err := strconv.ParseInt(number, 10, 64)
	if !found || name == "" || err != nil || at < 0 {
		return "", 0, false, false
	}
	query := eventstore.StreamQuery{Stream: eventstore.Stream(name), From: eventstore.Revision(at)}
	return query.Stream, query.From, true, query.Validate() == nil
}
