package main

import (
	"fmt"
	"log/slog"
	"os"
	"time"

	"guishu/eventstore/sealing"
	"guishu/internal/app"
	"guishu/internal/cluster"
)

// ledgerFlags say where the ledger is. Nothing needs to be said.
type ledgerFlags struct {
	DatabaseURL string `name:"database-url" env:"DATABASE_URL" placeholder:"URL" help:"PostgreSQL 地址;不填则自带私有实例 / PostgreSQL to use; empty: a private one in the data folder."`
	Data        string `env:"GUISHU_DATA" type:"path" placeholder:"DIR" help:"数据目录 / Data folder (root: /var/lib/guishu, else ~/.local/share/guishu)."`
	PostgresBin string `name:"postgres-bin" env:"GUISHU_POSTGRES_BIN" type:"path" placeholder:"DIR" help:"PostgreSQL 程序目录 / Folder of PostgreSQL's programs; empty: look for them."`
	TimeZone    string `name:"time-zone" env:"GUISHU_TIME_ZONE" default:"Asia/Shanghai" help:"业务时区 / Business time zone."`
	LogFormat   string `name:"log-format" env:"GUISHU_LOG_FORMAT" enum:"text,json" default:"text" help:"日志格式 / Log format (text or json)."`
	LogLevel    string `name:"log-level" env:"GUISHU_LOG_LEVEL" enum:"debug,info,warn,error" default:"info" help:"日志级别 / Log level."`
}

// quiet is for a tool, which says what it found, not what it did.
func (f ledgerFlags) quiet() ledgerFlags {
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

// config is the assembly that the flags describe. join lets the command work
// beside a running server.
func (f ledgerFlags) config(log *slog.Logger, join bool) (app.Config, error) {
	location, err := time.LoadLocation(f.TimeZone)
	if err != nil {
		return app.Config{}, fmt.Errorf("没有这个时区 / there is no time zone %q: %w", f.TimeZone, err)
	}
	folder := f.Data
	if folder == "" {
		if folder, err = cluster.DefaultDataDir(); err != nil {
			return app.Config{}, err
		}
	}
	return app.Config{
		Database: cluster.Settings{
			DatabaseURL: f.DatabaseURL,
			Options:     cluster.Options{DataDir: folder, BinDir: f.PostgresBin, Log: log},
		},
		Join: join, KEK: sealing.KEKSource{Folder: folder, Environment: os.Getenv}, Location: location, Log: log,
	}, nil
}
