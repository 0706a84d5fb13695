package main

import (
	"errors"
	"fmt"
	"log/slog"
	"os"
	"strings"
	"time"

	"guishu/eventstore/sealing"
	"guishu/internal/app"
	"guishu/internal/privatepg"
)

// ledgerFlags say where the ledger is. Nothing needs to be said.
type ledgerFlags struct {
	DatabaseURL string `name:"database-url" env:"DATABASE_URL" placeholder:"URL" help:"PostgreSQL 地址;不填则自带私有实例 / PostgreSQL to use; empty: a private one in the data folder."`
	Connections int    `name:"database-connections" env:"GUISHU_DATABASE_CONNECTIONS" default:"0" placeholder:"COUNT" help:"最多使用多少个 PostgreSQL 连接;0 为按数据库所允许的自动确定,并为同时运行的命令留出余地 / How many connections to PostgreSQL to open at most; 0: as many as it grants, less a place for commands that run beside."`
	Store       string `env:"GUISHU_STORE" placeholder:"ADDRESS" help:"存放事件的 EventStoreDB,如 esdb://user:password@host:2113;不填则事件也存于 PostgreSQL / EventStoreDB that keeps the events (esdb:// or esdb+discover://); empty: PostgreSQL keeps them too. Everything else is in PostgreSQL either way. Give a password in the environment, not on the command line."`
	Data        string `env:"GUISHU_DATA" type:"path" placeholder:"DIR" help:"数据目录 / Data folder (root: /var/lib/guishu, else ~/.local/share/guishu)."`
	PostgresBin string `name:"postgres-bin" env:"GUISHU_POSTGRES_BIN" type:"path" placeholder:"DIR" help:"PostgreSQL 程序目录 / Folder of PostgreSQL's programs; empty: look for them."`
	TimeZone    string `name:"time-zone" env:"GUISHU_TIME_ZONE" default:"Asia/Shanghai" help:"业务时区 / Business time zone."`
	SecretHours int    `name:"secret-hours" env:"GUISHU_SECRET_HOURS" default:"24" help:"一次性口令在几小时内有效,1 至 168 / Hours within which a one-time secret can be signed in with, 1 to 168."`
	TokenDays   int    `name:"token-days" env:"GUISHU_TOKEN_DAYS" default:"90" help:"API 令牌最长几天,1 至 366 / Days that an API token may live at most, 1 to 366."`
	LogFormat   string `name:"log-format" env:"GUISHU_LOG_FORMAT" enum:"text,json" default:"text" help:"日志格式 / Log format (text or json)."`
	LogLevel    string `name:"log-level" env:"GUISHU_LOG_LEVEL" enum:"debug,info,warn,error" default:"info" help:"日志级别 / Log level."`

	tool bool // a command that may run beside a server
}

// quiet is for a tool, which says what it found, not what it did. It may run beside a
// server, to which it leaves the database's connections.
func (f ledgerFlags) quiet() ledgerFlags {
	f.tool = true
	if f.LogLevel == "info" {
		f.LogLevel = "warn"
	}
	return f
}

// logger writes to standard error, so that output stays what was asked for.
func (f ledgerFlags) logger() *slog.Logger {
	var level slog.Level
	_ = level.UnmarshalText([]byte(f.LogLevel)) // one of the enumeration
	options := &slog.HandlerOptions{Level: level}
	if f.LogFormat == "json" {
		return slog.New(slog.NewJSONHandler(os.Stderr, options))
	}
	return slog.New(slog.NewTextHandler(os.Stderr, options))
}

// checkStore refuses what is no address of an EventStoreDB, before anything is
// started for it. The error does not repeat it: it may hold a password.
func (f ledgerFlags) checkStore() error {
	for _, scheme := range []string{"esdb://", "esdb+discover://"} {
		if rest, ok := strings.CutPrefix(f.Store, scheme); ok && rest != "" {
			return nil
		}
	}
	if f.Store == "" {
		return nil
	}
	return errors.New("--store 应为 EventStoreDB 的地址,如 esdb://localhost:2113?tls=false 或 esdb+discover://cluster:2113 / " +
		"--store is the address of an EventStoreDB, such as esdb://localhost:2113?tls=false or esdb+discover://cluster:2113")
}

// checkLives refuses lives of secrets and tokens that are none. 0 is the usual one.
func (f ledgerFlags) checkLives() error {
	if f.SecretHours < 0 || f.SecretHours > 168 {
		return fmt.Errorf("--secret-hours 应为 1 至 168 / --secret-hours is 1 to 168, not %d", f.SecretHours)
	}
	if f.TokenDays < 0 || f.TokenDays > 366 {
		return fmt.Errorf("--token-days 应为 1 至 366 / --token-days is 1 to 366, not %d", f.TokenDays)
	}
	return nil
}

// config is the assembly that the flags describe. join lets the command work
// beside a running server.
func (f ledgerFlags) config(log *slog.Logger, join bool) (app.Config, error) {
	if err := f.checkStore(); err != nil {
		return app.Config{}, err
	}
	if err := f.checkLives(); err != nil {
		return app.Config{}, err
	}
	location, err := time.LoadLocation(f.TimeZone)
	if err != nil {
		return app.Config{}, fmt.Errorf("没有这个时区 / there is no time zone %q: %w", f.TimeZone, err)
	}
	folder := f.Data
	if folder == "" {
		if folder, err = privatepg.DefaultDataDir(); err != nil {
			return app.Config{}, err
		}
	}
	return app.Config{
		Database: privatepg.Settings{
			DatabaseURL: f.DatabaseURL,
			Options:     privatepg.Options{DataDir: folder, BinDir: f.PostgresBin, Log: log},
		},
		EventStoreDB: f.Store,
		SecretLife:   time.Duration(f.SecretHours) * time.Hour, TokenLife: time.Duration(f.TokenDays) * 24 * time.Hour,
		Connections: f.Connections, Tool: f.tool,
		Join: join, KEK: sealing.KEKSource{Folder: folder, Environment: os.Getenv}, Location: location, Log: log,
	}, nil
}
