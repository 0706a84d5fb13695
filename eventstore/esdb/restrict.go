package esdb

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"

	"github.com/google/uuid"

	"guishu/eventstore"
)

// Where a server keeps the access lists that Restrict changes.
const (
	settingsStream = eventstore.Stream("$settings") // defaults for streams without a list of their own
	settingsType   = "$settings"
	ofEverything   = eventstore.MetadataPrefix + eventstore.Stream("$all")
	admins         = "$admins"
	everybody      = "$all"
)

// Restriction is who may do what on a server that keeps a ledger.
type Restriction struct {
	User string // as whom the ledger's program signs in, one who does not administer the server
	Only bool   // nobody but User reads and writes streams without an access list of their own
}

// RightsChange is one list of an access list that Restrict changes.
type RightsChange struct {
	Where  string   `json:"where"`  // "$settings $userStreamAcl", or "$all"
	Right  string   `json:"right"`  // $r, $w, $d, $mr or $mw
	Before []string `json:"before"` // what it said; the server's default where it said nothing
	After  []string `json:"after"`
}

// right is one list that is wanted.
type right struct {
	name   string
	usual  []string // what the server does where nothing is said
	wanted func(now []string) []string
}

// only replaces a list.
func only(who ...string) func([]string) []string { return func([]string) []string { return who } }

// with adds to a list.
func with(who string) func([]string) []string {
	return func(now []string) []string {
		if slices.Contains(now, who) || slices.Contains(now, everybody) {
			return now
		}
		return append(slices.Clone(now), who)
	}
}

// Restrict sets the server's access lists so that the ledger's program may do its work
// as User, and nobody but administrators deletes streams or hides their events (E-02,
// E-14). Where apply is false it only says what it would change. The connection's user
// administers the server. Administrators themselves are bound by no access list.
// Errors: those of ReadStream and Append; *eventstore.WrongRevisionError when somebody
// else changes the lists at the same time.
func (s *Store) Restrict(ctx context.Context, r Restriction, apply bool) ([]RightsChange, error) {
	if r.User == "" || r.User == admins || r.User == everybody {
		return nil, errors.New("event store: the user as whom the ledger's program signs in has to be named")
	}
	streams := []right{
		{"$d", []string{everybody}, only(admins)},
		{"$mw", []string{everybody}, only(admins)},
	}
	if r.Only {
		streams = append(streams, right{"$w", []string{everybody}, only(r.User, admins)}, right{"$r", []string{everybody}, only(r.User, admins)},
			right{"$mr", []string{everybody}, only(r.User, admins)})
	}
	defaults, err := s.restrict(ctx, settingsStream, settingsType, "$userStreamAcl", streams, apply)
	if err != nil {
		return nil, err
	}
	everything, err := s.restrict(ctx, ofEverything, eventstore.MetadataType, "$acl", []right{{"$r", []string{admins}, with(r.User)}}, apply)
	return append(defaults, everything...), err
}

// restrict changes the access list of that name in the last event of a stream.
func (s *Store) restrict(ctx context.Context, stream eventstore.Stream, eventType, name string, wanted []right, apply bool) ([]RightsChange, error) {
	said, at := map[string]json.RawMessage{}, eventstore.NoRevision
	for event, err := range s.ReadStream(ctx, eventstore.StreamQuery{Stream: stream, From: eventstore.NoRevision, Backwards: true, Limit: 1}) {
		if err != nil {
			return nil, err
		}
		if err := json.Unmarshal(event.Data, &said); err != nil {
			return nil, fmt.Errorf("event store: %s holds no access lists: %w", stream, err)
		}
		at = event.Revision
	}
	list := map[string]json.RawMessage{}
	if given, ok := said[name]; ok {
		if err := json.Unmarshal(given, &list); err != nil {
			return nil, fmt.Errorf("event store: %s of %s is no access list: %w", name, stream, err)
		}
	}
	var changes []RightsChange
	for _, r := range wanted {
		now, err := rolesOf(list[r.name], r.usual)
		if err != nil {
			return nil, fmt.Errorf("event store: %s of %s: %w", r.name, stream, err)
		}
		next := r.wanted(now)
		if slices.Equal(now, next) {
			continue
		}
		changes = append(changes, RightsChange{Where: string(stream) + " " + name, Right: r.name, Before: now, After: next})
		list[r.name], _ = json.Marshal(next) // texts
	}
	if len(changes) == 0 || !apply {
		return changes, nil
	}
	said[name], _ = json.Marshal(list) // as it was read
	data, _ := json.Marshal(said)
	_, err := s.Append(ctx, eventstore.Append{
		Stream: stream, Expected: eventstore.AtRevision(at),
		Events: []eventstore.NewEvent{{ID: uuid.New(), Type: eventType, Data: data, Metadata: []byte("{}")}},
	})
	return changes, err
}

// rolesOf reads a list of roles and users, one or several.
func rolesOf(given json.RawMessage, usual []string) ([]string, error) {
	if given == nil {
		return usual, nil
	}
	var one string
	if json.Unmarshal(given, &one) == nil {
		return []string{one}, nil
	}
	var several []string
	err := json.Unmarshal(given, &several)
	return several, err
}
