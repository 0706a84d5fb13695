package gateway

import (
	"maps"
	"os"
	"runtime"
	"slices"
	"strconv"
	"time"

	"google.golang.org/grpc"
	"google.golang.org/protobuf/encoding/protowire"

	"guishu/eventstore/wire"
)

// monitoringService describes event_store.client.monitoring.Monitoring, whose
// messages no module of the clients has (G-25).
var monitoringService = grpc.ServiceDesc{
	ServiceName: "event_store.client.monitoring.Monitoring",
	HandlerType: (*any)(nil),
	Streams: []grpc.StreamDesc{{
		StreamName: "Stats", ServerStreams: true,
		Handler: func(service any, stream grpc.ServerStream) error { return service.(*Server).tellStatistics(stream) },
	}},
}

// statsRequest is a StatsReq.
type statsRequest struct{ period uint64 } // of refreshing, in milliseconds

// The fields of monitoring's messages.
const (
	fieldStatsPeriod = 4
	fieldStats       = 1
)

// shortestRefresh is how often statistics are told at most, in milliseconds.
const shortestRefresh = 100

// Decode implements wire.Decoder.
func (r *statsRequest) Decode(b []byte) error {
	*r = statsRequest{}
	return wire.Each(b, func(number protowire.Number, value wire.Field) error {
		if number != fieldStatsPeriod {
			return nil
		}
		return value.Number(&r.period)
	})
}

// tellStatistics tells how the server is doing, again and again.
func (s *Server) tellStatistics(stream grpc.ServerStream) error {
	var request statsRequest
	if err := stream.RecvMsg(&request); err != nil {
		return err
	}
	ctx, release := s.untilClose(stream.Context())
	defer release()
	principal, known := callerOf(ctx)
	if !known || !principal.administers() && !principal.in(roles{operators}) {
		return accessDenied()
	}
	period := time.Duration(min(max(request.period, shortestRefresh), 3_600_000)) * time.Millisecond
	clock := time.NewTicker(period)
	defer clock.Stop()
	for {
		if err := stream.SendMsg(encodeStatistics(s.statistics(time.Now()))); err != nil {
			return err
		}
		select {
		case <-clock.C:
		case <-ctx.Done():
			return cause(ctx, ctx.Err())
		}
	}
}

// statistics are figures of this process, by the names that EventStoreDB has for
// them.
func (s *Server) statistics(now time.Time) map[string]any {
	var memory runtime.MemStats
	runtime.ReadMemStats(&memory)
	return map[string]any{
		"proc": map[string]any{
			"startTime": s.begun.UTC().Format(time.RFC3339), "id": os.Getpid(), "mem": memory.Sys,
			"threadsCount": runtime.NumGoroutine(),
			"gc":           map[string]any{"gen0ItemsCount": memory.NumGC, "totalBytesInHeaps": memory.HeapAlloc},
		},
		"es": map[string]any{
			"calls": s.calls.used.Load(), "bufferedBytes": s.budget.used.Load(), "uptimeSeconds": int64(now.Sub(s.begun).Seconds()),
		},
	}
}

// encodeStatistics writes a StatsResp.
func encodeStatistics(statistics map[string]any) wire.Encoded {
	flat := map[string]string{}
	flatten("", statistics, flat)
	var b []byte
	for _, name := range slices.Sorted(maps.Keys(flat)) {
		entry := wire.AppendText(wire.AppendText(nil, wire.FieldFirst, name), wire.FieldSecond, flat[name])
		b = wire.AppendBytes(b, fieldStats, entry)
	}
	return b
}

func flatten(prefix string, tree map[string]any, flat map[string]string) {
	for name, value := range tree {
		switch value := value.(type) {
		case map[string]any:
			flatten(prefix+name+"-", value, flat)
		case string:
			flat[prefix+name] = value
		case int:
			flat[prefix+name] = strconv.Itoa(value)
		case int64:
			flat[prefix+name] = strconv.FormatInt(value, 10)
		case uint32:
			flat[prefix+name] = strconv.FormatUint(uint64(value), 10)
		case uint64:
			flat[prefix+name] = strconv.FormatUint(value, 10)
		}
	}
}
