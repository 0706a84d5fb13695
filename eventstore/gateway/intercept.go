package gateway

import (
	"context"
	"errors"
	"runtime/debug"
	"strings"

	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/metadata"
)

// unary surrounds every call with one answer: who is calling is found out
// before, failures become exceptions after.
func (s *Server) unary(ctx context.Context, request any, info *grpc.UnaryServerInfo, handler grpc.UnaryHandler) (response any, err error) {
	defer func() { err = s.fail(err, recover(), func(trailer metadata.MD) { _ = grpc.SetTrailer(ctx, trailer) }) }()
	if ctx, err = s.admit(ctx, info.FullMethod); err != nil {
		return nil, err
	}
	return handler(ctx, request)
}

// stream does the same for calls that are streams.
func (s *Server) stream(service any, stream grpc.ServerStream, info *grpc.StreamServerInfo, handler grpc.StreamHandler) (err error) {
	defer func() { err = s.fail(err, recover(), stream.SetTrailer) }()
	if !s.calls.take(1) {
		return serverBusy()
	}
	defer s.calls.giveBack(1)
	ctx, err := s.admit(stream.Context(), info.FullMethod)
	if err != nil {
		return err
	}
	ctx, stop := s.access.watch(ctx)
	defer stop()
	err = handler(service, &admitted{ServerStream: stream, ctx: ctx})
	var lockedOut *exception
	if err != nil && errors.As(context.Cause(ctx), &lockedOut) {
		return lockedOut
	}
	return err
}

// fail makes the answer out of an error, or of a panic that must not end the
// process for everybody.
func (s *Server) fail(err error, panicked any, setTrailer func(metadata.MD)) error {
	if panicked != nil {
		s.log.Error("an EventStoreDB client's call panicked", "panic", panicked, "stack", string(debug.Stack()))
		return &exception{code: codes.Internal, message: "the server failed; its log says why"}
	}
	if err == nil {
		return nil
	}
	err = asException(err, s.log)
	var known *exception
	if errors.As(err, &known) && known.name != "" {
		setTrailer(known.trailer())
	}
	return err
}

// admit finds out who is calling. What a client asks before it signs in is open
// to everyone and tells nothing but what this server is.
func (s *Server) admit(ctx context.Context, method string) (context.Context, error) {
	switch serviceOf(method) {
	case featuresServiceName, gossipServiceName:
		return ctx, nil
	}
	return s.access.admit(ctx)
}

// serviceOf is the service of a method such as /package.Service/Method.
func serviceOf(method string) string {
	service, _, _ := strings.Cut(strings.TrimPrefix(method, "/"), "/")
	return service
}

// admitted is a stream whose caller is known.
type admitted struct {
	grpc.ServerStream
	ctx context.Context
}

// Context implements grpc.ServerStream.
func (a *admitted) Context() context.Context { return a.ctx }
