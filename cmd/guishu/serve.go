package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"os"
	"strings"

	"guishu/commands"
	"guishu/eventstore"
	"guishu/eventstore/esdb"
	"guishu/http"
	"guishu/internal/app"

	"golang.org/x/sync/errgroup"
)

// serveCommand runs the ledger until it is told to stop.
type serveCommand struct {
	ledgerFlags
	listenFlags
	Protocol protocolFlags `embed:""`
	Accept   bool          `name:"accept-older-ledger" help:"接受比数据库更旧的账本(由旧备份恢复):重建读模型,列出丢失的内容 / Accept a ledger that is older than its database (brought back from an old backup): read models are built anew, and what is lost is listed."`
	Firm     string        `env:"GUISHU_FIRM" default:"总行" help:"首次启动时机构根节点的名称 / Name of the root unit, used at the first start."`
}

// listenFlags say where requests are taken.
type listenFlags struct {
	Listen      string `env:"GUISHU_LISTEN" default:"127.0.0.1:8787" help:"监听地址 / Address to listen on."`
	Certificate string `name:"tls-certificate" env:"GUISHU_TLS_CERTIFICATE" type:"existingfile" placeholder:"FILE" help:"TLS 证书 (PEM) / TLS certificate."`
	Key         string `name:"tls-key" env:"GUISHU_TLS_KEY" type:"existingfile" placeholder:"FILE" help:"TLS 私钥 (PEM) / TLS key."`
	BehindProxy bool   `name:"behind-proxy" env:"GUISHU_BEHIND_PROXY" help:"前面有代理负责 TLS,并在 X-Forwarded-For 末尾写明来访地址;/metrics 因此须登录 / A proxy in front adds TLS and puts the caller's address last in X-Forwarded-For; /metrics then needs a sign-in."`
}

func (f listenFlags) listening() http.Listening {
	return http.Listening{Address: f.Listen, Certificate: f.Certificate, Key: f.Key, Plain: f.BehindProxy}
}

// Run serves.
func (c *serveCommand) Run(ctx context.Context) error {
	if c.Accept {
		config, err := c.config(c.logger(), false)
		if err != nil {
			return err
		}
		if err := acceptOlder(ctx, config); err != nil {
			return err
		}
	}
	return serve(ctx, c.ledgerFlags, c.listenFlags, c.Protocol, func(ctx context.Context, a *app.App, address string) error {
		return firstStart(ctx, a, c.Firm, address)
	})
}

// serve assembles the product, listens, prepares the ledger and answers requests
// until ctx ends. Requests are taken only after prepare is done.
func serve(ctx context.Context, flags ledgerFlags, where listenFlags, protocol protocolFlags, prepare func(context.Context, *app.App, string) error) error {
	config, err := flags.config(flags.logger(), false)
	if err != nil {
		return err
	}
	return serveWith(ctx, config, where, protocol, prepare)
}

// serveWith is serve on an assembly of one's own.
func serveWith(ctx context.Context, config app.Config, where listenFlags, protocol protocolFlags, prepare func(context.Context, *app.App, string) error) (err error) {
	app.TuneMemory()
	log := config.Log
	config.SecureCookies = where.Certificate != "" || where.BehindProxy
	a, err := openApp(ctx, config)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, a.Close()) }()
	server, err := newServer(a, where, log)
	if err != nil {
		return err
	}
	listener, err := where.listening().Open(ctx)
	if err != nil {
		return err
	}
	auditors, err := protocol.open(ctx, config.Database.DataDir)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, auditors.close()) }()
	// Requests under way may wait for the read models, so these stop after them.
	behind, stopBehind := context.WithCancel(context.WithoutCancel(ctx))
	defer stopBehind()
	group, ctx := errgroup.WithContext(ctx)
	group.Go(func() error { return a.Run(behind) })
	group.Go(func() error {
		defer stopBehind()
		if err := prepare(ctx, a, address(where, listener)); err != nil {
			return errors.Join(err, listener.Close())
		}
		log.Info("serving", "address", address(where, listener))
		group.Go(func() error { return auditors.serve(ctx, a) })
		return server.Serve(ctx, listener)
	})
	err = group.Wait()
	if errors.Is(err, context.Canceled) {
		return nil
	}
	return err
}

func newServer(a *app.App, where listenFlags, log *slog.Logger) (*http.Server, error) {
	return http.New(http.Config{
		Ledger: a.Ledger, Auth: a.Auth, Read: a.Pool, Models: a.Models, Store: a.Store, Decoder: a.Codec, Lookups: a.Lookups,
		Reactions: a.Reactions,
		Location:  a.Location, Log: log,
		Secure: where.Certificate != "" || where.BehindProxy, Version: version(),
		Checks: []http.Check{{Name: "event store", Ask: storeAnswers(a)}}, Collectors: a.Collectors,
		Notices: []http.Check{{Name: "database role", Ask: mayOnlyAdd(a)}},
	})
}

// mayOnlyAdd says what the program's database role could do to the ledger beyond adding
// to it (S-15).
func mayOnlyAdd(a *app.App) func(context.Context) error {
	return func(ctx context.Context) error {
		excess, err := a.Excess(ctx)
		if err != nil || len(excess) == 0 {
			return err
		}
		return &http.Trouble{Words: "程序的数据库角色不止能追加事件,见 docs/database-roles.md / the program's database role can do more than add events, see docs/database-roles.md: " + strings.Join(excess, ", ")}
	}
}

// storeAnswers asks the event store, and says what a user lacks whom it refuses.
func storeAnswers(a *app.App) func(context.Context) error {
	return func(ctx context.Context) error {
		err := a.StoreAnswers(ctx)
		var refused *esdb.RefusedError
		if errors.As(err, &refused) {
			return &http.Trouble{Words: "--store 中的用户缺少权限,见 docs/running-on-eventstoredb.md / the user named in --store lacks a right, see docs/running-on-eventstoredb.md: " + eventstore.Said(refused)}
		}
		return err
	}
}

func address(where listenFlags, listener net.Listener) string {
	if where.Certificate != "" {
		return "https://" + listener.Addr().String()
	}
	return "http://" + listener.Addr().String()
}

// firstLogin is the sign-in name of a ledger's first administrator.
const firstLogin = "admin"

// firstStart begins an empty ledger and prints the one-time sign-in of its first
// administrator: again at every start until it has been used, so that a start
// that nobody watched locks nobody out. On any other ledger it does nothing.
func firstStart(ctx context.Context, a *app.App, firm, address string) error {
	who, installed, err := commands.FirstAdministrator(ctx, a.Ledger)
	if err != nil {
		return err
	}
	if !installed {
		who, err = commands.Install(ctx, a.Ledger, commands.InstallFirstAdministrator{
			Firm: firm, Name: "系统管理员", Login: firstLogin, EmployeeNo: "0001",
		})
		if err != nil {
			return err
		}
	}
	member, err := a.Ledger.Member(ctx, who)
	if err != nil || !member.Active() {
		return err
	}
	secret, err := a.Auth.FirstAdministrator(ctx, who, member.Login)
	if err != nil || secret == "" {
		return err
	}
	fmt.Fprintf(os.Stdout, `
首位管理员的一次性登录(设好密码即失效):
One-time sign-in of the first administrator (ends once a password is set):

    地址 address   %s
    登录名 login   %s
    一次性口令 secret   %s

`, address, member.Login, secret)
	return nil
}
