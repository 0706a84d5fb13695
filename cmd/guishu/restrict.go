package main

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"guishu/eventstore/esdb"
)

// restrictCommand sets the access lists of an EventStoreDB that keeps a ledger.
type restrictCommand struct {
	Store  string `env:"GUISHU_STORE" required:"" placeholder:"ADDRESS" help:"EventStoreDB 的地址,以其管理员身份登录 / The EventStoreDB, signed in to as one of its administrators. Give a password in the environment."`
	User   string `required:"" help:"账本程序登录 EventStoreDB 所用的普通用户 / The user, not an administrator, as whom the ledger's program signs in to EventStoreDB."`
	Only   bool   `help:"其他用户也不能读写没有自己访问列表的流 / Let nobody else read or write streams without an access list of their own."`
	DryRun bool   `help:"只显示将作的改动 / Only say what would be changed."`
	JSON   bool   `help:"输出 JSON / Print JSON."`
}

// Help says more than a line.
func (restrictCommand) Help() string {
	return `只有 EventStoreDB 的管理员能删除账本的流或隐藏其中的事件,账本程序则能完成自己的工作。管理员不受访问列表约束。

Lets nobody but EventStoreDB's administrators delete the ledger's streams or hide their events, and the
ledger's program do its work: it reads $all. The default for streams without an access list of their own
changes ($settings), so other programs lose these rights, too. Administrators are bound by no access list.`
}

// Run restricts. Doing it again changes nothing.
func (c *restrictCommand) Run(ctx context.Context) (err error) {
	flags := ledgerFlags{Store: c.Store, LogLevel: "warn", LogFormat: "text"}
	if err := flags.checkStore(); err != nil {
		return err
	}
	store, err := esdb.Open(ctx, c.Store, esdb.Options{Log: flags.logger()})
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, store.Close()) }()
	changes, err := store.Restrict(ctx, esdb.Restriction{User: c.User, Only: c.Only}, !c.DryRun)
	if err != nil {
		return err
	}
	if c.JSON {
		return printJSON(append([]esdb.RightsChange{}, changes...))
	}
	for _, change := range changes {
		fmt.Printf("%s %s: %s → %s\n", change.Where, change.Right, strings.Join(change.Before, ", "), strings.Join(change.After, ", "))
	}
	switch {
	case len(changes) == 0:
		fmt.Println("访问列表已是如此 / the access lists say so already")
	case c.DryRun:
		fmt.Println("尚未改动,去掉 --dry-run 即写入 / nothing is changed yet; without --dry-run it is")
	}
	return nil
}
