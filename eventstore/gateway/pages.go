package gateway

import (
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"time"

	"google.golang.org/grpc/metadata"

	subscriptions "guishu/eventstore/gateway/persistent"
)

// plainRoutes is what is answered without gRPC (G-24). Who need not sign in hears
// what this server is; how it is doing, only who may operate it.
func (s *Server) plainRoutes() http.Handler {
	routes := http.NewServeMux()
	routes.HandleFunc("GET /health/live", s.live)
	routes.HandleFunc("GET /ping", s.page(anybody, func(*http.Request) (any, error) {
		return map[string]any{"msgTypeId": 0, "text": "Ping request successfully handled"}, nil
	}))
	routes.HandleFunc("GET /info", s.page(anybody, s.infoPage))
	routes.HandleFunc("GET /gossip", s.page(anybody, s.gossipPage))
	routes.HandleFunc("GET /stats", s.page(operator, func(*http.Request) (any, error) { return s.statistics(time.Now()), nil }))
	routes.HandleFunc("GET /subscriptions", s.page(operator, s.subscriptionsPage))
	routes.HandleFunc("GET /metrics", s.metricsPage)
	return routes
}

// overHTTP answers over net/http what comes over HTTP/2 from callers who can speak
// HTTP/1.1 too: gRPC and plain pages (G-02).
func (s *Server) overHTTP() http.Handler {
	pages := s.plainRoutes()
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.ProtoMajor == 2 && strings.HasPrefix(r.Header.Get("Content-Type"), "application/grpc") {
			s.grpc.ServeHTTP(w, r)
			return
		}
		// A body that nobody reads shall not hold the connection.
		_ = http.NewResponseController(w).SetReadDeadline(time.Now().Add(handshakeTime))
		pages.ServeHTTP(w, r)
	})
}

// live answers 204 while the server can be used, as EventStoreDB does.
func (s *Server) live(w http.ResponseWriter, r *http.Request) {
	if s.ending.Err() != nil {
		w.WriteHeader(http.StatusServiceUnavailable)
		return
	}
	if _, err := s.store.LastPosition(r.Context()); err != nil {
		w.WriteHeader(http.StatusServiceUnavailable)
		return
	}
	w.WriteHeader(http.StatusNoContent)
}

// audience is who a page is for.
type audience bool

const (
	anybody  audience = false
	operator audience = true
)

// page answers with a value as JSON.
func (s *Server) page(who audience, answer func(*http.Request) (any, error)) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		if who == operator && !s.admittedTo(w, r) {
			return
		}
		value, err := answer(r)
		if err != nil {
			s.log.Error("a page of an EventStoreDB gateway could not be made", "page", r.URL.Path, "error", err)
			http.Error(w, "the server failed; its log says why", http.StatusInternalServerError)
			return
		}
		w.Header().Set("Content-Type", "application/json; charset=utf-8")
		_ = json.NewEncoder(w).Encode(value)
	}
}

// admittedTo answers those who may not operate the server.
func (s *Server) admittedTo(w http.ResponseWriter, r *http.Request) bool {
	ctx := r.Context()
	if authorization := r.Header.Get("Authorization"); authorization != "" {
		ctx = metadata.NewIncomingContext(ctx, metadata.Pairs("authorization", authorization))
	}
	principal, err := s.access.identify(ctx)
	switch {
	case err != nil:
		w.Header().Set("WWW-Authenticate", `Basic realm="ES"`)
		http.Error(w, "Unauthorized", http.StatusUnauthorized)
		return false
	case !principal.administers() && !principal.in(roles{operators}):
		http.Error(w, "Forbidden", http.StatusForbidden)
		return false
	}
	return true
}

func (s *Server) infoPage(*http.Request) (any, error) {
	return map[string]any{
		"dbVersion": s.ways.version, "esVersion": s.ways.version, "state": "leader",
		"features":       map[string]bool{"projections": false, "userManagement": false, "atomPub": false},
		"authentication": map[string]any{"type": "internal", "properties": map[string]any{}},
	}, nil
}

func (s *Server) gossipPage(r *http.Request) (any, error) {
	ctx := metadata.NewIncomingContext(r.Context(), metadata.Pairs(":authority", r.Host))
	endPoint := s.gossip.endPoint(ctx)
	last, err := s.store.LastPosition(r.Context())
	member := map[string]any{
		"instanceId": s.gossip.id, "timeStamp": time.Now().UTC(), "state": "Leader", "isAlive": true,
		"httpEndPointIp": endPoint.GetAddress(), "httpEndPointPort": endPoint.GetPort(),
		"lastCommitPosition": last, "writerCheckpoint": last, "chaserCheckpoint": last, "epochNumber": 0, "nodePriority": 0, "isReadOnlyReplica": false,
		"esVersion": s.ways.version,
	}
	return map[string]any{"members": []any{member}, "serverIp": endPoint.GetAddress(), "serverPort": endPoint.GetPort()}, err
}

// subscriptionsPage tells of the persistent subscriptions.
func (s *Server) subscriptionsPage(r *http.Request) (any, error) {
	list, err := s.persistent.subscriptions.List(r.Context(), "")
	pages := make([]any, len(list))
	for i := range list {
		pages[i] = subscriptionPage(&list[i])
	}
	return pages, err
}

func subscriptionPage(s *subscriptions.Statistics) any {
	page := map[string]any{
		"eventStreamId": s.Name.Source, "groupName": s.Name.Group, "status": s.Status, "averageItemsPerSecond": s.AveragePerSecond,
		"totalItemsProcessed": s.Total, "connectionCount": len(s.Consumers), "totalInFlightMessages": s.InFlight, "parkedMessageCount": s.Parked,
	}
	if s.HasCheckpoint {
		page["lastProcessedEventNumber"] = s.Checkpoint
	}
	if s.HasLastKnown {
		page["lastKnownEventNumber"] = s.LastKnown
	}
	return page
}

// metricsPage tells what monitoring reads.
func (s *Server) metricsPage(w http.ResponseWriter, r *http.Request) {
	if !s.admittedTo(w, r) {
		return
	}
	last, err := s.store.LastPosition(r.Context())
	if err != nil {
		http.Error(w, "the store cannot be read", http.StatusServiceUnavailable)
		return
	}
	w.Header().Set("Content-Type", "text/plain; version=0.0.4; charset=utf-8")
	_, _ = fmt.Fprintf(w, "# TYPE eventstore_checkpoints gauge\neventstore_checkpoints{name=\"writer\",read=\"non-flushed\"} %d\n"+
		"# TYPE eventstore_current_calls gauge\neventstore_current_calls %d\n"+
		"# TYPE eventstore_buffered_bytes gauge\neventstore_buffered_bytes %d\n", last, s.calls.used.Load(), s.budget.used.Load())
}
