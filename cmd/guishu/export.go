package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"guishu/eventstore/sealing"
	"guishu/eventstore/transfer"
	"guishu/internal/app"
	"guishu/internal/exportload"

	"golang.org/x/term"
)

// exportCommand writes the ledger into a file.
type exportCommand struct {
	ledgerFlags
	File string `arg:"" optional:"" default:"-" help:"文件名,以 .gz 结尾则压缩;- 为标准输出 / File, compressed if its name ends with .gz; - for standard output."`
	Keys string `type:"path" placeholder:"FILE" help:"同时导出个人信息的密钥 / Write the keys of personal data too, into this file."`
	JSON bool   `help:"在标准错误输出 JSON 摘要(写入文件时在标准输出)/ Print a summary as JSON: on standard output, or on standard error where that is the file."`
}

// exported is the summary of an export.
type exported struct {
	File   string               `json:"file"`
	Ledger string               `json:"ledger"`
	Events int64                `json:"events"`
	SHA256 string               `json:"sha256"`
	Keys   *sealing.KeysSummary `json:"keys,omitempty"`
}

// Run exports. It works beside a running server: the file is the ledger as it was
// when the export began.
func (c *exportCommand) Run(ctx context.Context) error {
	if c.File == "-" && term.IsTerminal(int(os.Stdout.Fd())) {
		return errors.New("请给出文件名 / name a file: guishu export FILE")
	}
	if err := c.checkKeys(); err != nil {
		return err
	}
	return withModels(ctx, c.ledgerFlags, func(ctx context.Context, a *app.App) error {
		bar := newProgress("导出 export", !c.JSON)
		summary, err := exportload.Export(ctx, a, c.File, bar.update)
		bar.finish()
		if err != nil {
			return err
		}
		done := exported{File: c.File, Ledger: summary.Ledger.String(), Events: summary.Events, SHA256: summary.SHA256}
		if c.Keys != "" {
			// After the events: whoever is named in them has a key by now.
			keys, err := exportload.ExportKeys(ctx, a, c.Keys)
			if err != nil {
				return err
			}
			done.Keys = &keys
		}
		return c.tell(done, summary)
	})
}

// checkKeys refuses a place for the keys that cannot take them, before the ledger is
// written to another.
func (c *exportCommand) checkKeys() error {
	switch c.Keys {
	case "":
		return nil
	case "-":
		return errors.New("--keys 应为文件名;guishu keys export - 才写到标准输出 / --keys names a file; guishu keys export - is what writes to standard output")
	}
	if ledger, err := filepath.Abs(c.File); err == nil && ledger == filepath.Clean(c.Keys) {
		return errors.New("--keys 与账本不能是同一文件 / --keys cannot be the file of the ledger")
	}
	if _, err := os.Stat(filepath.Dir(c.Keys)); err != nil {
		return fmt.Errorf("--keys: %w", err)
	}
	return exportload.Free(c.Keys)
}

func (c *exportCommand) tell(done exported, summary transfer.Summary) error {
	to := os.Stdout
	if c.File == "-" {
		to = os.Stderr
	}
	if c.JSON {
		return printJSONTo(to, done)
	}
	fmt.Fprintf(to, "已导出 exported: %d 个事件 events, sha256 %s\n", summary.Events, summary.SHA256)
	if c.Keys == "" {
		fmt.Fprintln(to, "注意:个人信息已加密,密钥不在此文件中;没有密钥则永远无法读取。用 guishu keys export FILE 导出密钥,并另存数据目录中的 kek 文件。")
		fmt.Fprintln(to, "Note: personal data in the file are sealed and their keys are not in it; without them they are unreadable for ever.\n"+
			"      Export the keys with guishu keys export FILE, and keep the file kek of the data folder apart.")
		return nil
	}
	tellKeys(to, c.Keys, *done.Keys)
	return nil
}
