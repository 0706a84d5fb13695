package gateway

import (
	"context"
	"errors"
	"runtime/debug"
	"slices"
	"strings"

	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/metadata"
)

// maxOpenMessages is how many messages are taken in at once from callers who
// need not say who they are.
const maxOpenMessages = 16

// admittedFirst makes a service find out who is calling before it takes in a
// message: what generated code for methods of one message does the other way
// round, so that strangers could fill the memory with messages.
func admittedFirst(service grpc.ServiceDesc) *grpc.ServiceDesc {
	service.Streams = slices.Clone(service.Streams)
	for _, method := range service.Methods {
		// Only the calls of streams pass the interceptor of streams.
		service.Streams = append(service.Streams, grpc.StreamDesc{StreamName: method.MethodName, Handler: oneForOne(method), ServerStreams: true})
	}
	service.Methods = nil
	return &service
}

// oneForOne answers one message with one.
func oneForOne(method grpc.MethodDesc) grpc.StreamHandler {
	return func(service any, stream grpc.ServerStream) error {
		response, err := method.Handler(service, stream.Context(), stream.RecvMsg, nil)
		if err != nil {
			return err
		}
		return stream.SendMsg(response)
	}
}

// stream surrounds every call with one answer: who is calling is found out
// before, failures become exceptions after.
func (s *Server) stream(service any, stream grpc.ServerStream, info *grpc.StreamServerInfo, handler grpc.StreamHandler) (err error) {
	defer func() { err = s.fail(err, recover(), stream.SetTrailer) }()
	if !s.calls.take(1) {
		return serverBusy()
	}
	defer s.calls.giveBack(1)
	if openToAll(info.FullMethod) {
		if err := s.access.refuseWrong(stream.Context()); err != nil {
			return err
		}
		return s.answerAnybody(service, stream, handler)
	}
	ctx, err := s.access.admit(stream.Context())
	if errors.Is(err, errStranger) {
		return s.answerStranger(service, stream, info, handler)
	}
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

// openToAll says whether a method is what clients ask before they sign in: it
// tells nothing but what this server is.
func openToAll(method string) bool {
	service := serviceOf(method)
	return service == featuresServiceName || service == gossipServiceName
}

// answerAnybody answers a caller who may be a stranger. Their messages say
// nothing, so where many are still sending theirs, the others' are not waited
// for.
func (s *Server) answerAnybody(service any, stream grpc.ServerStream, handler grpc.StreamHandler) error {
	if !s.open.take(1) {
		return handler(service, unread{stream})
	}
	defer s.open.giveBack(1)
	return handler(service, stream)
}

// answerStranger refuses who signs in with nothing (G-12). In a batch every append
// is refused by itself and the call stays, for as few as answerAnybody hears.
func (s *Server) answerStranger(service any, stream grpc.ServerStream, info *grpc.StreamServerInfo, handler grpc.StreamHandler) error {
	if info.FullMethod != batchAppendMethod || !s.open.take(1) {
		return accessDenied()
	}
	defer s.open.giveBack(1)
	return handler(service, stream)
}

// unread is a call whose messages are not taken in.
type unread struct{ grpc.ServerStream }

// RecvMsg implements grpc.ServerStream.
func (unread) RecvMsg(any) error { return nil }

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
