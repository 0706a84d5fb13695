package main

import (
	"context"
	"fmt"
	"io"
	"os"

	"guishu/eventstore/sealing"
	"guishu/internal/app"
	"guishu/internal/exportload"

	"github.com/jackc/pgx/v5/pgxpool"
)

// keysCommand is for the keys of personal data, which live apart from the ledger.
type keysCommand struct {
	Export keysExportCommand `cmd:"" help:"导出密钥(仍由 KEK 包裹)/ Write the keys into a file, still wrapped by the KEK."`
	Load   keysLoadCommand   `cmd:"" help:"把密钥装入空数据库,之后再 guishu load / Bring keys into an empty database; guishu load comes next."`
	Rotate keysRotateCommand `cmd:"" help:"更换 KEK,全部密钥改由新 KEK 包裹 / Change the KEK and wrap every key with the new one. Stop all servers of the ledger first."`
}

type keysExportCommand struct {
	ledgerFlags
	File string `arg:"" help:"文件名;- 为标准输出 / File; - for standard output."`
	JSON bool   `help:"输出 JSON 摘要 / Print a summary as JSON."`
}

// Run exports the keys. It works beside a running server.
func (c *keysExportCommand) Run(ctx context.Context) error {
	return withModels(ctx, c.ledgerFlags, func(ctx context.Context, a *app.App) error {
		summary, err := exportload.ExportKeys(ctx, a, c.File)
		if err != nil {
			return err
		}
		to := os.Stdout
		if c.File == "-" {
			to = os.Stderr
		}
		if c.JSON {
			return printJSONTo(to, summary)
		}
		tellKeys(to, c.File, summary)
		return nil
	})
}

func tellKeys(to io.Writer, file string, summary sealing.KeysSummary) {
	fmt.Fprintf(to, "密钥 keys: %s, %d 人 persons, %d 人已删除 erased\n", file, summary.Subjects, summary.Erased)
	fmt.Fprintln(to, "没有 KEK(数据目录中的 kek 文件,或 GUISHU_KEK)这些密钥毫无用处,请分开保存。/ They are useless without the KEK (the file kek in the data folder, or GUISHU_KEK): keep the two apart.")
}

type keysLoadCommand struct {
	ledgerFlags
	File string `arg:"" type:"existingfile" help:"guishu keys export 的文件 / File made by guishu keys export."`
	JSON bool   `help:"输出 JSON 摘要 / Print a summary as JSON."`
}

// Run loads the keys.
func (c *keysLoadCommand) Run(ctx context.Context) error {
	config, err := c.quiet().config(c.quiet().logger(), false)
	if err != nil {
		return err
	}
	summary, err := exportload.LoadKeys(ctx, config, c.File)
	if err != nil {
		return err
	}
	if c.JSON {
		return printJSON(summary)
	}
	fmt.Printf("已装入密钥 keys loaded: %d 人 persons, %d 人已删除 erased\n", summary.Subjects, summary.Erased)
	return nil
}

type keysRotateCommand struct{ ledgerFlags }

// Run changes the KEK. Cut off at any point, it can be run again.
func (c *keysRotateCommand) Run(ctx context.Context) error {
	config, err := c.quiet().config(c.quiet().logger(), false)
	if err != nil {
		return err
	}
	err = app.WithDatabase(ctx, config, func(ctx context.Context, pool *pgxpool.Pool) error {
		return sealing.Rotate(ctx, pool, config.KEK)
	})
	if err != nil {
		return err
	}
	fmt.Println("KEK 已更换。旧 KEK 只能打开此前的备份与 keys export 文件;它们不再需要时,请一并销毁。")
	fmt.Println("The KEK is changed. The old one opens only what was backed up or exported before: destroy it together with that.")
	return nil
}
