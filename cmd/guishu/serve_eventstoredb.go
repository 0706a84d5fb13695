package main

import (
	"context"
	"errors"
	"fmt"
	"net"

	"guishu/internal/app"
)

// protocolFlags say where the ledger is served to EventStoreDB's clients.
type protocolFlags struct {
	Listen      string `name:"eventstoredb-listen" env:"GUISHU_EVENTSTOREDB_LISTEN" placeholder:"HOST:PORT" help:"以 EventStoreDB 协议提供账本(审计员、管理员登录,只读) / Serve the ledger over EventStoreDB's protocol, to auditors and administrators, read-only."`
	Writable    bool   `name:"eventstoredb-writable" env:"GUISHU_EVENTSTOREDB_WRITABLE" help:"允许管理员经该协议追加到账本以外的流 / Let administrators append over it, to streams that are not the ledger's own. Nobody can delete."`
	Certificate string `name:"eventstoredb-cert" env:"GUISHU_EVENTSTOREDB_CERT" type:"existingfile" placeholder:"FILE" help:"该协议的 TLS 证书,本机以外必需 / Its TLS certificate (PEM), needed beyond this machine."`
	Key         string `name:"eventstoredb-key" env:"GUISHU_EVENTSTOREDB_KEY" type:"existingfile" placeholder:"FILE" help:"该协议的 TLS 私钥 / Its TLS key (PEM)."`
	Advertise   string `name:"eventstoredb-advertise" env:"GUISHU_EVENTSTOREDB_ADVERTISE" placeholder:"HOST:PORT" help:"告知客户端的地址 / Where clients are sent, behind NAT."`
}

// protocolServing is the ledger's port for EventStoreDB's clients.
type protocolServing struct {
	opened
	flags protocolFlags
}

// open listens, where that is asked for. Without a certificate it makes one for
// this machine in folder, beside taking connections in clear.
func (f protocolFlags) open(ctx context.Context, folder string) (*protocolServing, error) {
	if f.Listen == "" {
		if f.Writable || f.Certificate != "" || f.Key != "" || f.Advertise != "" {
			return nil, errors.New("--eventstoredb-listen 未给出 / --eventstoredb-… needs --eventstoredb-listen")
		}
		return nil, nil
	}
	if _, _, err := advertised(f.Advertise); err != nil {
		return nil, fmt.Errorf("--eventstoredb-advertise: %w", err)
	}
	listening := protocolListening{address: f.Listen, certificate: f.Certificate, key: f.Key, own: folder}
	port, err := listening.open(ctx)
	if err != nil {
		return nil, err
	}
	return &protocolServing{opened: port, flags: f}, nil
}

// serve serves the ledger until ctx ends. On a nil p it does nothing.
func (p *protocolServing) serve(ctx context.Context, a *app.App) error {
	if p == nil {
		return nil
	}
	host, port, err := advertised(p.flags.Advertise)
	if err != nil {
		return err
	}
	server, err := a.Gateway(app.Protocol{
		TLS: p.tls, Plain: p.plain, Writable: p.flags.Writable, AdvertiseHost: host, AdvertisePort: port,
	})
	if err != nil {
		return errors.Join(err, p.Close())
	}
	a.Log.Info("serving EventStoreDB's protocol", "connect", p.connection(), "writable", p.flags.Writable)
	return serveProtocol(ctx, server, p.opened)
}

// close stops listening, where serve was never come to.
func (p *protocolServing) close() error {
	if p == nil {
		return nil
	}
	if err := p.Close(); !errors.Is(err, net.ErrClosed) {
		return err
	}
	return nil
}
