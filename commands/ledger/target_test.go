package ledger_test

import (
	"context"
	"testing"

	"guishu/commands/ledger"
	"guishu/domain"
	"guishu/domain/organisation"
	"guishu/domain/staff"
	"guishu/eventstore"

	"github.com/google/uuid"
)

// forgetful is a command that does not say where its permission must reach.
type forgetful struct{}

func (forgetful) Verb() ledger.Verb {
	return ledger.Verb{Name: "forget-where", Needs: staff.ReadUnits}
}

func (forgetful) Run(ctx context.Context, t *ledger.Task) (ledger.Answer, error) {
	return ledger.Write(ctx, t, ledger.Target[struct{}]{
		Stream: "unit-forgotten",
		Load: func(context.Context, *ledger.Task) (ledger.Found[struct{}], error) {
			return ledger.Found[struct{}]{Revision: eventstore.NoRevision}, nil
		},
	}, func(context.Context, struct{}) ([]any, error) {
		return []any{organisation.UnitRenamed{Name: "示例支局"}}, nil
	})
}

// A command that forgets to say where its permission must reach is refused to
// everybody, the ledger itself among them, and nothing is written.
func TestACommandThatDoesNotSayWhereIsRefused(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	before, err := h.Store.LastPosition(t.Context())
	h.Must(err)
	for name, call := range map[string]ledger.Call{
		"administrator": h.As(h.Admin), "director": h.As(h.Director), "the ledger": ledger.ByTheLedger("forgetful", uuid.Nil, uuid.Nil),
	} {
		if _, err := h.Ledger.Do(t.Context(), call, forgetful{}); domain.CodeOf(err) != domain.ErrAuthzDenied {
			t.Errorf("%s: got %v", name, err)
		}
	}
	after, err := h.Store.LastPosition(t.Context())
	h.Must(err)
	if after != before {
		t.Errorf("%d events were written", after-before)
	}
}
