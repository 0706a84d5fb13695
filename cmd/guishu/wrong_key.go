package main

import (
	"context"
	"errors"
	"fmt"

	"guishu/eventstore/sealing"
	"guishu/internal/app"
	"guishu/internal/demo"
)

// openApp is app.Open, which says what to do when the ledger's personal fields are
// sealed with a key that is elsewhere.
func openApp(ctx context.Context, config app.Config) (*app.App, error) {
	a, err := app.Open(ctx, config)
	if !errors.Is(err, sealing.ErrWrongKEK) {
		return a, err
	}
	advice := fmt.Sprintf(`这个账本的密钥不在数据目录 %[1]s。请用建立它时的数据目录(--data 或 GUISHU_DATA;密钥是其中的文件 kek),或以 GUISHU_KEK_FILE、GUISHU_KEK 给出那把密钥。
The key of this ledger is not the one of the data folder %[1]s. Say --data (or GUISHU_DATA) with the folder it was made with, whose file "kek" is the key, or give that key in GUISHU_KEK_FILE or GUISHU_KEK.`, config.KEK.Folder)
	if demo.Is(ctx, config.Database.DatabaseURL, config.KEK.Folder) {
		advice += `
这是演示账本:通常的数据目录以 -demo 结尾,可用 guishu demo 打开。密钥若已丢失,请换一个空库,或用 guishu demo --fresh 重新开始。
This is a demo's ledger: its data folder usually ends in -demo, and guishu demo opens it. If the key is lost, take an empty database, or begin anew with guishu demo --fresh.`
	}
	return nil, fmt.Errorf("%w\n%s", err, advice)
}
