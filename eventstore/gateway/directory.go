package gateway

import (
	"context"
	"errors"
	"hash/maphash"
	"log/slog"
	"strings"
	"sync"
	"time"

	"guishu/eventstore"
)

// The events whose meaning the directory knows.
const (
	metadataType  = "$metadata"
	tombstoneType = "$streamDeleted"
)

// The names that have a meaning of their own.
const (
	metastreamPrefix = "$$"
	allStream        = eventstore.Stream("$all")
	settingsStream   = eventstore.Stream("$settings")
)

// streamState is what is known of a stream apart from its events.
type streamState struct {
	Metadata         streamMetadata
	MetadataRevision eventstore.Revision // in the metastream; NoRevision without metadata
	SoftDeleted      bool                // hidden until it is written again
	Tombstoned       bool                // deleted for ever
}

// HasMetadata says whether metadata has ever been written for the stream.
func (s streamState) HasMetadata() bool { return s.MetadataRevision != eventstore.NoRevision }

// directory knows the metadata and the deletions of every stream by heart: it
// follows the events that tell them from the store's beginning. Writes through
// this gateway take effect at once, those of others when they are followed.
type directory struct {
	store eventstore.Store
	log   *slog.Logger
	ready chan struct{} // closed at the first catch-up
	ended chan struct{} // closed when following ends

	mu       sync.RWMutex
	entries  map[eventstore.Stream]*entry
	settings systemSettings
	settled  eventstore.Position // of the settings
	caughtUp uint                // a bit for each filter

	seed    maphash.Seed
	stripes [256]sync.RWMutex
}

// entry is a stream's. Positions tell the newer of two facts.
type entry struct {
	metadata   streamMetadata
	revision   eventstore.Revision
	position   eventstore.Position
	tombstoned bool
}

func newDirectory(store eventstore.Store, log *slog.Logger) *directory {
	return &directory{
		store: store, log: log, ready: make(chan struct{}), ended: make(chan struct{}),
		entries: make(map[eventstore.Stream]*entry), settings: defaultSettings(), seed: maphash.MakeSeed(),
	}
}

// look gives what is known of a stream. Until the first catch-up it waits.
func (d *directory) look(ctx context.Context, stream eventstore.Stream) (streamState, error) {
	if err := d.wait(ctx); err != nil {
		return streamState{}, err
	}
	d.mu.RLock()
	defer d.mu.RUnlock()
	if original, ok := originalOf(stream); ok {
		return d.metastreamState(original), nil
	}
	known, ok := d.entries[stream]
	if !ok {
		return streamState{MetadataRevision: eventstore.NoRevision}, nil
	}
	return streamState{
		Metadata: known.metadata, MetadataRevision: known.revision,
		SoftDeleted: known.metadata.hidesAll(), Tombstoned: known.tombstoned,
	}, nil
}

// metastreamState: a metastream shows its last event only, and is gone when its
// stream has a tombstone.
func (d *directory) metastreamState(original eventstore.Stream) streamState {
	known, ok := d.entries[original]
	return streamState{
		Metadata:         streamMetadata{MaxCount: 1},
		MetadataRevision: eventstore.NoRevision,
		Tombstoned:       ok && known.tombstoned,
	}
}

// acls gives what decides on access to a stream: its own list and the defaults.
func (d *directory) acls(ctx context.Context, stream eventstore.Stream) (*accessList, systemSettings, error) {
	if err := d.wait(ctx); err != nil {
		return nil, systemSettings{}, err
	}
	d.mu.RLock()
	defer d.mu.RUnlock()
	if known, ok := d.entries[stream]; ok {
		return known.metadata.ACL, d.settings, nil
	}
	return nil, d.settings, nil
}

func (d *directory) wait(ctx context.Context) error {
	select {
	case <-d.ready:
		return nil
	default:
	}
	select {
	case <-d.ready:
		return nil
	case <-d.ended:
		return errClosing
	case <-ctx.Done():
		return ctx.Err()
	}
}

// learn takes in an event that tells something of a stream. Events may be told
// twice and in any order.
func (d *directory) learn(event eventstore.Event) {
	if event.Stream == settingsStream {
		d.learnSettings(event)
		return
	}
	original, isMetastream := originalOf(event.Stream)
	switch {
	case isMetastream: // of whatever type (G-09)
		d.change(original, func(known *entry) {
			if event.Position > known.position {
				known.metadata, known.revision, known.position = metadataOf(&event), event.Revision, event.Position
			}
		})
	case event.Type == tombstoneType:
		d.change(event.Stream, func(known *entry) { known.tombstoned = true })
	}
}

func (d *directory) change(stream eventstore.Stream, change func(*entry)) {
	d.mu.Lock()
	defer d.mu.Unlock()
	known, ok := d.entries[stream]
	if !ok {
		known = &entry{revision: eventstore.NoRevision}
		d.entries[stream] = known
	}
	change(known)
}

func (d *directory) learnSettings(event eventstore.Event) {
	settings := parseSettings(event.Data)
	d.mu.Lock()
	defer d.mu.Unlock()
	if event.Position > d.settled {
		d.settings, d.settled = settings, event.Position
	}
}

// follow reads on until ctx ends. A store that fails is tried again.
func (d *directory) follow(ctx context.Context) {
	defer close(d.ended)
	var following sync.WaitGroup
	for i, filter := range d.filters() {
		following.Go(func() { d.followWhat(ctx, filter, func() { d.open(i) }) })
	}
	following.Wait()
}

// filters keep what tells something of a stream: metadata, settings, tombstones.
func (d *directory) filters() []eventstore.Filter {
	return []eventstore.Filter{
		{StreamPrefixes: []string{metastreamPrefix, string(settingsStream)}},
		{Types: []string{tombstoneType}},
	}
}

func (d *directory) followWhat(ctx context.Context, filter eventstore.Filter, caughtUp func()) {
	position := eventstore.Position(0)
	for pause := time.Duration(0); ; pause = min(max(2*pause, 50*time.Millisecond), 5*time.Second) {
		select {
		case <-time.After(pause):
		case <-ctx.Done():
			return
		}
		before := position
		err := d.read(ctx, filter, &position, caughtUp)
		if ctx.Err() != nil || errors.Is(err, eventstore.ErrClosed) {
			return
		}
		if position > before {
			pause = 0
		}
		d.log.Warn("reading stream metadata was interrupted and goes on", "position", position, "error", err)
	}
}

func (d *directory) read(ctx context.Context, filter eventstore.Filter, position *eventstore.Position, caughtUp func()) error {
	for delivery, err := range d.store.SubscribeAll(ctx, *position, filter) {
		if err != nil {
			return err
		}
		switch delivery.Kind {
		case eventstore.EventDelivered:
			d.learn(delivery.Event)
		case eventstore.CaughtUp:
			caughtUp()
		}
		*position = max(*position, delivery.Position)
	}
	return errors.New("the subscription ended")
}

// open lets the waiting look when every filter has been followed to the end.
func (d *directory) open(filter int) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.caughtUp |= 1 << filter; d.caughtUp != 1<<len(d.filters())-1 {
		return
	}
	select {
	case <-d.ready:
	default:
		close(d.ready)
	}
}

// stripe is the lock that holds a stream's deletion and its appends apart.
// Appends share it.
func (d *directory) stripe(stream eventstore.Stream) *sync.RWMutex {
	return &d.stripes[maphash.String(d.seed, string(stream))%uint64(len(d.stripes))]
}

// originalOf is the stream that a metastream is about.
func originalOf(stream eventstore.Stream) (eventstore.Stream, bool) {
	original, ok := strings.CutPrefix(string(stream), metastreamPrefix)
	return eventstore.Stream(original), ok
}

// metastreamOf is the stream of a stream's metadata.
func metastreamOf(stream eventstore.Stream) eventstore.Stream { return metastreamPrefix + stream }
