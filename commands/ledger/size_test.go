package ledger_test

import (
	"fmt"
	"strings"
	"testing"

	"guishu/commands"
	"guishu/commands/ledger"
	"guishu/domain"
	"guishu/domain/migration"
	"guishu/eventstore"
)

// E-12: the largest thing that can be written stays well below what a server takes;
// what is larger is refused before anything is sent, with the limit.
func TestWhatNoEventStoreDBWouldTakeIsRefusedBefore(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	ctx := t.Context()
	batch := func(name string) commands.ProposeMigration {
		sources := make([]migration.Source, 1_000)
		for i := range sources {
			sources[i] = migration.Source{Name: name, SHA256: fmt.Sprintf("%064x", i), Rows: 1}
		}
		return commands.ProposeMigration{Name: "旧系统", Sources: sources}
	}
	answer, err := h.Ledger.Do(ctx, h.As(h.Ops), batch(strings.Repeat("n", 130)))
	h.Must(err)
	written := 0
	for event, err := range h.Store.ReadStream(ctx, eventstore.StreamQuery{Stream: answer.Stream}) {
		h.Must(err)
		written += len(event.Data) + len(event.Metadata) + 2*len(event.Type)
	}
	if written < ledger.LargestAppend/3 || written > ledger.LargestAppend {
		t.Errorf("the batch takes %d bytes: the test tests little", written)
	}
	before, err := h.Store.LastPosition(ctx)
	h.Must(err)
	_, err = h.Ledger.Do(ctx, h.As(h.Ops), batch(strings.Repeat("文", 200)))
	h.Wants(err, domain.ErrRequestTooLarge)
	if refusal, _ := domain.AsError(err); !strings.Contains(refusal.Message(), "524288") {
		t.Errorf("the refusal says %q", refusal.Message())
	}
	if after, err := h.Store.LastPosition(ctx); err != nil || after != before {
		t.Errorf("something was written: %d events, %v", after-before, err)
	}
}
