package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"guishu/eventstore"
	"guishu/internal/app"
	"guishu/internal/demo"
	"guishu/internal/privatepg"
)

// demoCommand loads an invented bank and wealth firm and runs it. It has a data
// folder of its own beside the ledger's and touches no other ledger.
type demoCommand struct {
	ledgerFlags
	listenFlags
	Fresh bool `help:"清空演示数据,重新开始 / Delete the demo's data and start anew."`
}

// Help is shown by --help below the summary.
func (*demoCommand) Help() string {
	return "演示有自己的数据目录(账本目录加 -demo),不碰任何别的账本。\n" +
		"It has a data folder of its own, the ledger's with -demo behind it, and touches no other ledger."
}

// Run loads what is missing, prints where to look, and serves.
func (c *demoCommand) Run(ctx context.Context) error {
	if c.LogLevel == "info" {
		c.LogLevel = "warn" // what is worth reading is printed below
	}
	if err := c.ownFolder(); err != nil {
		return err
	}
	if err := c.claim(ctx); err != nil {
		return err
	}
	config, err := c.config(c.logger(), false)
	if err != nil {
		return err
	}
	config.LedgerID = demo.LedgerID
	return serveWith(ctx, config, c.listenFlags, protocolFlags{}, c.show)
}

// ownFolder makes the demo's folder the one beside the ledger's, unless another
// was named for the demo itself.
func (c *demoCommand) ownFolder() error {
	ledgers, err := privatepg.DefaultDataDir()
	if err != nil {
		return err
	}
	if ledgers, err = filepath.Abs(ledgers); err != nil {
		return err
	}
	if c.Data == "" || c.Data == ledgers {
		c.Data = ledgers + "-demo"
	}
	return nil
}

// claim makes sure that folder and database are the demo's own, before anything
// is written to either.
func (c *demoCommand) claim(ctx context.Context) error {
	if c.Fresh && c.DatabaseURL != "" {
		return errors.New("--fresh 只清空演示自己的数据目录;用 DATABASE_URL 时请自行准备空库 / " +
			"--fresh only empties the demo's own folder; with DATABASE_URL give it an empty database")
	}
	if c.Fresh && c.Store != "" {
		return errors.New("--fresh 不会清空 EventStoreDB;请自行准备空的 EventStoreDB / " +
			"--fresh does not empty an EventStoreDB; with --store give it an empty one")
	}
	if c.Fresh {
		if err := demo.EmptyFolder(ctx, c.Data, c.logger()); err != nil {
			return err
		}
	}
	if c.DatabaseURL != "" {
		if err := demo.ClaimDatabase(ctx, c.DatabaseURL); err != nil {
			return err
		}
	}
	return demo.ClaimFolder(c.Data)
}

func (c *demoCommand) show(ctx context.Context, a *app.App, address string) error {
	began := time.Now()
	fmt.Fprintln(os.Stderr, "演示数据 the demo's data:", c.where())
	bar := newProgress("装入 loading", true)
	record, err := demo.Prepare(ctx, a, bar.update)
	bar.finish()
	if err != nil {
		return err
	}
	events, err := count(ctx, a.Store)
	if err != nil {
		return err
	}
	fmt.Fprintf(os.Stderr, "就绪 ready: %d 个事件 events, %.1f 秒 s\n", events, time.Since(began).Seconds())
	return record.Shown.Print(os.Stdout, address, record.BegunOn, events)
}

// count is how many events a store holds.
func count(ctx context.Context, store eventstore.Store) (events int64, err error) {
	if store.Contiguous() {
		last, err := store.LastPosition(ctx)
		return int64(last), err
	}
	for _, err := range store.ReadAll(ctx, eventstore.AllQuery{}) {
		if err != nil {
			return 0, err
		}
		events++
	}
	return events, nil
}

// where is where the demo's ledger is, for people to read.
func (c *demoCommand) where() string {
	if c.DatabaseURL != "" {
		return "DATABASE_URL"
	}
	return c.Data
}
