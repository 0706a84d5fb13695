package gateway

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/EventStore/EventStore-Client-Go/v4/protos/persistent"
	"github.com/EventStore/EventStore-Client-Go/v4/protos/shared"
	"google.golang.org/grpc/codes"

	"guishu/eventstore"
	subscriptions "guishu/eventstore/gateway/persistent"
)

// operators is the role that may manage subscriptions without being an
// administrator.
const operators = "$ops"

// persistentService serves persistent subscriptions. They keep their progress
// in the store, so a gateway that may not write has none.
type persistentService struct {
	persistent.UnimplementedPersistentSubscriptionsServer
	*Server
	subscriptions *subscriptions.Service
}

func newPersistentService(s *Server) *persistentService {
	return &persistentService{Server: s, subscriptions: subscriptions.New(subscriptions.Config{
		Store: s.store, Log: s.log, FirstVisible: s.firstVisible, Find: s.find,
	})}
}

// firstVisible is the first revision of a stream that can be read.
func (s *Server) firstVisible(ctx context.Context, stream eventstore.Stream) (eventstore.Revision, error) {
	state, err := s.streams.look(ctx, stream)
	if err != nil {
		return 0, err
	}
	if state.SoftDeleted || state.Tombstoned {
		last, err := s.last(ctx, stream)
		return last + 1, err
	}
	seen, err := s.visible(ctx, stream, state.Metadata)
	first := max(seen.first, 0)
	if err != nil || seen.oldest.IsZero() {
		return first, err
	}
	for event, err := range s.store.ReadStream(ctx, eventstore.StreamQuery{Stream: stream, From: first}) {
		if err != nil || seen.shows(&event) {
			return event.Revision, err
		}
		first = event.Revision + 1
	}
	return first, nil
}

// mayManage says whether the caller may make and change subscriptions.
func (p *persistentService) mayManage(ctx context.Context) error {
	principal, ok := callerOf(ctx)
	if !ok || !p.config.Writable || principal.ReadOnly {
		return accessDenied()
	}
	if !principal.administers() && !slices.Contains(principal.Roles, operators) {
		return accessDenied()
	}
	return nil
}

// mayConsume says whether the caller may take events from a subscription, which
// also moves it on.
func (p *persistentService) mayConsume(ctx context.Context, source eventstore.Stream) error {
	principal, ok := callerOf(ctx)
	if !ok || !p.config.Writable || principal.ReadOnly {
		return accessDenied()
	}
	return p.mayRead(ctx, source)
}

// Create makes a subscription.
func (p *persistentService) Create(ctx context.Context, request *persistent.CreateReq) (*persistent.CreateResp, error) {
	if err := p.mayManage(ctx); err != nil {
		return nil, err
	}
	name, settings, err := parseCreation(request.GetOptions())
	if err == nil {
		err = p.checkSettings(ctx, name, &settings)
	}
	if err != nil {
		return nil, persistentError(name, err)
	}
	return &persistent.CreateResp{}, persistentError(name, p.subscriptions.Create(ctx, name, settings))
}

// Update gives a subscription other settings and drops its consumers.
func (p *persistentService) Update(ctx context.Context, request *persistent.UpdateReq) (*persistent.UpdateResp, error) {
	if err := p.mayManage(ctx); err != nil {
		return nil, err
	}
	name, change, err := parseUpdate(request.GetOptions())
	if err == nil {
		settings := change(subscriptions.Settings{})
		err = p.checkSettings(ctx, name, &settings)
	}
	if err != nil {
		return nil, persistentError(name, err)
	}
	return &persistent.UpdateResp{}, persistentError(name, p.subscriptions.Update(ctx, name, change))
}

// Delete ends a subscription for good.
func (p *persistentService) Delete(ctx context.Context, request *persistent.DeleteReq) (*persistent.DeleteResp, error) {
	if err := p.mayManage(ctx); err != nil {
		return nil, err
	}
	name, err := nameOf(request.GetOptions().GetGroupName(), request.GetOptions().GetStreamIdentifier(), request.GetOptions().GetAll())
	if err != nil {
		return nil, err
	}
	return &persistent.DeleteResp{}, persistentError(name, p.subscriptions.Delete(ctx, name))
}

// ReplayParked hands parked events out again.
func (p *persistentService) ReplayParked(ctx context.Context, request *persistent.ReplayParkedReq) (*persistent.ReplayParkedResp, error) {
	if err := p.mayManage(ctx); err != nil {
		return nil, err
	}
	options := request.GetOptions()
	name, err := nameOf(options.GetGroupName(), options.GetStreamIdentifier(), options.GetAll())
	if err != nil {
		return nil, err
	}
	return &persistent.ReplayParkedResp{}, persistentError(name, p.subscriptions.Replay(ctx, name, options.GetStopAt()))
}

// RestartSubsystem drops all consumers and begins again from the store.
func (p *persistentService) RestartSubsystem(ctx context.Context, _ *shared.Empty) (*shared.Empty, error) {
	if err := p.mayManage(ctx); err != nil {
		return nil, err
	}
	return &shared.Empty{}, persistentError(subscriptions.Name{}, p.subscriptions.Restart(ctx))
}

// GetInfo tells how a subscription is doing.
func (p *persistentService) GetInfo(ctx context.Context, request *persistent.GetInfoReq) (*persistent.GetInfoResp, error) {
	options := request.GetOptions()
	name, err := nameOf(options.GetGroupName(), options.GetStreamIdentifier(), options.GetAll())
	if err != nil {
		return nil, err
	}
	if err := p.mayRead(ctx, name.Source); err != nil {
		return nil, err
	}
	statistics, err := p.subscriptions.Info(ctx, name)
	if err != nil {
		return nil, persistentError(name, err)
	}
	return &persistent.GetInfoResp{SubscriptionInfo: infoOf(&statistics)}, nil
}

// List tells how the subscriptions to a stream, or all of them, are doing: those
// whose source the caller may read.
func (p *persistentService) List(ctx context.Context, request *persistent.ListReq) (*persistent.ListResp, error) {
	source, err := listedSource(request.GetOptions())
	if err != nil {
		return nil, err
	}
	if source != "" {
		if err := p.mayRead(ctx, source); err != nil {
			return nil, err
		}
	}
	list, err := p.subscriptions.List(ctx, source)
	if err != nil {
		return nil, persistentError(subscriptions.Name{Source: source}, err)
	}
	response := &persistent.ListResp{}
	for i := range list {
		if err := p.mayRead(ctx, list[i].Name.Source); err != nil {
			if isAccessDenied(err) {
				continue
			}
			return nil, err
		}
		response.Subscriptions = append(response.Subscriptions, infoOf(&list[i]))
	}
	return response, nil
}

func isAccessDenied(err error) bool {
	var refused *exception
	return errors.As(err, &refused) && refused.name == accessDenied().name
}

// persistentError gives a failure its place in the protocol.
func persistentError(name subscriptions.Name, err error) error {
	if err == nil {
		return nil
	}
	var (
		missing *subscriptions.NotFoundError
		exists  *subscriptions.ExistsError
		full    *subscriptions.FullError
		invalid *subscriptions.InvalidError
	)
	about := fmt.Sprintf("ubscription group %s on stream %s", name.Group, name.Source)
	e := &exception{trailers: []string{"stream-name", string(name.Source), "group-name", name.Group}}
	switch {
	case errors.As(err, &missing):
		e.code, e.name, e.message = codes.NotFound, "persistent-subscription-does-not-exist", "S"+about+" does not exist."
	case errors.As(err, &exists):
		e.code, e.name, e.message = codes.AlreadyExists, "persistent-subscription-exists", "S"+about+" exists."
	case errors.As(err, &full):
		e.code, e.name = codes.FailedPrecondition, "maximum-subscribers-reached"
		e.message = "Maximum subscriptions reached for s" + about + "."
	case errors.Is(err, subscriptions.ErrDropped):
		e.code, e.name, e.message = codes.Canceled, "persistent-subscription-dropped", "S"+about+" was dropped."
	case errors.As(err, &invalid):
		e.code, e.name, e.message = codes.Internal, "persistent-subscription-failed", "S"+about+" failed: '"+invalid.Reason+"'"
		e.trailers = append(e.trailers, "reason", invalid.Reason)
	case errors.Is(err, subscriptions.ErrClosed):
		return errClosing
	default:
		return err
	}
	return e
}
