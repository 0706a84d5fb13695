package gateway

import (
	"github.com/EventStore/EventStore-Client-Go/v4/protos/streams"
)

// Read answers reads and subscriptions.
func (s *streamsService) Read(*streams.ReadReq, streams.Streams_ReadServer) error {
	return outOfScope("reading")
}
