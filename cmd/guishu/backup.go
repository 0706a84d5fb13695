package main

import (
	"context"
	"fmt"

	"guishu/internal/app"
	"guishu/internal/exportload"
)

// backupCommand writes everything that a ledger needs to go on into a folder.
type backupCommand struct {
	ledgerFlags
	Folder string `arg:"" type:"path" help:"新建的目录 / Folder, made for it."`
	JSON   bool   `help:"输出 JSON 摘要 / Print a summary as JSON."`
}

// Run backs up. It works beside a running server, and on a ledger that is not served.
func (c *backupCommand) Run(ctx context.Context) error {
	return withModels(ctx, c.ledgerFlags, func(ctx context.Context, a *app.App) error {
		bar := newProgress("备份 backup", !c.JSON)
		made, err := exportload.Backup(ctx, a, c.Folder, bar.update)
		bar.finish()
		if err != nil {
			return err
		}
		if c.JSON {
			return printJSON(made)
		}
		fmt.Printf("已备份 backed up: %s, %d 个事件 events, %d 个登录 sign-ins, %d 人的密钥 persons with a key\n", c.Folder, made.Events, made.SignIns, made.Persons)
		fmt.Println("没有 KEK(数据目录中的 kek 文件,或 GUISHU_KEK)备份无法读取,请另行分开保存。/ It cannot be read without the KEK (the file kek in the data folder, or GUISHU_KEK): keep that apart.")
		return nil
	})
}

// restoreCommand brings a backup into an empty installation.
type restoreCommand struct {
	ledgerFlags
	Folder      string `arg:"" type:"existingdir" help:"guishu backup 的目录 / Folder made by guishu backup."`
	WithoutKeys bool   `name:"without-keys" help:"永久放弃缺少密钥的个人信息 / Give up personal data whose keys are missing, for good."`
	JSON        bool   `help:"输出 JSON 摘要 / Print a summary as JSON."`
}

// Run restores. Cut off, it goes on where it stopped when it is run again.
func (c *restoreCommand) Run(ctx context.Context) error {
	config, err := c.quiet().config(c.quiet().logger(), false)
	if err != nil {
		return err
	}
	show := &stages{wanted: !c.JSON}
	restored, err := exportload.Restore(ctx, exportload.Load{Config: config, WithoutKeys: c.WithoutKeys, Progress: show.update}, c.Folder)
	show.finish()
	if err != nil {
		return err
	}
	if c.JSON {
		return printJSON(restored)
	}
	fmt.Printf("已恢复 restored: %d 个事件 events, %d 个登录 sign-ins, 备份于 made at %s\n", restored.Events, restored.SignIns, restored.MadeAt.Format("2006-01-02 15:04:05Z"))
	fmt.Println("之后运行 guishu serve;可用 guishu replay 验证。/ Now run guishu serve; guishu replay proves it.")
	return nil
}
