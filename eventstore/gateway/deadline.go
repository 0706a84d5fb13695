package gateway

import (
	"context"
	"time"

	"google.golang.org/grpc/tap"
)

// earlier is how long before a client's deadline its call ends here, at most.
const earlier = 100 * time.Millisecond

// endInTime lets a call that a client's deadline ends be answered: at the deadline
// itself gRPC resets the call, which clients take for a cancellation (G-08).
func endInTime(ctx context.Context, _ *tap.Info) (context.Context, error) {
	deadline, some := ctx.Deadline()
	if !some {
		return ctx, nil
	}
	early, cancel := context.WithDeadline(ctx, deadline.Add(-min(earlier, time.Until(deadline)/4)))
	context.AfterFunc(ctx, cancel)
	return early, nil
}
