package esdb

import (
	"context"
	"crypto/tls"
	"encoding/base64"
	"fmt"
	"strings"
	"time"

	"github.com/EventStore/EventStore-Client-Go/v4/esdb"
	"github.com/EventStore/EventStore-Client-Go/v4/protos/serverfeatures"
	"github.com/EventStore/EventStore-Client-Go/v4/protos/shared"
	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/credentials"
	"google.golang.org/grpc/credentials/insecure"
	"google.golang.org/grpc/keepalive"
	"google.golang.org/grpc/status"

	"guishu/eventstore/wire"
)

// usualDeadline is how long an answer is waited for where the connection string
// does not say.
const usualDeadline = 10 * time.Second

// greet asks a server for its version, and what it can do, over a connection of its
// own. That is kept as long as the link: for appends that share a call, where the
// server takes such, and to notice that the server went away. The official client
// keeps its connection to itself: this is a second one, made as that is. Without a
// batch every append has a call of its own.
func (l *links) greet(address string, lost func()) (*grpc.ClientConn, *batch, error) {
	reached, forget := once(address)
	defer forget()
	conn, err := dial(&l.config, reached)
	if err != nil {
		return nil, nil, err
	}
	known, err := l.features(conn)
	if err == nil {
		err = checkVersion(known.GetEventStoreServerVersion())
	}
	if err != nil {
		_ = conn.Close()
		return nil, nil, err
	}
	if l.options.SingleCalls || !takesBatches(known) {
		return conn, nil, nil
	}
	b := &batch{conn: conn, outgoing: l.outgoing, deadline: usualDeadline, work: &l.sending, lost: lost, log: l.options.Log}
	b.options = []grpc.CallOption{grpc.ForceCodecV2(wire.NewCodec())}
	if l.config.DefaultDeadline != nil {
		b.deadline = *l.config.DefaultDeadline
	}
	if l.config.Username != "" && !l.config.DisableTLS {
		b.options = append(b.options, grpc.PerRPCCredentials(basicAuthentication(l.config.Username+":"+l.config.Password)))
	}
	return conn, b, nil
}

// features asks a server what it is: nothing where it does not know the question.
func (l *links) features(conn *grpc.ClientConn) (*serverfeatures.SupportedMethods, error) {
	ctx, cancel := l.briefly()
	defer cancel()
	known, err := serverfeatures.NewServerFeaturesClient(conn).GetSupportedMethods(ctx, &shared.Empty{})
	if code := status.Code(err); code == codes.Unimplemented || code == codes.NotFound {
		return nil, nil
	}
	return known, err
}

// takesBatches says whether a server knows BatchAppend.
func takesBatches(known *serverfeatures.SupportedMethods) bool {
	for _, method := range known.GetMethods() {
		if strings.EqualFold(method.GetServiceName(), "event_store.client.streams.streams") && strings.EqualFold(method.GetMethodName(), "batchappend") {
			return true
		}
	}
	return false
}

// briefly gives a context for a question while connecting.
func (l *links) briefly() (context.Context, context.CancelFunc) {
	return context.WithTimeout(l.ending, time.Duration(l.config.GossipTimeout)*time.Second)
}

// dial makes a connection as the official client makes its own.
func dial(config *esdb.Configuration, address string) (*grpc.ClientConn, error) {
	transport := insecure.NewCredentials()
	if !config.DisableTLS {
		own := &tls.Config{InsecureSkipVerify: config.SkipCertificateVerification, RootCAs: config.RootCAs, MinVersion: tls.VersionTLS12}
		if config.UserCertFile != "" {
			certificate, err := tls.LoadX509KeyPair(config.UserCertFile, config.UserKeyFile)
			if err != nil {
				return nil, fmt.Errorf("the user certificate: %w", err)
			}
			own.Certificates = []tls.Certificate{certificate}
		}
		transport = credentials.NewTLS(own)
	}
	options := []grpc.DialOption{
		grpc.WithTransportCredentials(transport),
		grpc.WithIdleTimeout(0), // it is watched
	}
	if config.KeepAliveInterval >= 0 {
		options = append(options, grpc.WithKeepaliveParams(keepalive.ClientParameters{
			Time: config.KeepAliveInterval, Timeout: config.KeepAliveTimeout, PermitWithoutStream: true,
		}))
	}
	return grpc.NewClient(address, options...)
}

// basicAuthentication is a name and a password that are sent over TLS only.
type basicAuthentication string

// GetRequestMetadata implements credentials.PerRPCCredentials.
func (b basicAuthentication) GetRequestMetadata(context.Context, ...string) (map[string]string, error) {
	return map[string]string{"authorization": "Basic " + base64.StdEncoding.EncodeToString([]byte(b))}, nil
}

// RequireTransportSecurity implements credentials.PerRPCCredentials.
func (basicAuthentication) RequireTransportSecurity() bool { return true }
