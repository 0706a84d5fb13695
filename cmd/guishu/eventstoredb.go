package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"

	"guishu/eventstore"
	"guishu/eventstore/gateway"
	"guishu/eventstore/memory"
	"guishu/eventstore/postgres"
	"guishu/internal/app"
	"guishu/internal/privatepg"
)

// eventstoredbCommand speaks EventStoreDB's protocol over a store of its own: for
// the tests of any project in any language, without a container.
type eventstoredbCommand struct {
	Memory bool   `xor:"where" required:"" help:"只在内存中,结束即消失 / Keep everything in memory; it is gone at the end."`
	Data   string `xor:"where" required:"" type:"path" placeholder:"DIR" help:"存放在该目录的私有 PostgreSQL 中 / Keep it in a private PostgreSQL in this folder."`

	Listen    string `default:"127.0.0.1:2113" help:"监听地址;端口 0 为任意空闲端口 / Address to listen on; port 0 takes any free one."`
	Advertise string `placeholder:"HOST:PORT" help:"告知客户端的地址(容器、NAT 后) / Where gossip sends clients, behind NAT or in a container."`

	Like          string `name:"like" placeholder:"VERSION" help:"仿真该版本:like-23.10、like-24.10.4、like-24.10.6 / Have the ways of this version where versions differ: like-23.10, like-24.10.4 or like-24.10.6."`
	MaxAppendSize int    `name:"max-append-size" default:"1048576" placeholder:"BYTES" help:"一次追加的上限(字节),至多 33554432 / What one append may hold, in bytes; 33554432 at most."`

	Certificate string `name:"cert" type:"existingfile" placeholder:"FILE" help:"TLS 证书 (PEM) / TLS certificate. Clients then connect with tls=true."`
	Key         string `type:"existingfile" placeholder:"FILE" help:"TLS 私钥 (PEM) / TLS key."`
	Insecure    bool   `help:"本机以外也不加密,仅供测试 / Serve other machines in clear too. For tests only; this machine always is, without --cert."`

	User     string `help:"用户名;不填则任何人都是管理员 / The one who may sign in, an administrator; empty: everyone is, without signing in."`
	Password string `env:"GUISHU_EVENTSTOREDB_PASSWORD" help:"该用户的密码 / Their password. EventStoreDB's clients send it over TLS only."`

	PostgresBin string `name:"postgres-bin" env:"GUISHU_POSTGRES_BIN" type:"path" placeholder:"DIR" help:"PostgreSQL 程序目录 / Folder of PostgreSQL's programs; empty: look for them."`
	LogLevel    string `name:"log-level" enum:"debug,info,warn,error" default:"warn" help:"日志级别 / Log level."`
}

// Help is shown by --help below the summary.
func (*eventstoredbCommand) Help() string {
	return `EventStoreDB 24.10 的 gRPC 协议:追加、批量追加、读取、订阅、持久订阅、删除、元数据与访问控制、$ce- 与 $et- 流。
Speaks the gRPC protocol of EventStoreDB 24.10: append, batch append, read, subscribe,
persistent subscriptions, delete and tombstone, stream metadata and access lists,
the streams of categories ($ce-) and of types ($et-).
Not part of it: projections of your own, scavenging, user management.

  guishu eventstoredb --memory
  guishu eventstoredb --data ./events --listen 127.0.0.1:0
  guishu eventstoredb --memory --like like-23.10

It prints the connection string on a line of its own and runs until Ctrl-C.
GET /health/live on the same port answers 204 while it can be used.`
}

// eventstoredbDatabase is the database in the private PostgreSQL: another one
// than a ledger's, should both be in one folder.
const eventstoredbDatabase = "eventstoredb"

// Run serves until ctx ends.
func (c *eventstoredbCommand) Run(ctx context.Context) (err error) {
	access, err := c.access()
	if err != nil {
		return err
	}
	host, port, err := advertised(c.Advertise)
	if err != nil {
		return fmt.Errorf("--advertise: %w", err)
	}
	likeness, err := gateway.ParseLikeness(c.Like)
	if err != nil {
		return fmt.Errorf("--like: %w", err)
	}
	if c.MaxAppendSize <= 0 || c.MaxAppendSize > eventstore.MaxAppendBytes {
		return fmt.Errorf("--max-append-size:1 至 %d 字节 / --max-append-size takes 1 to %[1]d bytes", eventstore.MaxAppendBytes)
	}
	listening := protocolListening{address: c.Listen, certificate: c.Certificate, key: c.Key, plain: c.Insecure}
	listener, err := listening.open(ctx)
	if err != nil {
		return err
	}
	app.TuneMemory()
	log := ledgerFlags{LogLevel: c.LogLevel, LogFormat: "text"}.logger()
	store, stop, err := c.open(ctx, log)
	if err != nil {
		return errors.Join(err, listener.Close())
	}
	defer func() { err = errors.Join(err, stop()) }()
	if err := gateway.Begin(ctx, store, c.users()); err != nil {
		return errors.Join(err, listener.Close())
	}
	server, err := gateway.New(gateway.Config{
		Store: store, Access: access, Writable: true, Deletable: true, Log: log,
		TLS: listener.tls, AdvertiseHost: host, AdvertisePort: port,
		Likeness: likeness, MaxAppendBytes: c.MaxAppendSize,
	})
	if err != nil {
		return errors.Join(err, listener.Close())
	}
	fmt.Fprintln(os.Stdout, listener.connection())
	return serveProtocol(ctx, server, listener)
}

// access is everyone as administrator, or one administrator with a password.
func (c *eventstoredbCommand) access() (gateway.Access, error) {
	if (c.User == "") != (c.Password == "") {
		return gateway.Access{}, errors.New("用户名和密码要一起给 / --user needs --password, and --password --user")
	}
	if c.User == "" {
		return gateway.Access{Anonymous: gateway.Administrator("admin")}, nil
	}
	return gateway.Access{Authenticator: c.users()}, nil
}

// users are those who may sign in, nil where nobody has to.
func (c *eventstoredbCommand) users() gateway.Users {
	if c.User == "" {
		return nil
	}
	return gateway.Users{c.User: {Password: c.Password, Roles: gateway.Administrator(c.User).Roles}}
}

// open opens the store, and gives what closes it and all below it.
func (c *eventstoredbCommand) open(ctx context.Context, log *slog.Logger) (eventstore.Store, func() error, error) {
	if c.Memory {
		store := memory.New()
		return store, store.Close, nil
	}
	url, stop, err := privatepg.Open(ctx, privatepg.Settings{
		Options: privatepg.Options{DataDir: c.Data, BinDir: c.PostgresBin, Log: log}, Database: eventstoredbDatabase,
	})
	if err != nil {
		return nil, nil, err
	}
	store, err := postgres.OpenURL(ctx, url, postgres.Options{Log: log})
	if err != nil {
		return nil, nil, errors.Join(err, stop())
	}
	return store, func() error { return errors.Join(store.Close(), stop()) }, nil
}

// serveProtocol serves until ctx ends, and returns when everything has stopped.
func serveProtocol(ctx context.Context, server *gateway.Server, listener opened) error {
	stopped := make(chan error, 1)
	stop := context.AfterFunc(ctx, func() { stopped <- server.Close() })
	err := server.Serve(listener)
	if stop() {
		return errors.Join(err, server.Close())
	}
	return errors.Join(err, <-stopped)
}
