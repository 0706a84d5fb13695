package esdb_test

import (
	"errors"
	"fmt"
	"log/slog"
	"sync"
	"testing"

	"github.com/EventStore/EventStore-Client-Go/v4/protos/shared"
	"github.com/EventStore/EventStore-Client-Go/v4/protos/streams"
	"github.com/google/uuid"
	rpc "google.golang.org/genproto/googleapis/rpc/status"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/metadata"
	"google.golang.org/grpc/status"
	"google.golang.org/protobuf/types/known/anypb"

	"guishu/eventstore"
	"guishu/eventstore/esdb"
	"guishu/eventstore/memory"
	"guishu/eventstore/storetest"
	"guishu/internal/waiting"
)

type sharedCall = func(*crooked, streams.Streams_BatchAppendServer) error

// asItIs passes everything on.
func asItIs(answer *streams.BatchAppendResp) []*streams.BatchAppendResp {
	return []*streams.BatchAppendResp{answer}
}

// instead changes every answer.
func instead(change func(*streams.BatchAppendResp)) sharedCall {
	return passingOn(func(answer *streams.BatchAppendResp) []*streams.BatchAppendResp {
		change(answer)
		return asItIs(answer)
	})
}

func refusing(code codes.Code, details ...*anypb.Any) sharedCall {
	return instead(func(answer *streams.BatchAppendResp) {
		answer.Result = &streams.BatchAppendResp_Error{Error: &rpc.Status{Code: int32(code), Message: "no", Details: details}}
	})
}

// endingAfter takes in so many appends without answering them, and ends the call.
func endingAfter(count int, trailer metadata.MD, err error) sharedCall {
	return func(c *crooked, call streams.Streams_BatchAppendServer) error {
		for range count {
			if _, err := call.Recv(); err != nil {
				return err
			}
			c.shared.Add(1)
		}
		call.SetTrailer(trailer)
		return err
	}
}

// crookedServers handle the calls that appends share in ways that must make no
// difference to what is written and what the writers are told.
var crookedServers = map[string]sharedCall{
	"as it should be":      passingOn(asItIs),
	"unknown method":       nil,
	"never":                passingOn(func(*streams.BatchAppendResp) []*streams.BatchAppendResp { return nil }),
	"never reads":          func(_ *crooked, call streams.Streams_BatchAppendServer) error { <-call.Context().Done(); return nil },
	"ends at once":         func(*crooked, streams.Streams_BatchAppendServer) error { return nil },
	"ends":                 endingAfter(3, nil, nil),
	"ends with an error":   endingAfter(1, nil, status.Error(codes.Internal, "broken")),
	"says it was nonsense": endingAfter(1, nil, status.Error(codes.InvalidArgument, "broken")),
	"is busy":              endingAfter(2, nil, status.Error(codes.Unavailable, "too busy")),
	"is no leader":         endingAfter(2, metadata.Pairs("exception", "not-leader", "leader-endpoint-host", "127.0.0.1", "leader-endpoint-port", "1"), status.Error(codes.NotFound, "not the leader")),
	"twice": passingOn(func(answer *streams.BatchAppendResp) []*streams.BatchAppendResp {
		return []*streams.BatchAppendResp{answer, answer}
	}),
	"others' answers too": passingOn(func(answer *streams.BatchAppendResp) []*streams.BatchAppendResp {
		id := &shared.UUID{Value: &shared.UUID_Structured_{Structured: &shared.UUID_Structured{
			LeastSignificantBits: answer.GetCorrelationId().GetStructured().GetLeastSignificantBits(),
		}}}
		return []*streams.BatchAppendResp{
			{CorrelationId: id, Result: answer.Result}, {Result: answer.Result}, {},
			{CorrelationId: &shared.UUID{Value: &shared.UUID_String_{String_: "nobody's"}}}, answer,
		}
	}),
	"ids as text": instead(func(answer *streams.BatchAppendResp) {
		most, least := answer.GetCorrelationId().GetStructured().GetMostSignificantBits(), answer.GetCorrelationId().GetStructured().GetLeastSignificantBits()
		answer.CorrelationId = &shared.UUID{Value: &shared.UUID_String_{String_: fmt.Sprintf("%08x-%04x-%04x-%04x-%012x",
			uint32(most>>32), uint16(most>>16), uint16(most), uint16(least>>48), least&(1<<48-1))}}
	}),
	"no result":        instead(func(answer *streams.BatchAppendResp) { answer.Result = nil }),
	"an empty success": instead(func(answer *streams.BatchAppendResp) { answer.Result = &streams.BatchAppendResp_Success_{} }),
	"no revision": instead(func(answer *streams.BatchAppendResp) {
		if success := answer.GetSuccess(); success != nil {
			success.CurrentRevisionOption = nil
		}
	}),
	"no revision there can be": instead(func(answer *streams.BatchAppendResp) {
		if success := answer.GetSuccess(); success != nil {
			success.CurrentRevisionOption = &streams.BatchAppendResp_Success_CurrentRevision{CurrentRevision: 1<<64 - 1}
		}
	}),
	"no position": instead(func(answer *streams.BatchAppendResp) {
		if success := answer.GetSuccess(); success != nil {
			success.PositionOption = nil
		}
	}),
	"no position there can be": instead(func(answer *streams.BatchAppendResp) {
		if success := answer.GetSuccess(); success != nil {
			success.PositionOption = &streams.BatchAppendResp_Success_Position{Position: &shared.AllStreamPosition{CommitPosition: 1<<64 - 1}}
		}
	}),
	"a status without details":     refusing(codes.AlreadyExists),
	"a status that is none":        refusing(codes.OK, nil),
	"a status of nobody's":         refusing(codes.InvalidArgument, &anypb.Any{TypeUrl: "type.googleapis.com/google.protobuf.Empty"}),
	"a status that cannot be read": refusing(codes.Code(99), &anypb.Any{TypeUrl: "///", Value: []byte{0xff}}),
	"a bad request":                refusing(codes.InvalidArgument, &anypb.Any{TypeUrl: "type.googleapis.com/event_store.client.BadRequest"}),
	"a timeout":                    refusing(codes.DeadlineExceeded, &anypb.Any{TypeUrl: "type.googleapis.com/event_store.client.Timeout"}),
}

func openCrooked(t *testing.T, c *crooked, options esdb.Options) *esdb.Store {
	t.Helper()
	options.Log = slog.New(slog.DiscardHandler)
	store, err := esdb.Open(t.Context(), connectionString(c.address)+"&defaultDeadline=1000", options)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := store.Close(); err != nil {
			t.Error(err)
		}
	})
	return store
}

// However the server handles calls that appends share, everything is written
// once and its writer is told where.
func TestAppendsThatShareACallAreWrittenOnce(t *testing.T) {
	t.Parallel()
	for name, call := range crookedServers {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			inner := memory.New()
			c := serveCrooked(t, inner, &crooked{offers: true, call: call})
			store := openCrooked(t, c, esdb.Options{})
			checkWriters(t, inner, store)
			if c.calls.Load() == 0 {
				t.Error("no append was sent over a common call: the test tests nothing")
			}
		})
	}
}

// checkWriters lets writers append to streams of their own and to a common one,
// and checks what they were told.
func checkWriters(t *testing.T, inner *memory.Store, store *esdb.Store) {
	t.Helper()
	const writers, turns = 6, 12
	j := journal{acknowledged: make(map[uuid.UUID]eventstore.Appended)}
	var group sync.WaitGroup
	for writer := range writers {
		group.Go(func() { j.write(waiting.Over(t), t, store, writer, turns) })
	}
	group.Wait()
	ledger, err := storetest.Collect(inner.ReadAll(t.Context(), eventstore.AllQuery{}))
	if err == nil {
		err = j.check(ledger, ledger)
	}
	if err != nil {
		t.Error(err)
	}
}

// A server that does not offer such calls, or a store that is told not to use
// them, is served by the official client.
func TestAppendsWithCallsOfTheirOwn(t *testing.T) {
	t.Parallel()
	for name, options := range map[string]esdb.Options{"not offered": {}, "not wanted": {SingleCalls: true}} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			inner := memory.New()
			c := serveCrooked(t, inner, &crooked{offers: options.SingleCalls, call: passingOn(asItIs)})
			checkWriters(t, inner, openCrooked(t, c, options))
			if c.calls.Load() != 0 || c.alone.Load() == 0 {
				t.Errorf("%d common calls, %d appends with their own", c.calls.Load(), c.alone.Load())
			}
		})
	}
}

// Appends share one call, and have none of their own beside it.
func TestAppendsShareOneCall(t *testing.T) {
	t.Parallel()
	inner := memory.New()
	c := serveCrooked(t, inner, &crooked{offers: true, call: passingOn(asItIs)})
	store := openCrooked(t, c, esdb.Options{})
	checkWriters(t, inner, store)
	if c.calls.Load() != 1 || c.shared.Load() != 6*12 || c.alone.Load() != 0 {
		t.Errorf("%d common calls, %d appends over them, %d with their own", c.calls.Load(), c.shared.Load(), c.alone.Load())
	}
	large := eventstore.Append{Stream: "large", Expected: eventstore.NoStream, Events: made(1)}
	large.Events[0].Data = make([]byte, 64<<10)
	if appended, err := store.Append(t.Context(), large); err != nil || appended.Last != 0 || c.alone.Load() != 1 {
		t.Errorf("a large append: %+v, %v, %d with their own call", appended, err, c.alone.Load())
	}
}

// What the server refuses is refused as ever, and not asked again.
func TestRefusalsOverACommonCall(t *testing.T) {
	t.Parallel()
	of := func(name string) *anypb.Any {
		return &anypb.Any{TypeUrl: "type.googleapis.com/event_store.client." + name}
	}
	for name, check := range map[string]func(error) bool{
		"AccessDenied":              func(err error) bool { var refused *esdb.RefusedError; return errors.As(err, &refused) },
		"MaximumAppendSizeExceeded": isInvalid,
		"InvalidTransaction":        isInvalid,
	} {
		c := serveCrooked(t, memory.New(), &crooked{offers: true, call: refusing(codes.Unknown, of(name))})
		_, err := openCrooked(t, c, esdb.Options{}).Append(t.Context(), eventstore.Append{Stream: "s", Expected: eventstore.NoStream, Events: made(1)})
		if !check(err) || c.alone.Load() != 0 {
			t.Errorf("%s: %v, asked again %d times", name, err, c.alone.Load())
		}
	}
	for _, code := range []codes.Code{codes.Unauthenticated, codes.PermissionDenied} {
		c := serveCrooked(t, memory.New(), &crooked{offers: true, call: endingAfter(0, nil, status.Error(code, "who are you?"))})
		_, err := openCrooked(t, c, esdb.Options{}).Append(t.Context(), eventstore.Append{Stream: "s", Expected: eventstore.NoStream, Events: made(1)})
		if refused := (*esdb.RefusedError)(nil); !errors.As(err, &refused) || c.alone.Load() != 0 {
			t.Errorf("%s: %v, asked again %d times", code, err, c.alone.Load())
		}
	}
}

func isInvalid(err error) bool {
	var invalid *eventstore.InvalidAppendError
	return errors.As(err, &invalid)
}
