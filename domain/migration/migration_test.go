package migration_test

import (
	"strings"
	"testing"

	"guishu/domain"
	"guishu/domain/domaintest"
	"guishu/domain/migration"
)

type (
	rule  = domaintest.Rule[migration.State]
	state = migration.State
)

var (
	batch    = domain.BatchID{1}
	clerk    = domain.StaffID{1}
	head     = domain.StaffID{2}
	sources  = []migration.Source{{Name: "payments.csv", SHA256: strings.Repeat("ab", 32), Rows: 12}}
	proposed = migration.Proposed{Batch: batch, Name: "2016–2017", Sources: sources, ProposedBy: clerk}
	approved = migration.Approved{Batch: batch, ApprovedBy: head}
	refused  = migration.Refused{Batch: batch, RefusedBy: head, Reason: "不完整"}
	closed   = migration.Closed{Batch: batch, Imported: 10, Rejected: 2}
)

func propose(change func(*migration.Proposing)) func(*state) ([]any, error) {
	in := migration.Proposing{Batch: batch, Name: " 2016–2017 ", Sources: sources, ProposedBy: clerk}
	if change != nil {
		change(&in)
	}
	return func(s *state) ([]any, error) { return s.Propose(in) }
}

func approve(by domain.StaffID) func(*state) ([]any, error) {
	return func(s *state) ([]any, error) { return s.Approve(by, "") }
}

func refuse(reason string) func(*state) ([]any, error) {
	return func(s *state) ([]any, error) { return s.Refuse(head, reason) }
}

func closing(imported, rejected int) func(*state) ([]any, error) {
	return func(s *state) ([]any, error) { return s.Close(imported, rejected) }
}

func TestMigration(t *testing.T) {
	domaintest.Run(t,
		rule{Name: "B-31 a batch is proposed with its files", When: propose(nil), Then: []any{proposed}},
		rule{Name: "B-31 a batch is proposed once", Given: []any{proposed}, When: propose(nil), Refused: migration.ErrState},
		rule{
			Name: "B-31 a batch names its files", When: propose(func(in *migration.Proposing) { in.Sources = nil }),
			Refused: domain.ErrFormRequired, At: "sources",
		},
		rule{
			Name: "B-31 a file is named by its content",
			When: propose(func(in *migration.Proposing) {
				in.Sources = []migration.Source{sources[0], {Name: "x.csv", SHA256: "no hash"}}
			}),
			Refused: domain.ErrFormValue, At: "sources",
		},
		rule{
			Name: "B-31 a batch has a name", When: propose(func(in *migration.Proposing) { in.Name = "" }),
			Refused: domain.ErrFormRequired, At: "name",
		},
		rule{
			Name: "S-17 a batch's name has nothing that nobody sees", When: propose(func(in *migration.Proposing) { in.Name = "2016\u202e2017" }),
			Refused: domain.ErrFormInvisible, At: "name",
		},
		rule{Name: "B-31 a supervisor approves", Given: []any{proposed}, When: approve(head), Then: []any{approved}},
		rule{
			Name: "B-31 nobody approves the own batch", Given: []any{proposed}, When: approve(clerk),
			Refused: migration.ErrSelfApproval,
		},
		rule{Name: "B-31 what was not proposed cannot be approved", When: approve(head), Refused: migration.ErrState},
		rule{
			Name: "B-31 an approved batch is not approved again", Given: []any{proposed, approved}, When: approve(head),
			Refused: migration.ErrState,
		},
		rule{
			Name: "B-31 a refused batch is not approved", Given: []any{proposed, refused}, When: approve(head),
			Refused: migration.ErrState,
		},
		rule{Name: "B-31 a batch is refused with the reason", Given: []any{proposed}, When: refuse(" 不完整 "), Then: []any{refused}},
		rule{
			Name: "C-01 a refusal has a reason", Given: []any{proposed}, When: refuse("-"),
			Refused: domain.ErrFormRequired, At: "reason",
		},
		rule{
			Name: "B-31 an approved batch is not refused", Given: []any{proposed, approved}, When: refuse("晚了"),
			Refused: migration.ErrState,
		},
		rule{Name: "B-31 an approved batch is closed with its counts", Given: []any{proposed, approved}, When: closing(10, 2), Then: []any{closed}},
		rule{Name: "B-31 only an approved batch is closed", Given: []any{proposed}, When: closing(0, 0), Refused: migration.ErrState},
		rule{
			Name: "B-31 counts are not negative", Given: []any{proposed, approved}, When: closing(-1, 0),
			Refused: domain.ErrFormValue, At: "imported",
		},
	)
}

func TestFactsComeUnderABatchBetweenApprovalAndClosing(t *testing.T) {
	t.Parallel()
	for _, at := range []struct {
		given []any
		want  domain.Code
	}{
		{nil, migration.ErrNotApproved},
		{[]any{proposed}, migration.ErrNotApproved},
		{[]any{proposed, refused}, migration.ErrNotApproved},
		{[]any{proposed, approved}, domain.Code{}},
		{[]any{proposed, approved, closed}, migration.ErrState},
	} {
		if err := domaintest.Fold[state](at.given...).Admit(); domain.CodeOf(err) != at.want {
			t.Errorf("after %d events: %v, want %q", len(at.given), err, at.want)
		}
	}
}
