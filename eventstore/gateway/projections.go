package gateway

import (
	"context"
	"slices"

	"github.com/EventStore/EventStore-Client-Go/v4/protos/projections"
	"google.golang.org/grpc"
)

// projectionsService says that the standard projections run whose streams are here
// (F-13): who wants the streams of categories or types switches them on first. No
// other projection is part of this server.
type projectionsService struct {
	projections.UnimplementedProjectionsServer
	*Server
}

// The standard projections of EventStoreDB that this server stands in for.
const (
	byCategory  = "$by_category"
	byEventType = "$by_event_type"
)

// Enable has nothing to do: the streams are always there.
func (p *projectionsService) Enable(ctx context.Context, request *projections.EnableReq) (*projections.EnableResp, error) {
	principal, known := callerOf(ctx)
	if !known || !principal.administers() && !slices.Contains(principal.Roles, operators) {
		return nil, accessDenied()
	}
	if name := request.GetOptions().GetName(); name != byCategory && name != byEventType {
		return nil, outOfScope("the projection " + name)
	}
	return &projections.EnableResp{}, nil
}

// enabling is the service with the one method that it has; the others are answered
// as those of services that are not part of this server.
func enabling() *grpc.ServiceDesc {
	service := projections.Projections_ServiceDesc
	service.Methods = slices.DeleteFunc(slices.Clone(service.Methods), func(method grpc.MethodDesc) bool { return method.MethodName != "Enable" })
	service.Streams = nil
	return admittedFirst(service)
}
