package http

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"time"
)

// Listening says where to take requests and how.
type Listening struct {
	Address string // such as 127.0.0.1:8080
	// Certificate and Key are PEM files; with them, requests come over TLS.
	Certificate, Key string
	// Plain allows requests from other machines without TLS, for a proxy in front
	// that adds it. Without it only this machine is served in the clear.
	Plain bool
}

// ErrPlainRemote says that the address can be reached from other machines without
// TLS, and nobody said that this is meant.
var ErrPlainRemote = errors.New("without a certificate only a loopback address is served; give a certificate and key, or say that a proxy in front adds TLS")

// Secure says whether requests come over TLS.
func (l Listening) Secure() bool { return l.Certificate != "" }

// Open listens.
func (l Listening) Open(ctx context.Context) (net.Listener, error) {
	host, _, err := net.SplitHostPort(l.Address)
	if err != nil {
		return nil, fmt.Errorf("listen on %s: %w", l.Address, err)
	}
	if !l.Secure() && !l.Plain && !loopback(host) {
		return nil, fmt.Errorf("listen on %s: %w", l.Address, ErrPlainRemote)
	}
	var certificate tls.Certificate
	if l.Secure() {
		if certificate, err = tls.LoadX509KeyPair(l.Certificate, l.Key); err != nil {
			return nil, fmt.Errorf("read the certificate: %w", err)
		}
	}
	listener, err := new(net.ListenConfig).Listen(ctx, "tcp", l.Address)
	if err != nil || !l.Secure() {
		return listener, err
	}
	return tls.NewListener(listener, &tls.Config{
		Certificates: []tls.Certificate{certificate}, MinVersion: tls.VersionTLS12, NextProtos: []string{"h2", "http/1.1"},
	}), nil
}

func loopback(host string) bool {
	if host == "localhost" {
		return true
	}
	ip := net.ParseIP(host)
	return ip != nil && ip.IsLoopback()
}

const (
	// settling is how long an answer may come after its request's time is over: a store
	// waits 5 s for the outcome of what it has sent, and what must be unique is settled
	// for 5 s. Only then is a connection cut (E-05).
	settling = 20 * time.Second
	// grace is how long requests under way may take to finish when the server stops:
	// their time ends so early that they are answered too.
	grace = 20 * time.Second
	// hurry is how long they have for their work then.
	hurry = grace / 2
)

// errStopping ends the requests that are still under way when the server stops.
var errStopping = errors.New("the server stops")

// Serve answers requests until ctx ends; then it takes no new ones, lets those
// under way finish, and returns nil.
func (s *Server) Serve(ctx context.Context, listener net.Listener) error {
	requests, end := context.WithCancelCause(context.WithoutCancel(ctx))
	defer end(nil)
	server := &http.Server{
		Handler:           s,
		ReadHeaderTimeout: 5 * time.Second,
		ReadTimeout:       15 * time.Second,
		WriteTimeout:      s.Timeout + settling,
		IdleTimeout:       2 * time.Minute,
		MaxHeaderBytes:    32 << 10,
		BaseContext:       func(net.Listener) context.Context { return requests },
		ErrorLog:          slog.NewLogLogger(s.Log.Handler(), slog.LevelDebug),
	}
	failed := make(chan error, 1)
	go func() { failed <- server.Serve(listener) }()
	select {
	case err := <-failed:
		return err
	case <-ctx.Done():
	}
	draining, stop := context.WithTimeout(context.WithoutCancel(ctx), grace)
	defer stop()
	hurrying := time.AfterFunc(hurry, func() { end(errStopping) })
	defer hurrying.Stop()
	if err := server.Shutdown(draining); err != nil {
		_ = server.Close()
		return fmt.Errorf("some requests did not finish in time: %w", err)
	}
	if err := <-failed; !errors.Is(err, http.ErrServerClosed) {
		return err
	}
	return nil
}
