package commands

import (
	"context"
	"slices"

	"guishu/commands/ledger"
	"guishu/domain"
	"guishu/domain/organisation"
	"guishu/domain/staff"

	"github.com/google/uuid"
)

// HireStaff adds a member of staff to a unit (B-02). It gives no access: that is
// requested and approved apart (B-28).
type HireStaff struct {
	EmployeeNo string         `json:"employee_no" doc:"员工号，全公司唯一。 The employee number, unique in the firm."`
	Login      string         `json:"login" doc:"登录名，唯一。 Name to sign in with, unique."`
	Name       string         `json:"name"`
	Unit       domain.UnitID  `json:"unit"`
	Superior   domain.StaffID `json:"superior,omitempty" doc:"直接上级。 Direct superior."`
}

var hireStaff = ledger.Verb{
	Name: "hire-staff", Needs: staff.ManageStaff,
	Title:   ledger.Say("新增员工", "Hire"),
	Does:    ledger.Say("为机构新增员工；权限须另行申请并由他人批准。", "Adds a member of staff to a unit. It gives no access: that is requested and approved apart."),
	Refuses: slices.Concat(unusableUnit, absentStaff, []domain.Code{staff.ErrDuplicate}),
}

// Verb is hire-staff.
func (HireStaff) Verb() ledger.Verb { return hireStaff }

// Run hires and answers with the staff id.
func (c HireStaff) Run(ctx context.Context, t *ledger.Task) (ledger.Answer, error) {
	return ledger.Create(ctx, t, newAt("staff", staff.StreamPrefix, c.Unit), func(ctx context.Context, id uuid.UUID, unit organisation.Unit) ([]any, error) {
		superior, err := person(ctx, t.Ledger(), c.Superior)
		if err != nil {
			return nil, err
		}
		return new(staff.State).Hire(staff.Hiring{
			Staff: domain.StaffID(id), EmployeeNo: c.EmployeeNo, Login: c.Login, Name: c.Name,
			Superior: c.Superior, Provenance: t.History().Provenance,
		}, unit, superior)
	})
}
