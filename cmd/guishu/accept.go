package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"time"

	"guishu/internal/app"
	"guishu/internal/exportload"
)

// acceptOlder accepts a ledger that is older than what its database has read of it,
// and says what is lost. What is lost is kept in a file of the data folder first.
func acceptOlder(ctx context.Context, config app.Config) error {
	var path string
	lost, err := app.Accept(ctx, config, func(lost app.Lost) error {
		path = filepath.Join(config.KEK.Folder, "lost-"+time.Now().UTC().Format("20060102T150405Z")+".json")
		if err := os.MkdirAll(config.KEK.Folder, 0o700); err != nil {
			return err
		}
		return exportload.WriteFile(path, func(w io.Writer) error { return printJSONTo(w, lost) })
	})
	if errors.Is(err, app.ErrNothingToAccept) {
		fmt.Println(err)
		return nil
	}
	if err != nil {
		return err
	}
	fmt.Printf("账本止于 the ledger is known up to @%d (%s); 丢失 lost: %d 个事件 events, 见 see %s\n", lost.After, lost.Recorded.Format(time.RFC3339), len(lost.Events), path)
	for _, e := range lost.Events {
		fmt.Printf("    %s  %-28s %s @%d  客户 customer %s  经办 by %s %s\n", e.Recorded.Format(time.RFC3339), e.Type, e.Stream, e.Revision, e.Customer, e.Login, e.Actor)
	}
	for _, customer := range lost.Erased {
		fmt.Printf("    已删除的客户,其个人信息仍不可读 erased, and stays unreadable: %s\n", customer)
	}
	fmt.Println("读模型、唯一性与事件编号索引将重建。/ Read models, unique keys and the index of event ids are made anew.")
	return nil
}
