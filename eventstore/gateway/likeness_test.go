package gateway_test

import (
	"fmt"
	"math"
	"strings"
	"testing"

	"github.com/EventStore/EventStore-Client-Go/v4/protos/serverfeatures"
	"github.com/EventStore/EventStore-Client-Go/v4/protos/shared"
	"github.com/EventStore/EventStore-Client-Go/v4/protos/streams"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"

	"guishu/eventstore"
	"guishu/eventstore/gateway"
)

// like gives a configuration that is like a version of EventStoreDB.
func like(t testing.TB, name string) func(*gateway.Config) {
	t.Helper()
	likeness, err := gateway.ParseLikeness(name)
	if err != nil {
		t.Fatal(err)
	}
	return func(config *gateway.Config) { config.Likeness = likeness }
}

func TestALikenessSaysItsVersion(t *testing.T) {
	t.Parallel()
	for name, version := range map[string]string{"": "24.10.6", "like-23.10": "23.10.5", "like-24.10.4": "24.10.4", "like-24.10.6": "24.10.6"} {
		served := serve(t, open, like(t, name))
		answer, err := serverfeatures.NewServerFeaturesClient(served.raw(t)).GetSupportedMethods(t.Context(), &shared.Empty{})
		if err != nil || answer.GetEventStoreServerVersion() != version {
			t.Errorf("%q says %q (%v), want %q", name, answer.GetEventStoreServerVersion(), err, version)
		}
	}
	if _, err := gateway.ParseLikeness("like-20.6"); err == nil {
		t.Error("an unknown likeness is taken")
	}
}

// placeOf is where a likeness puts the event at a position.
func placeOf(position int64) int64 { return position*331 + position%13 }

// E-10: 23.10 says that a subscription to a stream has caught up only once the
// stream exists; later versions say so at once.
func TestCaughtUpOnAMissingStream(t *testing.T) {
	t.Parallel()
	for name, want := range map[string][]string{
		"like-23.10":   {"confirmed", "event account-1", "caught up"},
		"like-24.10.4": {"confirmed", "caught up", "event account-1"},
		"like-24.10.6": {"confirmed", "caught up", "event account-1"},
		"":             {"confirmed", "caught up", "event account-1"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			served := serve(t, open, like(t, name))
			says := served.subscribe(t, oneStream("account-1"))
			says.want(want[0])
			if want[1] == "caught up" {
				says.want(want[1])
				want = want[1:]
			}
			served.fill(t, "account-1", 1, "opened")
			says.want(want[1:]...)
		})
	}
}

// E-01: what a filtered subscription is told when it reaches the end.
func TestTheCheckpointAtTheEndOfAFilteredSubscription(t *testing.T) {
	t.Parallel()
	third, fourth := placeOf(3), placeOf(4)
	before := func(place int64) string { return fmt.Sprintf("checkpoint %d/0", place) }
	at := func(place int64) string { return fmt.Sprintf("checkpoint %d/%d", place, place) }
	for name, want := range map[string][][]string{
		"like-23.10":   {{"confirmed", "event wanted-1", "caught up"}, {"event wanted-2"}},
		"like-24.10.4": {{"confirmed", "event wanted-1", at(placeOf(1)), "caught up"}, {"event wanted-2"}},
		"like-24.10.6": {{"confirmed", "event wanted-1", before(third), "caught up"}, {before(fourth), "event wanted-2"}},
		"":             {{"confirmed", "event wanted-1", "checkpoint 2/2", "caught up"}, {"event wanted-2"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			served := serve(t, open, like(t, name))
			served.fill(t, "wanted-1", 1, "opened")
			served.fill(t, "other-1", 1, "opened")
			says := served.subscribe(t, streamsLike("wanted-"))
			says.want(want[0]...)
			served.fill(t, "other-2", 1, "opened")
			served.fill(t, "wanted-2", 1, "opened")
			says.want(want[1]...)
		})
	}
}

func TestNothingSentIsNoPlaceAtTheEnd(t *testing.T) {
	t.Parallel()
	served := serve(t, open, like(t, "like-24.10.4"))
	served.fill(t, "other-1", 1, "opened")
	served.subscribe(t, streamsLike("wanted-")).want("confirmed", fmt.Sprintf("checkpoint %d/%d", uint64(math.MaxUint64), uint64(math.MaxUint64)), "caught up")
}

// E-11: what becomes of a subscriber who does not read while much is written.
func TestASlowReader(t *testing.T) {
	t.Parallel()
	for _, name := range append(gateway.Likenesses(), "") {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			served := serve(t, open, like(t, name))
			served.fill(t, "account-1", 1, "opened")
			all, stream := served.subscribe(t, allStreams()), served.subscribe(t, oneStream("account-1"))
			for _, says := range []*words{all, stream} {
				says.want("confirmed", "event account-1", "caught up")
			}
			const events = 3_000
			for range events / 100 {
				served.fillBytes(t, "account-1", 100, 4<<10)
			}
			for _, says := range []*words{all, stream} {
				got, turns, ended := 0, 0, false
				for got < events && !ended {
					switch word := says.next(); {
					case word == "event account-1":
						got++
					case word == "fell behind":
						turns++
					case word == "caught up":
					case word == "ended: Aborted Operation timed out: Consumer too slow to handle event while live. Client resubscription required.":
						ended = true
					default:
						t.Fatalf("after %d events comes %q", got, word)
					}
				}
				switch name {
				case "like-23.10":
					if !ended {
						t.Error("the call goes on")
					}
				case "":
					if turns > 0 || ended {
						t.Errorf("%d turns, ended %v", turns, ended)
					}
				default:
					if turns == 0 {
						t.Error("it never fell behind")
					}
				}
			}
		})
	}
}

// fillBytes appends events of so many bytes each, as one append.
func (s served) fillBytes(t testing.TB, stream eventstore.Stream, count, size int) {
	t.Helper()
	events := make([]eventstore.NewEvent, count)
	for i := range events {
		events[i] = newStoreEvent("filled", strings.Repeat("x", size))
	}
	if _, err := s.store.Append(t.Context(), eventstore.Append{Stream: stream, Expected: eventstore.AnyRevision, Events: events}); err != nil {
		t.Fatal(err)
	}
}

// E-12: up to 24.6 the data alone counts against the limit of an append.
func TestWhatCountsAgainstTheLimitOfAnAppend(t *testing.T) {
	t.Parallel()
	for name, want := range map[string]bool{"like-23.10": true, "like-24.10.4": false, "like-24.10.6": false, "": false} {
		served := serve(t, open, like(t, name))
		client := served.client(t)
		event := proposed("opened")
		event.Data, event.Metadata = []byte(`"`+strings.Repeat("x", 700<<10)+`"`), []byte(`"`+strings.Repeat("x", 700<<10)+`"`)
		_, err := client.AppendToStream(t.Context(), "account-1", esdbAny, event)
		if (err == nil) != want {
			t.Errorf("%q: data and metadata of 700 KiB each give %v", name, err)
		}
	}
}

// E-09, G-22: what a likeness cannot read from.
func TestReadsFromWhereThereIsNothing(t *testing.T) {
	t.Parallel()
	for _, name := range append(gateway.Likenesses(), "") {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			served := serve(t, open, like(t, name))
			served.fill(t, "account-1", 3, "opened")
			client := streams.NewStreamsClient(served.raw(t))
			read := func(options *streams.ReadReq_Options) (int, error) { return countRead(t.Context(), client, options) }
			from := func(commit, prepare int64, backwards bool) *streams.ReadReq_Options {
				options := allStreams()
				options.GetAll().AllOption = &streams.ReadReq_Options_AllOptions_Position{
					Position: &streams.ReadReq_Options_Position{CommitPosition: uint64(commit), PreparePosition: uint64(prepare)},
				}
				if backwards {
					options.ReadDirection = streams.ReadReq_Options_Backwards
				}
				return options
			}
			forwardsFromEnd := oneStream("account-1")
			forwardsFromEnd.GetStream().RevisionOption = &streams.ReadReq_Options_StreamOptions_End{End: &shared.Empty{}}
			same := name == ""
			cases := map[string]struct {
				options *streams.ReadReq_Options
				events  int
				code    codes.Code
				message string
			}{
				"all backwards from beyond": {from(10_000_000, 10_000_000, true), 3, codes.Unknown, "Unexpected ReadAllResult: Error"},
				"a stream from its end":     {forwardsFromEnd, 0, codes.Unknown, "Unexpected ReadStreamResult: Error"},
				"all forwards from beyond":  {from(10_000_000, 10_000_000, false), 0, codes.OK, ""},
			}
			if !same {
				delete(cases, "")
				invalid := cases["all backwards from beyond"]
				invalid.options = from(placeOf(2)+1, placeOf(2)+1, false)
				if name != "like-23.10" {
					invalid.code, invalid.message = codes.InvalidArgument, "Trying to read from an invalid position."
				}
				cases["between two events"] = invalid
				place := cases["all forwards from beyond"]
				place.options, place.events = from(placeOf(2), placeOf(2), false), 2
				cases["from an event"] = place
				place.options = from(placeOf(2), 0, false)
				cases["from before an event"] = place
				place.options, place.events = from(placeOf(4), 0, true), 3
				cases["backwards from the end"] = place
			}
			for what, c := range cases {
				count, err := read(c.options)
				if same {
					c.code, c.message = codes.OK, ""
				}
				if known := status.Convert(err); known.Code() != c.code || known.Message() != c.message || c.code == codes.OK && count != c.events {
					t.Errorf("%s: %d events, %v; want %d, %v %s", what, count, err, c.events, c.code, c.message)
				}
			}
		})
	}
}

// Positions of a likeness are places in a file, the same for writers and readers.
func TestPlacesInAFile(t *testing.T) {
	t.Parallel()
	for _, name := range gateway.Likenesses() {
		served := serve(t, open, like(t, name))
		client := served.client(t)
		for i := range 3 {
			result, err := client.AppendToStream(t.Context(), "account-1", esdbAny, proposed("opened"))
			if err != nil {
				t.Fatal(err)
			}
			if want := uint64(placeOf(int64(i + 1))); result.CommitPosition != want || result.PreparePosition != want {
				t.Errorf("%s: append %d stands at %d/%d, want %d", name, i, result.CommitPosition, result.PreparePosition, want)
			}
		}
		for i, event := range readAllEvents(t, client) {
			if want := uint64(placeOf(int64(i + 1))); event.OriginalEvent().Position.Commit != want {
				t.Errorf("%s: event %d stands at %d, want %d", name, i, event.OriginalEvent().Position.Commit, want)
			}
		}
	}
}
