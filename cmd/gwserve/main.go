package main

import (
	"context"
	"crypto/tls"
	"errors"
	"flag"
	"log/slog"
	"net"
	"os"
	"os/signal"
	"syscall"

	"guishu/eventstore"
	"guishu/eventstore/gateway"
	"guishu/eventstore/memory"
	"guishu/eventstore/postgres"
)

type auth struct{}

func (auth) Authenticate(_ context.Context, name, secret string) (gateway.Principal, error) {
	if name == "admin" && secret == "changeit" {
		return *gateway.Administrator("admin"), nil
	}
	return gateway.Principal{}, errors.New("refused")
}

func main() {
	listen := flag.String("listen", "", "")
	url := flag.String("postgres", "", "")
	cert := flag.String("tls", "", "")
	flag.Parse()
	var store eventstore.Store = memory.New()
	if *url != "" {
		var err error
		if store, err = postgres.OpenURL(context.Background(), *url, postgres.Options{AllowUnsafe: true}); err != nil {
			panic(err)
		}
	}
	config := gateway.Config{Store: store, Writable: true, Deletable: true, Log: slog.New(slog.NewTextHandler(os.Stderr, nil))}
	config.Access.Anonymous = gateway.Administrator("anonymous")
	if *cert != "" {
		pair, err := tls.LoadX509KeyPair(*cert+"/node.crt", *cert+"/node.key")
		if err != nil {
			panic(err)
		}
		config.TLS = &tls.Config{Certificates: []tls.Certificate{pair}}
		config.Access = gateway.Access{Authenticator: auth{}}
	}
	s, err := gateway.New(config)
	if err != nil {
		panic(err)
	}
	l, err := net.Listen("tcp", *listen)
	if err != nil {
		panic(err)
	}
	c := make(chan os.Signal, 1)
	signal.Notify(c, syscall.SIGTERM, os.Interrupt)
	go func() { <-c; s.Close() }()
	if err := s.Serve(l); err != nil {
		panic(err)
	}
	store.Close()
}
