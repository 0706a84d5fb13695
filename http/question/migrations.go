package question

import (
	"time"

	"guishu/commands/ledger"
	"guishu/domain"
	"guishu/domain/migration"
	"guishu/domain/staff"
	"guishu/projections/migrations"
)

// MigrationFilter narrows the list of migration batches.
type MigrationFilter struct {
	Paging
	Status migration.Status `query:"status"`
}

// Migration is a batch of imported history as it is shown.
type Migration struct {
	ID         domain.BatchID         `json:"id"`
	Name       string                 `json:"name"`
	Status     migration.Status       `json:"status"`
	Sources    []SourceFile           `json:"sources,omitempty" doc:"导入的文件。 The files it is imported from."`
	ProposedBy *Named[domain.StaffID] `json:"proposed_by"`
	ProposedAt time.Time              `json:"proposed_at"`
	DecidedBy  *Named[domain.StaffID] `json:"decided_by,omitempty"`
	DecidedAt  time.Time              `json:"decided_at,omitzero"`
	Note       string                 `json:"note,omitempty" doc:"批准的备注，或拒绝的理由。 Of the approval, or the reason of the refusal."`
	Imported   int                    `json:"imported" doc:"导入的行数。 Rows imported."`
	Rejected   int                    `json:"rejected" doc:"未能导入的行数。 Rows rejected."`
	ClosedAt   time.Time              `json:"closed_at,omitzero"`
}

// SourceFile is a file of a migration batch.
type SourceFile struct {
	Name   string `json:"name"`
	SHA256 string `json:"sha256" doc:"文件的 SHA-256，十六进制。 Of the file, hexadecimal."`
	Rows   int    `json:"rows,omitempty" doc:"文件的行数。 Rows of the file."`
}

// Migrations are the batches of imported history, the newest first (B-31).
func Migrations() List[*MigrationFilter, migrations.Query, migrations.Batch, Migration] {
	return List[*MigrationFilter, migrations.Query, migrations.Batch, Migration]{
		About: About{
			Name: "list-migrations", Title: ledger.Say("迁移批次列表", "List batches"), Needs: staff.ReadMigrations,
			Does: ledger.Say("列出历史数据的迁移批次，最新的在前。", "Lists the batches of imported history, the newest first."),
		},
		Of: migrations.Migrations(),
		Choose: func(_ *Reader, in *MigrationFilter) (migrations.Query, error) {
			return migrations.Query{Status: in.Status}, known("status", in.Status)
		},
		Show: showMigration,
	}
}

func showMigration(r *Reader, b *migrations.Batch) Migration {
	shown := Migration{
		ID: b.Batch, Name: b.Name, Status: b.Status, ProposedBy: r.Colleague(b.ProposedBy), ProposedAt: r.when(b.ProposedAt),
		DecidedBy: r.Colleague(b.DecidedBy), DecidedAt: r.when(b.DecidedAt), Note: b.Note, Imported: b.Imported, Rejected: b.Rejected,
		ClosedAt: r.when(b.ClosedAt),
	}
	for _, source := range b.Sources {
		shown.Sources = append(shown.Sources, SourceFile(source))
	}
	return shown
}

// MigrationAddress names one batch.
type MigrationAddress struct {
	Fresh
	Batch domain.BatchID `path:"batch"`
}

// OneMigration is one batch.
func OneMigration() Single[*MigrationAddress, Migration] {
	return single(About{
		Name: "get-migration", Title: ledger.Say("迁移批次", "A batch"), Does: ledger.Say("查看一个迁移批次。", "Shows one batch of imported history."),
	}, Migrations(), func(in *MigrationAddress) any { return in.Batch })
}
