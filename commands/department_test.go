package commands_test

import (
	"testing"

	"guishu/commands"
	"guishu/commands/commandstest"
	"guishu/commands/ledger"
	"guishu/domain"
)

// S-03: whoever heads a department gives commands within it, and gives nobody the
// role in which it works for the whole firm.
func TestTheHeadOfADepartmentHeadsNothingElse(t *testing.T) {
	t.Parallel()
	b := commandstest.NewBank(t)
	departments := map[domain.UnitID]domain.Role{
		b.Unit(b.Root, "I01", domain.HQIT, ""):              domain.RoleAdministrator,
		b.Unit(b.Root, "K01", domain.HQCustomerService, ""): domain.RoleCustomerService,
		b.Unit(b.Root, "O02", domain.OperationsUnit, ""):    domain.RoleOperations,
	}
	customer := b.Prospect(b.Ann, b.North, commandstest.Person("张三"))
	for at, service := range departments {
		head := b.Hire("head-"+string(service), at, domain.RoleSuperior, at)
		clerk := b.Hire("clerk-"+string(service), at, domain.RoleInspector, at)
		for _, body := range []ledger.Command{
			commands.HireStaff{EmployeeNo: "Z", Login: "z", Name: "新人", Unit: b.North},
			commands.TransferStaff{Staff: b.Ann, Unit: b.South},
			commands.RecordDeparture{Staff: b.Ann, On: b.Ledger.Today(), Reason: "离职"},
			commands.RevokeAccess{Staff: b.Ann, Role: domain.RoleRelationshipManager, Unit: b.North, Reason: "调岗"},
			commands.EraseCustomer{Customer: customer, Basis: "pipl-47"},
		} {
			_, err := b.Ledger.Do(b.Context(), b.As(head), body)
			b.Wants(err, domain.ErrQueryNotFoundOrOutOfScope)
		}
		request := domain.RequestID(b.Do(clerk, commands.RequestAccess{Staff: clerk, Role: service, Unit: at}).ID)
		_, err := b.Ledger.Do(b.Context(), b.As(head), commands.GrantAccess{Staff: clerk, Request: request})
		b.Wants(err, domain.ErrQueryNotFoundOrOutOfScope)
		b.Do(b.Director, commands.GrantAccess{Staff: clerk, Request: request})

		b.Do(head, commands.HireStaff{EmployeeNo: "N-" + string(service), Login: "n-" + string(service), Name: "新人", Unit: at})
		b.Do(head, commands.RecordDeparture{Staff: clerk, On: b.Ledger.Today(), Reason: "离职"})
	}
}
