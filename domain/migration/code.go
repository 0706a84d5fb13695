package migration

import "guishu/domain"

// What migration batches refuse.
var (
	ErrNotApproved = domain.NewCode("import/batch-not-approved", domain.Conflict, "B-31",
		"迁移批次尚未由主管批准",
		"A supervisor has not approved this migration batch. Have it approved first.")
	ErrSelfApproval = domain.NewCode("import/batch-self-approval", domain.Denied, "B-31",
		"不能审批自己提交的迁移批次",
		"You filed this migration batch yourself. Another supervisor must approve it.")
	ErrState = domain.NewCode("import/batch-state", domain.Conflict, "B-31",
		"迁移批次当前状态为{state}，不能执行此操作",
		"The migration batch is {state}, so this cannot be done now.")
)

// Codes is every code of this package.
func Codes() []domain.Code {
	return []domain.Code{
		ErrNotApproved, ErrSelfApproval, ErrState,
	}
}
