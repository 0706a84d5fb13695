package api

import (
	"guishu/commands"
	"guishu/domain/migration"
	"guishu/http/question"
)

// migrationRoutes are about batches of imported history.
func (a *API) migrationRoutes() {
	const area = "迁移 Migrations"
	list(a, area, "/v1/migrations", question.Migrations())
	one(a, area, "/v1/migrations/{batch}", question.OneMigration())
	written(a, area, "/v1/migrations", newBatch.command)
	command[commands.ApproveMigration](a, area, "/v1/migrations/{batch}/approval")
	command[commands.RefuseMigration](a, area, "/v1/migrations/{batch}/refusal")
	command[commands.CloseMigration](a, area, "/v1/migrations/{batch}/closure")
}

// newBatch is the body that proposes a migration batch.
type newBatch struct {
	Name    string                `json:"name"`
	Sources []question.SourceFile `json:"sources" doc:"文件，各以其 SHA-256 标识。 The files, each named by its SHA-256."`
}

func (b newBatch) command() commands.ProposeMigration {
	sources := make([]migration.Source, len(b.Sources))
	for i, one := range b.Sources {
		sources[i] = migration.Source(one)
	}
	return commands.ProposeMigration{Name: b.Name, Sources: sources}
}
