package main

import (
	"context"
	"fmt"

	"guishu/commands"
	"guishu/domain/staff"
	"guishu/internal/app"
)

// inviteCommand gives somebody a one-time sign-in: the way into a ledger that was
// loaded, or whose administrators have all lost their passwords. Whoever can run it
// has the database and the keys anyway.
type inviteCommand struct {
	ledgerFlags
	Login string `arg:"" help:"登录名 / Sign-in name of a member of staff."`
	JSON  bool   `help:"输出 JSON / Print JSON."`
}

// invitation is what inviteCommand prints.
type invitation struct {
	Login  string `json:"login"`
	Secret string `json:"secret"`
}

// Run invites. It works beside a running server.
func (c *inviteCommand) Run(ctx context.Context) error {
	return withModels(ctx, c.ledgerFlags, func(ctx context.Context, a *app.App) error {
		who, found, err := commands.StaffByLogin(ctx, a.Ledger, c.Login)
		if err != nil {
			return err
		}
		if !found {
			return fmt.Errorf("没有这个登录名 / nobody has this sign-in name: %w", staff.ErrUnknown)
		}
		member, err := a.Ledger.Member(ctx, who)
		if err != nil {
			return err
		}
		if !member.Active() {
			return staff.ErrInactive
		}
		secret, err := a.Auth.Invite(ctx, who, member.Login)
		if err != nil {
			return err
		}
		if c.JSON {
			return printJSON(invitation{member.Login, secret})
		}
		fmt.Printf("登录名 login   %s\n一次性口令 secret   %s\n原有密码和会话已失效 / their password and sessions have ended\n", member.Login, secret)
		return nil
	})
}
