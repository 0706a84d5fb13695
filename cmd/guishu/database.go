package main

import (
	"fmt"

	"guishu/eventstore/postgres/schema"
)

// databaseCommand is for who looks after the PostgreSQL that keeps the ledger.
type databaseCommand struct {
	Roles databaseRolesCommand `cmd:"" help:"打印 SQL:使程序的数据库角色只能追加事件 / Print the SQL after which the program's database role can only add events."`
}

// databaseRolesCommand prints what the private cluster does by itself (S-15).
type databaseRolesCommand struct {
	Server string `default:"${server_role}" placeholder:"ROLE" help:"程序登录 PostgreSQL 所用的角色 / The role that the program signs in to PostgreSQL as."`
}

// Help says more than a line.
func (databaseRolesCommand) Help() string {
	return `由另一个角色(超级用户)在账本所在的数据库中执行;可重复执行。自带的私有实例无需此步。见 docs/database-roles.md。

Run it in the ledger's database as another role, a superuser: the ledger's tables become that role's. It may be
run any number of times; after an update of the program, run it again. A private cluster needs none of it.

    guishu database roles | psql -v ON_ERROR_STOP=1 DATABASE`
}

// Run prints; it connects to nothing.
func (c *databaseRolesCommand) Run() error {
	_, err := fmt.Print(schema.Script(c.Server))
	return err
}
