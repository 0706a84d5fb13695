package gateway

import (
	"context"
	"errors"
	"io"

	"github.com/EventStore/EventStore-Client-Go/v4/protos/persistent"
	"github.com/EventStore/EventStore-Client-Go/v4/protos/shared"
	"github.com/google/uuid"
	"google.golang.org/grpc/metadata"
	"google.golang.org/grpc/peer"

	subscriptions "guishu/eventstore/gateway/persistent"
	"guishu/eventstore/wire"
)

// maxIDs is how many events one acknowledgement may be about.
const maxIDs = 20_000

// Read is a consumer's connection: it says which subscription it takes from,
// gets events, and acknowledges them.
func (p *persistentService) Read(stream persistent.PersistentSubscriptions_ReadServer) error {
	ctx, release := p.untilClose(stream.Context())
	defer release()
	first, err := stream.Recv()
	if errors.Is(err, io.EOF) {
		return invalidArgument("a persistent subscription begins with its options")
	}
	if err != nil {
		return err
	}
	options := first.GetOptions()
	if options == nil {
		return invalidArgument("a persistent subscription begins with its options")
	}
	name, err := nameOf(options.GetGroupName(), options.GetStreamIdentifier(), options.GetAll())
	if err != nil {
		return err
	}
	if options.GetBufferSize() <= 0 {
		return invalidArgument("a buffer of %d events takes none", options.GetBufferSize())
	}
	if err := p.mayConsume(ctx, name.Source); err != nil {
		return err
	}
	session, err := p.subscriptions.Connect(ctx, name, p.consumerOf(ctx, int(options.GetBufferSize())))
	if err != nil {
		return persistentError(name, cause(ctx, err))
	}
	defer session.Close()
	confirmation := &persistent.ReadResp_SubscriptionConfirmation{SubscriptionId: session.ID()}
	if err := stream.SendMsg(&persistent.ReadResp{Content: &persistent.ReadResp_SubscriptionConfirmation_{SubscriptionConfirmation: confirmation}}); err != nil {
		return err
	}
	// Receiving ends when the call does, at the latest. What ends it first is
	// what the client is told.
	ctx, end := context.WithCancelCause(ctx)
	defer end(nil)
	p.work.Go(func() { end(p.acknowledge(stream, session)) })
	return persistentError(name, p.deliver(ctx, stream, session, options.GetUuidOption().GetString_() != nil))
}

// errConsumerLeft ends a call whose client has said all it has to say.
var errConsumerLeft = errors.New("the consumer left")

// deliver sends events until one side ends it.
func (p *persistentService) deliver(ctx context.Context, stream persistent.PersistentSubscriptions_ReadServer, session *subscriptions.Session, textIDs bool) error {
	for {
		list, err := session.Receive(ctx)
		if err != nil {
			err = cause(ctx, err)
			if errors.Is(err, errConsumerLeft) {
				return nil
			}
			return err
		}
		for i := range list {
			resolved, err := p.shown(ctx, &list[i])
			if err != nil {
				return cause(ctx, err)
			}
			if err := stream.SendMsg(encodeDelivery(resolved, list[i].Retries, textIDs)); err != nil {
				return err
			}
		}
	}
}

// shown is a delivery as its consumer may see it: a link to what they may not
// read leads nowhere.
func (p *persistentService) shown(ctx context.Context, delivery *subscriptions.Delivery) (resolvedEvent, error) {
	if !delivery.IsLink {
		return resolvedEvent{event: &delivery.Original}, nil
	}
	resolved := resolvedEvent{event: delivery.Target, link: &delivery.Original}
	if delivery.Target == nil {
		return resolved, nil
	}
	err := p.mayRead(ctx, delivery.Target.Stream)
	if isAccessDenied(err) {
		resolved.event, err = nil, nil
	}
	return resolved, err
}

// acknowledge takes in what the consumer says of the events it got, until it
// says no more.
func (p *persistentService) acknowledge(stream persistent.PersistentSubscriptions_ReadServer, session *subscriptions.Session) error {
	for {
		request, err := stream.Recv()
		if errors.Is(err, io.EOF) {
			return errConsumerLeft
		}
		if err != nil {
			return err
		}
		if err := answer(session, request); err != nil {
			return err
		}
	}
}

func answer(session *subscriptions.Session, request *persistent.ReadReq) error {
	switch content := request.Content.(type) {
	case *persistent.ReadReq_Ack_:
		ids, err := parseIDs(content.Ack.GetIds())
		if err != nil {
			return err
		}
		session.Ack(ids)
		return nil
	case *persistent.ReadReq_Nack_:
		ids, err := parseIDs(content.Nack.GetIds())
		if err != nil {
			return err
		}
		action, ok := actions[content.Nack.GetAction()]
		if !ok {
			return invalidArgument("there is no action %d", content.Nack.GetAction())
		}
		session.Nack(ids, action, content.Nack.GetReason())
		return nil
	}
	return invalidArgument("a persistent subscription's options are followed by acknowledgements only")
}

// actions are what can be asked for an event that was not processed.
var actions = map[persistent.ReadReq_Nack_Action]subscriptions.Action{
	persistent.ReadReq_Nack_Unknown: subscriptions.Undecided,
	persistent.ReadReq_Nack_Park:    subscriptions.Park,
	persistent.ReadReq_Nack_Retry:   subscriptions.Retry,
	persistent.ReadReq_Nack_Skip:    subscriptions.Skip,
	persistent.ReadReq_Nack_Stop:    subscriptions.Stop,
}

func parseIDs(given []*shared.UUID) ([]uuid.UUID, error) {
	if len(given) > maxIDs {
		return nil, invalidArgument("an acknowledgement of %d events is more than %d", len(given), maxIDs)
	}
	ids := make([]uuid.UUID, len(given))
	for i, each := range given {
		id, err := parseID(each)
		if err != nil {
			return nil, err
		}
		ids[i] = id
	}
	return ids, nil
}

// consumerOf is the caller as a consumer.
func (p *persistentService) consumerOf(ctx context.Context, slots int) *subscriptions.Consumer {
	var from string
	username, label := "anonymous", "<unknown>"
	if caller, ok := peer.FromContext(ctx); ok && caller.Addr != nil {
		from = caller.Addr.String()
	}
	if principal, ok := callerOf(ctx); ok && p.access.Authenticator != nil {
		username = principal.Name
	}
	if names := metadata.ValueFromIncomingContext(ctx, "connection-name"); len(names) > 0 {
		label = names[0]
	}
	return subscriptions.NewConsumer(slots, from, username, label)
}

// fieldRetryCount is ReadResp.ReadEvent's; the other fields and those of
// RecordedEvent have the numbers they have in a read.
const fieldRetryCount = 5

// encodeDelivery writes a ReadResp that holds an event.
func encodeDelivery(resolved resolvedEvent, retries int, textIDs bool) wire.Encoded {
	position := uint64(resolved.original().Position)
	event, link := measure(resolved.event, textIDs), measure(resolved.link, textIDs)
	inner := event.field(fieldEvent) + link.field(fieldLink) +
		wire.SizeOfNumber(fieldCommitPosition, position) + wire.SizeOfNumber(fieldRetryCount, uint64(retries))
	size := wire.SizeOf(fieldReadRespEvent, inner)
	b := wire.AppendLength(make([]byte, 0, size), fieldReadRespEvent, inner)
	b = event.append(b, fieldEvent)
	b = link.append(b, fieldLink)
	b = wire.AppendNumber(b, fieldCommitPosition, position)
	b = wire.AppendNumber(b, fieldRetryCount, uint64(retries))
	return b
}
