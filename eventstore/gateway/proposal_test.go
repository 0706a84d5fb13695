package gateway

import (
	"context"
	"errors"
	"log/slog"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/EventStore/EventStore-Client-Go/v4/protos/shared"
	"github.com/EventStore/EventStore-Client-Go/v4/protos/streams"
	"github.com/google/uuid"
	"google.golang.org/protobuf/encoding/protowire"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/types/known/durationpb"
	"google.golang.org/protobuf/types/known/emptypb"

	"guishu/eventstore"
	"guishu/eventstore/memory"
)

// inProcess is a server whose handlers are called without a connection.
func inProcess(t *testing.T, store eventstore.Store) *streamsService {
	t.Helper()
	server, err := New(Config{Store: store, Writable: true, Deletable: true, Log: slog.New(slog.DiscardHandler)})
	if err != nil {
		t.Fatal(err)
	}
	return &streamsService{Server: server}
}

// TestWhatAnEventHoldsCounts: an event of one byte holds the whole message that
// it came in, whatever else that said.
func TestWhatAnEventHoldsCounts(t *testing.T) {
	t.Parallel()
	s := inProcess(t, memory.New())
	defer s.Close()
	encoded, err := proto.Marshal(seedEvent("happened", "1"))
	if err != nil {
		t.Fatal(err)
	}
	encoded = protowire.AppendBytes(protowire.AppendTag(encoded, 100, protowire.BytesType), make([]byte, 1<<20))
	var message appendMessage
	if err := message.Decode(encoded); err != nil {
		t.Fatal(err)
	}
	request := receiving{server: s.Server}
	if err := request.add(message.event); err != nil {
		t.Fatal(err)
	}
	if held := s.budget.used.Load(); held < 1<<20 {
		t.Errorf("%d bytes count", held)
	}
	if request.size != 3+2*len("happened") { // the data, the metadata {} and the type twice
		t.Errorf("the event is said to have %d bytes", request.size)
	}
	message.event.eventType = strings.Repeat("t", 1<<20)
	if err := request.add(message.event); err == nil {
		t.Error("a type that no store takes is kept")
	}
	request.release()
	if held := s.budget.used.Load(); held != 0 {
		t.Errorf("%d bytes count after it", held)
	}
}

// slowStore holds up appends of one kind of event until it is told to go on, and
// notes the order in which appends come and go.
type slowStore struct {
	eventstore.Store
	slow string
	goOn chan struct{}

	mu    sync.Mutex
	noted []string
}

func (s *slowStore) note(what string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.noted = append(s.noted, what)
}

func (s *slowStore) Append(ctx context.Context, a eventstore.Append) (eventstore.Appended, error) {
	s.note("begin " + a.Events[0].Type)
	if a.Events[0].Type == s.slow {
		<-s.goOn
	}
	appended, err := s.Store.Append(ctx, a)
	s.note("end " + a.Events[0].Type)
	return appended, err
}

// spoken is a BatchAppend call whose client says these things and stays.
type spoken struct {
	batchWire
	requests chan *streams.BatchAppendReq
	mu       sync.Mutex
}

func (s *spoken) Recv() (*streams.BatchAppendReq, error) {
	select {
	case request := <-s.requests:
		return request, nil
	case <-s.ctx.Done():
		return nil, s.ctx.Err()
	}
}

func (s *spoken) Send(answer *streams.BatchAppendResp) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.answers = append(s.answers, answer)
	return nil
}

func oneEvent(eventType string, within time.Duration) *streams.BatchAppendReq {
	return &streams.BatchAppendReq{
		CorrelationId: structured(uuid.New()), IsFinal: true,
		Options: &streams.BatchAppendReq_Options{
			StreamIdentifier:       &shared.StreamIdentifier{StreamName: []byte("s")},
			ExpectedStreamPosition: &streams.BatchAppendReq_Options_Any{Any: &emptypb.Empty{}},
			DeadlineOption:         &streams.BatchAppendReq_Options_Deadline{Deadline: durationpb.New(within)},
		},
		ProposedMessages: []*streams.BatchAppendReq_ProposedMessage{{
			Id: structured(uuid.New()), Metadata: map[string]string{"type": eventType, "content-type": "x"},
		}},
	}
}

// TestADeadlineKeepsTheOrder: when an append did not wait for its turn, the one
// after it still waits for the one before it.
func TestADeadlineKeepsTheOrder(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		store := &slowStore{Store: memory.New(), slow: "first", goOn: make(chan struct{})}
		s := inProcess(t, store)
		ctx, leave := context.WithCancel(asAdministrator(t.Context()))
		call := &spoken{batchWire: batchWire{newLine(ctx, nil)}, requests: make(chan *streams.BatchAppendReq)}
		ended := make(chan error, 1)
		go func() { ended <- s.BatchAppend(call) }()
		for _, request := range []*streams.BatchAppendReq{oneEvent("first", time.Hour), oneEvent("impatient", time.Second), oneEvent("last", time.Hour)} {
			call.requests <- request
			synctest.Wait()
		}
		time.Sleep(2 * time.Second)
		synctest.Wait()
		if len(call.answers) != 1 {
			t.Errorf("%d appends were answered, want the one whose time is up", len(call.answers))
		}
		close(store.goOn)
		synctest.Wait()
		if want := []string{"begin first", "end first", "begin last", "end last"}; !slices.Equal(store.noted, want) {
			t.Errorf("the store saw %q, want %q", store.noted, want)
		}
		leave()
		if err := <-ended; !errors.Is(err, context.Canceled) {
			t.Errorf("the call ends with %v", err)
		}
		if err := errors.Join(s.Close(), store.Close()); err != nil {
			t.Error(err)
		}
	})
}

// TestAnAppendWaitsForTheServer: what is begun is not given up while nothing is
// taken in because of the store, and has its time anew afterwards.
func TestAnAppendWaitsForTheServer(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		store := &slowStore{Store: memory.New(), slow: "slow", goOn: make(chan struct{})}
		s := inProcess(t, store)
		ctx, leave := context.WithCancel(asAdministrator(t.Context()))
		call := &spoken{batchWire: batchWire{newLine(ctx, nil)}, requests: make(chan *streams.BatchAppendReq)}
		ended := make(chan error, 1)
		go func() { ended <- s.BatchAppend(call) }()
		begun := oneEvent("begun", time.Hour)
		begun.IsFinal = false
		call.requests <- begun
		for range maxWritingBatches + 1 {
			call.requests <- oneEvent("slow", time.Hour)
		}
		time.Sleep(10*defaultMaxPause - time.Second)
		close(store.goOn)
		synctest.Wait()
		time.Sleep(defaultMaxPause - time.Second)
		call.requests <- &streams.BatchAppendReq{CorrelationId: begun.CorrelationId, IsFinal: true}
		synctest.Wait()
		if len(call.answers) != maxWritingBatches+2 {
			t.Errorf("%d appends were answered", len(call.answers))
		}
		for _, answer := range call.answers {
			if answer.(*streams.BatchAppendResp).GetSuccess() == nil {
				t.Errorf("an append ends with %v", answer)
			}
		}
		leave()
		if err := <-ended; !errors.Is(err, context.Canceled) {
			t.Errorf("the call ends with %v", err)
		}
		if err := errors.Join(s.Close(), store.Close()); err != nil {
			t.Error(err)
		}
	})
}

// TestAnAppendDoesNotWaitForItsClient: although nothing is taken in, what is begun
// is given up when it is the client who takes no answers, and at its deadline.
func TestAnAppendDoesNotWaitForItsClient(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		deaf   bool
		within time.Duration
	}{"takes no answers": {true, time.Hour}, "has a deadline": {false, 2 * defaultMaxPause}} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				store := &slowStore{Store: memory.New(), slow: "slow", goOn: make(chan struct{})}
				s := inProcess(t, store)
				answers, written := make(chan *streams.BatchAppendResp), "slow"
				if c.deaf {
					written = "quick"
				}
				b := &batches{
					server: s.Server, ctx: asAdministrator(t.Context()), send: func(answer *streams.BatchAppendResp) error { answers <- answer; return nil },
					open: make(map[uuid.UUID]*batch), tails: make(map[eventstore.Stream]*turn), writing: make(chan struct{}, 1), givenUp: make(chan struct{}, 1),
				}
				begun := oneEvent("begun", c.within)
				begun.IsFinal = false
				taken := make(chan error)
				go func() {
					taken <- errors.Join(b.take(begun), b.take(oneEvent(written, time.Hour)), b.take(oneEvent(written, time.Hour)))
				}()
				select {
				case <-b.givenUp:
				case <-time.After(2*defaultMaxPause + time.Second):
					t.Error("what was begun is kept")
				}
				close(store.goOn)
				<-answers
				<-answers
				if err := errors.Join(<-taken, s.Close(), store.Close()); err != nil {
					t.Error(err)
				}
				b.end()
			})
		})
	}
}

// leaving is a store whose caller leaves as soon as a stream's metadata stand.
type leaving struct {
	eventstore.Store
	leave context.CancelFunc
}

func (l *leaving) Append(ctx context.Context, a eventstore.Append) (eventstore.Appended, error) {
	appended, err := l.Store.Append(ctx, a)
	if _, isMetastream := originalOf(a.Stream); isMetastream {
		l.leave()
	}
	return appended, err
}

// TestACallerWhoLeavesLeavesNothingHalfDone: a deleted stream that is written
// again has its new event as soon as it shows.
func TestACallerWhoLeavesLeavesNothingHalfDone(t *testing.T) {
	t.Parallel()
	store := &leaving{Store: memory.New(), leave: func() {}}
	s := inProcess(t, store)
	defer s.Close()
	appending := proposal{stream: "s", expected: eventstore.NoStream, events: []eventstore.NewEvent{{ID: uuid.New(), Type: "happened"}}}
	ctx := asAdministrator(t.Context())
	if _, err := s.write(ctx, appending); err != nil {
		t.Fatal(err)
	}
	if _, err := s.deleteSoftly(ctx, "s", eventstore.AnyRevision); err != nil {
		t.Fatal(err)
	}
	ctx, store.leave = context.WithCancel(ctx)
	appending.events[0].ID = uuid.New()
	if _, err := s.write(ctx, appending); err != nil || ctx.Err() == nil {
		t.Errorf("writing gives %v, the caller %v", err, ctx.Err())
	}
	if last, err := s.last(t.Context(), "s"); err != nil || last != 1 {
		t.Errorf("the stream is at %d, %v", last, err)
	}
}
