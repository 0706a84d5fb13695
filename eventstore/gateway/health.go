package gateway

import "net/http"

// plainRoutes is what is answered without gRPC.
func (s *Server) plainRoutes() http.Handler {
	routes := http.NewServeMux()
	routes.HandleFunc("GET /health/live", s.live)
	return routes
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
