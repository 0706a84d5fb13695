package main

import (
	"context"
	"fmt"
	"os"

	"guishu/internal/exportload"
)

// loadCommand brings a ledger that was exported into an empty store.
type loadCommand struct {
	ledgerFlags
	File        string `arg:"" help:"guishu export 的文件;- 为标准输入 / File made by guishu export; - for standard input."`
	Keys        string `type:"existingfile" placeholder:"FILE" help:"guishu keys export 的文件 / File made by guishu keys export."`
	WithoutKeys bool   `name:"without-keys" help:"永久放弃缺少密钥的个人信息 / Give up personal data whose keys are missing, for good."`
	JSON        bool   `help:"输出 JSON 摘要 / Print a summary as JSON."`
}

// Run loads. Cut off, it goes on where it stopped when it is run again.
func (c *loadCommand) Run(ctx context.Context) error {
	config, err := c.quiet().config(c.quiet().logger(), false)
	if err != nil {
		return err
	}
	file := c.File
	if file == "-" {
		if file, err = exportload.Spool(os.Stdin); err != nil {
			return err
		}
		defer os.Remove(file)
	}
	show := &stages{wanted: !c.JSON}
	report, err := exportload.Load{Config: config, File: file, Keys: c.Keys, WithoutKeys: c.WithoutKeys, Progress: show.update}.Run(ctx)
	show.finish()
	if err != nil {
		return err
	}
	if c.JSON {
		return printJSON(report)
	}
	fmt.Printf("已装入 loaded: %d 个事件 events(本次写入 written now %d), sha256 %s\n", report.Events, report.Written, report.SHA256)
	if report.GivenUp > 0 {
		fmt.Printf("%d 人的个人信息因缺少密钥而无法读取 / personal data of %d persons are unreadable, their keys were not given\n", report.GivenUp, report.GivenUp)
	}
	fmt.Println("登录名的密码和令牌不随账本迁移:guishu invite 登录名 发放一次性登录。/ Passwords and tokens do not travel: guishu invite LOGIN gives somebody a one-time sign-in.")
	return nil
}

// stages shows one bar after the other.
type stages struct {
	wanted bool
	stage  exportload.Stage
	bar    *progress
}

var stageNames = map[exportload.Stage]string{
	exportload.Checking: "校验 check", exportload.Writing: "装入 load", exportload.Rebuilding: "唯一性 registry",
}

// every is how many events pass between two looks at the bar.
const every = 500

func (s *stages) update(stage exportload.Stage, done, total int64) {
	if stage != s.stage {
		s.finish()
		s.stage, s.bar = stage, newProgress(stageNames[stage], s.wanted)
	}
	if done%every == 0 || done == total {
		s.bar.update(done, total)
	}
}

func (s *stages) finish() {
	if s.bar != nil {
		s.bar.finish()
	}
}
