package commandstest

import (
	"testing"

	"guishu/commands"
	"guishu/domain"
	"guishu/domain/customer"
	"guishu/domain/identity"
)

// Bank is a firm with two outlets of the self-operated line, one agency outlet, and
// a wealth branch.
type Bank struct {
	*Firm
	City, North, South, Agency, Wealth, Operations domain.UnitID

	Director, NorthHead, SouthHead domain.StaffID
	Ann, Bo, Cy                    domain.StaffID // Ann and Bo at North, Cy at South
	Agent                          domain.StaffID // at the agency outlet
	Dora, Emil                     domain.StaffID // wealth advisors
	Ops                            domain.StaffID
}

// NewBank founds the bank.
func NewBank(t testing.TB) *Bank {
	t.Helper()
	return BankOf(Found(t, "示例银行", OnPostgres))
}

// BankOf makes a firm of one unit the bank.
func BankOf(f *Firm) *Bank {
	f.Helper()
	b := &Bank{Firm: f}
	b.City = b.Unit(b.Root, "C01", domain.City, "")
	b.North = b.Unit(b.City, "N01", domain.Outlet, domain.SelfOperated)
	b.South = b.Unit(b.City, "S01", domain.Outlet, domain.SelfOperated)
	b.Agency = b.Unit(b.City, "G01", domain.Outlet, domain.Agency)
	b.Wealth = b.Unit(b.Root, "W01", domain.Branch, "")
	b.Operations = b.Unit(b.Root, "O01", domain.OperationsUnit, "")

	b.Director = b.Hire("director", b.Root, domain.RoleSuperior, b.Root)
	b.NorthHead = b.Hire("northhead", b.North, domain.RoleOutletHead, b.North)
	b.SouthHead = b.Hire("southhead", b.South, domain.RoleOutletHead, b.South)
	b.Ann = b.Hire("ann", b.North, domain.RoleRelationshipManager, b.North)
	b.Bo = b.Hire("bo", b.North, domain.RoleRelationshipManager, b.North)
	b.Cy = b.Hire("cy", b.South, domain.RoleRelationshipManager, b.South)
	b.Agent = b.Hire("agent", b.Agency, domain.RoleRelationshipManager, b.Agency)
	b.Dora = b.Hire("dora", b.Wealth, domain.RoleAdvisor, b.Wealth)
	b.Emil = b.Hire("emil", b.Wealth, domain.RoleAdvisor, b.Wealth)
	b.Ops = b.Hire("ops", b.Operations, domain.RoleOperations, b.Root)
	return b
}

// Prospect registers a person at a unit.
func (b *Bank) Prospect(by domain.StaffID, at domain.UnitID, fields commands.CustomerFields) domain.CustomerID {
	b.Helper()
	c := commands.RegisterCustomer{Party: domain.Person, Fields: fields, HomeUnit: at}
	if at == b.Wealth {
		c.Advisor = by
	}
	return domain.CustomerID(b.Do(by, c).ID)
}

// Person is the fields of somebody without a document.
func Person(name string) commands.CustomerFields {
	return commands.CustomerFields{Name: name, Phone: "13800138000", Source: customer.SourceOwn}
}

// Document is the fields of somebody with a passport.
func Document(name, number string) commands.CustomerFields {
	f := Person(name)
	f.IdentityType, f.IdentityNumber = identity.Passport, number
	return f
}
