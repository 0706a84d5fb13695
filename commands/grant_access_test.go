package commands_test

import (
	"testing"

	"guishu/commands"
	"guishu/commands/commandstest"
	"guishu/domain"
	"guishu/domain/staff"
)

// S-02, W-22: whoever hired somebody gives them no role, however it was asked for;
// only the first administrator makes another one alone.
func TestNobodyHiresAndApprovesAlone(t *testing.T) {
	t.Parallel()
	b := commandstest.NewBank(t)
	hire := func(login string) domain.StaffID {
		return domain.StaffID(b.Do(b.Admin, commands.HireStaff{EmployeeNo: "E-" + login, Login: login, Name: "员工" + login, Unit: b.Root}).ID)
	}
	asks := func(by, who domain.StaffID, role domain.Role) commands.GrantAccess {
		request := b.Do(by, commands.RequestAccess{Staff: who, Role: role, Unit: b.Root})
		return commands.GrantAccess{Staff: who, Request: domain.RequestID(request.ID)}
	}
	puppet := hire("puppet")
	for _, role := range []domain.Role{domain.RoleAuditor, domain.RoleSuperior, domain.RoleOperations, domain.RoleCustomerService} {
		_, err := b.Ledger.Do(b.Context(), b.As(b.Admin), asks(puppet, puppet, role))
		b.Wants(err, staff.ErrGrantHirer)
	}
	asked := asks(b.Director, puppet, domain.RoleInspector)
	_, err := b.Ledger.Do(b.Context(), b.As(b.Admin), asked)
	b.Wants(err, staff.ErrGrantHirer)
	_, err = b.Ledger.Do(b.Context(), b.As(b.Director), asked)
	b.Wants(err, staff.ErrGrantSelfApproval)
	second := hire("second")
	grant := asks(second, second, domain.RoleAdministrator)
	b.Do(b.Admin, grant)
	b.Do(second, asked)

	third := domain.StaffID(b.Do(second, commands.HireStaff{EmployeeNo: "E-third", Login: "third", Name: "员工", Unit: b.Root}).ID)
	grant = asks(third, third, domain.RoleAdministrator)
	_, err = b.Ledger.Do(b.Context(), b.As(second), grant)
	b.Wants(err, staff.ErrGrantHirer)
	b.Do(b.Admin, grant)
}
