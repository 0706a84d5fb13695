package esdb

import (
	"errors"
	"fmt"
	"sync"

	"github.com/google/uuid"
	"google.golang.org/grpc/balancer"
	"google.golang.org/grpc/balancer/base"
	"google.golang.org/grpc/connectivity"
	"google.golang.org/grpc/resolver"
)

// A gRPC channel connects again by itself when its connection is cut, and the next call
// is answered by whoever listens there by then: it may hold an older copy of the ledger
// (E-03). The targets of this file are connected to once. After that every call fails,
// so that whoever made the channel makes a new one and looks at it before using it.

const (
	onceScheme = "guishu-once"
	oncePolicy = "guishu_once"
)

// fresh holds the targets that nobody has connected to yet, by what is unique in them.
var fresh sync.Map

// once gives a target of a gRPC channel for an address, and takes it back where nobody
// has connected to it.
func once(address string) (target string, forget func()) {
	id := uuid.NewString()
	fresh.Store(id, nil)
	return fmt.Sprintf("%s://%s/%s", onceScheme, id, address), func() { fresh.Delete(id) }
}

var errCut = errors.New("the connection was cut")

// gRPC finds both by their names alone, and takes them while the program is initialized:
// the official client makes its channels by itself and leaves no other way to say so.
func init() {
	resolver.Register(onceResolver{})
	balancer.Register(onceBalancer{})
}

// onceResolver takes an address as it is, and the balancer that connects once.
type onceResolver struct{}

// Scheme implements resolver.Builder.
func (onceResolver) Scheme() string { return onceScheme }

// Build implements resolver.Builder.
func (r onceResolver) Build(target resolver.Target, to resolver.ClientConn, _ resolver.BuildOptions) (resolver.Resolver, error) {
	config := to.ParseServiceConfig(`{"loadBalancingConfig":[{"` + oncePolicy + `":{}}]}`)
	return r, to.UpdateState(resolver.State{Addresses: []resolver.Address{{Addr: target.Endpoint()}}, ServiceConfig: config})
}

// ResolveNow implements resolver.Resolver.
func (onceResolver) ResolveNow(resolver.ResolveNowOptions) {}

// Close implements resolver.Resolver.
func (onceResolver) Close() {}

type onceBalancer struct{}

// Name implements balancer.Builder.
func (onceBalancer) Name() string { return oncePolicy }

// Build implements balancer.Builder. A channel that nothing was asked of for long comes
// here again; so does one that is made for a target that was connected to before.
func (onceBalancer) Build(cc balancer.ClientConn, options balancer.BuildOptions) balancer.Balancer {
	_, first := fresh.LoadAndDelete(options.Target.URL.Host)
	return &connectingOnce{channel: cc, spent: !first}
}

// connectingOnce is a channel's only connection. Its methods are called one after another.
type connectingOnce struct {
	channel balancer.ClientConn
	only    balancer.SubConn
	spent   bool
}

// UpdateClientConnState implements balancer.Balancer.
func (c *connectingOnce) UpdateClientConnState(state balancer.ClientConnState) error {
	if c.only != nil {
		return nil
	}
	if c.spent {
		c.fail(errCut)
		return nil
	}
	c.spent = true
	//lint:ignore SA1019 the warning is for who gives it several addresses
	only, err := c.channel.NewSubConn(state.ResolverState.Addresses, balancer.NewSubConnOptions{StateListener: c.changed})
	if err != nil {
		c.fail(err)
		return nil
	}
	c.only = only
	c.channel.UpdateState(balancer.State{ConnectivityState: connectivity.Connecting, Picker: base.NewErrPicker(balancer.ErrNoSubConnAvailable)})
	only.Connect()
	return nil
}

func (c *connectingOnce) changed(to balancer.SubConnState) {
	switch to.ConnectivityState {
	case connectivity.Connecting:
	case connectivity.Ready:
		c.channel.UpdateState(balancer.State{ConnectivityState: connectivity.Ready, Picker: onlyPicker{c.only}})
	case connectivity.Idle, connectivity.TransientFailure:
		if to.ConnectionError == nil {
			to.ConnectionError = errCut
		}
		c.fail(to.ConnectionError)
		c.only.Shutdown()
	}
}

func (c *connectingOnce) fail(err error) {
	c.channel.UpdateState(balancer.State{ConnectivityState: connectivity.TransientFailure, Picker: base.NewErrPicker(err)})
}

// ResolverError implements balancer.Balancer.
func (c *connectingOnce) ResolverError(err error) { c.fail(err) }

// UpdateSubConnState implements balancer.Balancer. The connection says to changed how it is.
func (c *connectingOnce) UpdateSubConnState(balancer.SubConn, balancer.SubConnState) {}

// ExitIdle implements balancer.Balancer.
func (c *connectingOnce) ExitIdle() {}

// Close implements balancer.Balancer.
func (c *connectingOnce) Close() {
	if c.only != nil {
		c.only.Shutdown()
	}
}

type onlyPicker struct{ only balancer.SubConn }

// Pick implements balancer.Picker.
func (p onlyPicker) Pick(balancer.PickInfo) (balancer.PickResult, error) {
	return balancer.PickResult{SubConn: p.only}, nil
}
