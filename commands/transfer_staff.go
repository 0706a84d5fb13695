package commands

import (
	"context"
	"slices"

	"guishu/commands/ledger"
	"guishu/domain"
	"guishu/domain/staff"

	"github.com/google/uuid"
)

// TransferStaff moves a member of staff to another unit; roles at the old unit
// end with it.
type TransferStaff struct {
	Staff    domain.StaffID `json:"staff"`
	Unit     domain.UnitID  `json:"unit" doc:"新机构。 The new unit."`
	Superior domain.StaffID `json:"superior,omitempty" doc:"新的直接上级。 The new direct superior."`
}

var transferStaff = ledger.Verb{
	Name: "transfer-staff", Needs: staff.ManageStaff,
	Title:   ledger.Say("员工调动", "Transfer"),
	Does:    ledger.Say("把员工调往另一机构，原机构的权限随之终止；操作人须同时管理两处。", "Moves a member of staff to another unit; roles at the old unit end with it. The actor must manage both units."),
	Refuses: slices.Concat(unusableUnit, absentStaff),
}

// Verb is transfer-staff.
func (TransferStaff) Verb() ledger.Verb { return transferStaff }

// Run carries it out.
func (c TransferStaff) Run(ctx context.Context, t *ledger.Task) (ledger.Answer, error) {
	superior, err := person(ctx, t.Ledger(), c.Superior)
	if err != nil {
		return ledger.Answer{}, err
	}
	both := func(m memberCase) ledger.Where { return placesOf(m.tree, m.Unit, c.Unit) }
	return ledger.Write(ctx, t, theMember(c.Staff, uuid.UUID(c.Staff), both), func(_ context.Context, m memberCase) ([]any, error) {
		return m.Transfer(m.tree.Unit(c.Unit), c.Superior, superior)
	})
}
